import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { loadCorefile } from '../../../src/cli/load.ts';
import { formatProblem } from '../../../src/corefile/problem.ts';
import { timeoutsPlugin } from '../../../src/plugins/timeouts/timeouts.ts';
import { freePorts } from '../../support/free-ports.ts';
import { parseDirective } from '../../support/plugin.ts';
import { encodeQuery } from '../../support/query.ts';
import { startServer } from '../../support/running.ts';

const block = (...options: string[]) => `timeouts {\n${options.join('\n')}\n}`;

describe('timeouts in a Corefile', () => {
  it.each([
    [block('read 10s'), { readMs: 10_000 }],
    [block('read 10', 'write 1m', 'idle 24h'), { readMs: 10_000, writeMs: 60_000, idleMs: 86_400_000 }],
    [block('maxtcpqueries 128'), { maxQueries: 128 }],
    [block('maxtcpqueries -1'), { maxQueries: Infinity }],
    [`${block('read 1s', 'idle 2s')}\n${block('read 3s')}`, { readMs: 3000, idleMs: 2000 }],
  ])('%j', (lines, config) => {
    expect(parseDirective(timeoutsPlugin, lines)).toEqual({ config, problems: [] });
    expect(timeoutsPlugin.settings(config)).toEqual({ timeouts: config });
  });

  it.each([
    ['timeouts', 'Corefile:2:1: error: timeouts says nothing'],
    ['timeouts {\n}', 'Corefile:2:1: error: timeouts says nothing'],
    ['timeouts 5s', "Corefile:2:10: error: unexpected argument '5s'"],
    [block('read'), 'Corefile:3:1: error: read needs one value'],
    [block('read 1s 2s'), "Corefile:3:9: error: unexpected argument '2s'"],
    [block('read 500ms'), 'Corefile:3:6: error: read must be between 1s and 24h'],
    [block('idle 25h'), 'Corefile:3:6: error: idle must be between 1s and 24h'],
    [block('write x'), 'Corefile:3:7: error: write must be a number of seconds or a duration'],
    [block('read 1s', 'read 2s'), "Corefile:4:1: error: 'read' stands here again"],
    [block('reed 1s'), "Corefile:3:1: error: unknown option 'reed' of timeouts; did you mean 'read'?"],
    [block('maxtcpqueries 0'), 'Corefile:3:15: error: maxtcpqueries must be at least 1, or -1 for any number'],
    [block('maxtcpqueries -2'), 'Corefile:3:15: error: maxtcpqueries must be at least 1'],
    [block('maxtcpqueries x'), 'Corefile:3:15: error: maxtcpqueries must be an integer'],
  ])('refuses %j', (lines, problem) => {
    const { problems } = parseDirective(timeoutsPlugin, lines);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
  });

  it('counts for all blocks of a port, the last one most', () => {
    const text = `a:1 {\n${block('idle 5s', 'read 1s')}\nwhoami\n}\nb:1 b:2 {\n${block('idle 7s')}\nwhoami\n}\nc:2 c:3 {\nwhoami\n}\n`;
    const { config, problems } = loadCorefile({ file: 'Corefile', text }, 53, {});
    expect(config.listeners.map(({ port, timeouts }) => [port, timeouts])).toEqual([
      [1, { idleMs: 7000, readMs: 1000 }],
      [2, { idleMs: 7000 }],
      [3, undefined],
    ]);
    expect(problems.list.map(formatProblem)).toEqual([
      expect.stringMatching(/^Corefile:9:1: warning: the block on line 2 says something else .* port 1: /),
    ]);
  });
});

/** Sends as many queries at once as are said, and gives the replies' octets when the server ends the connection. */
function exchange(port: number, count: number): Promise<number> {
  const query = encodeQuery('example.org', 'A');
  const message = Buffer.concat([Buffer.of(0, query.length), query]);
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let octets = 0;
    socket.on('data', (data: Buffer) => (octets += data.length));
    socket.on('end', () => {
      socket.end();
      resolve(octets);
    });
    socket.on('error', reject);
    socket.write(Buffer.concat(Array.from({ length: count }, () => message)));
  });
}

describe('a connection', () => {
  it('ends after maxtcpqueries, and when it is idle', async () => {
    const [few = 0, idle = 0] = await freePorts(2);
    await startServer(
      `.:${few} {\nbind 127.0.0.1\n${block('maxtcpqueries 2')}\nwhoami\n}\n.:${idle} {\nbind 127.0.0.1\n${block('idle 1s')}\nwhoami\n}\n`,
    );
    const three = exchange(few, 3);
    // It waits for real time: a second, and not the ten seconds that it has without the line.
    const started = performance.now();
    const one = await exchange(idle, 1);
    expect(performance.now() - started).toBeLessThan(4000);
    expect(await three).toBe(2 * one);
  });
});
