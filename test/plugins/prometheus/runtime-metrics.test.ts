import { describe, expect, it } from 'vitest';
import { freePorts } from '../../support/free-ports.ts';
import { get, startServer } from '../../support/running.ts';

describe('the metrics of Node', () => {
  it.each([
    ['runtime_metrics', true],
    ['', false],
  ])('are there where a block has %j', async (option, isThere) => {
    const [port = 0, one = 0, other = 0] = await freePorts(3);
    await startServer(
      `a.test:${port} {\nprometheus 127.0.0.1:${one} {\n${option}\n}\nwhoami\n}\nb.test:${port} {\nprometheus 127.0.0.1:${other}\nwhoami\n}`,
    );
    for (const http of [one, other]) {
      const { body } = await get(http, '/metrics');
      const values = new Map(
        body
          .split('\n')
          .filter((line) => line.startsWith('nodejs_'))
          .map((line) => [line.replace(/ .*/, ''), Number(line.replace(/.* /, ''))]),
      );
      expect(values.size > 0).toBe(isThere);
      if (!isThere) continue;
      expect(values.get('nodejs_heap_size_used_bytes')).toBeGreaterThan(1e6);
      expect(values.get('nodejs_eventloop_utilization_ratio')).toBeLessThanOrEqual(1);
      expect([...values.keys()].join(' ')).toContain('nodejs_gc_duration_seconds_count{kind="major"}');
      for (const value of values.values()) expect(value).toBeGreaterThanOrEqual(0);
    }
  });
});
