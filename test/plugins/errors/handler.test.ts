import { describe, expect, it } from 'vitest';
import type { Consolidation } from '../../../src/plugins/errors/config.ts';
import { errorsHandler } from '../../../src/plugins/errors/handler.ts';
import type { Handler } from '../../../src/plugins/plugin.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import { rcode } from '../../../src/wire/codes.ts';
import { emptyReply, serverFailure } from '../../../src/wire/reply.ts';
import { makeEnvironment } from '../../support/plugin.ts';
import { makeQuery } from '../../support/query.ts';

const rule = (change: Partial<Consolidation> = {}): Consolidation => ({
  periodMs: 30_000,
  pattern: 'timeout$',
  level: 'error',
  showsFirst: false,
  ...change,
});

/** A handler behind which every query fails for `reason()`. */
function failing(consolidations: Consolidation[], reason: () => string) {
  const environment = makeEnvironment();
  const handler = errorsHandler.create({ consolidations }, environment, (query) => serverFailure(query, reason()));
  const ask = (): unknown => handler(makeQuery('Example.ORG', 'AAAA'));
  const lines = () => environment.logger.lines.map(({ level, message }) => `${level} ${message}`);
  return { environment, ask, lines };
}

describe('errors', () => {
  it('says code, name, type and reason, and passes the reply on', () => {
    const { ask, lines } = failing([], () => 'read udp: i/o timeout');
    expect(ask()).toBeGreaterThan(0);
    expect(lines()).toEqual(['error plugin/errors: 2 example.org. AAAA: read udp: i/o timeout']);
  });

  it.each<[string, Handler, string[]]>([
    ['no error', (query) => emptyReply(query, rcode.SERVFAIL), []],
    [
      'a refusal',
      (query) => {
        query.error = 'not ours';
        return emptyReply(query, rcode.REFUSED);
      },
      ['plugin/errors: 5 example.org. A: not ours'],
    ],
    [
      'no reply',
      (query) => {
        query.error = 'gone';
        return 0;
      },
      ['plugin/errors: 2 example.org. A: gone'],
    ],
    ['a promise', (query) => Promise.resolve(serverFailure(query, 'late')), ['plugin/errors: 2 example.org. A: late']],
    ['a promise without error', (query) => Promise.resolve(emptyReply(query, rcode.NOERROR)), []],
  ])('handles %s', async (_, next, messages) => {
    const environment = makeEnvironment();
    const query = makeQuery('example.org', 'A');
    const length = await errorsHandler.create({ consolidations: [] }, environment, next)(query);
    expect(length).toBe(await next(makeQuery('example.org', 'A')));
    expect(environment.logger.lines.map(({ message }) => message)).toEqual(messages);
  });

  it('cuts a long reason', () => {
    const { ask, lines } = failing([rule({ pattern: 'y' })], () => `${'x'.repeat(1024)}y`);
    ask();
    expect(lines()).toEqual([`error plugin/errors: 2 example.org. AAAA: ${'x'.repeat(1024)}…`]);
  });

  it('counts the errors of the first pattern that matches, and tells at the end of the period', () => {
    let reason = 'timeout';
    const rules = [rule({ level: 'warning' }), rule({ pattern: 'time' })];
    const { ask, lines, environment } = failing(rules, () => reason);
    ask();
    environment.clock.advance(29_999);
    ask();
    expect(lines()).toEqual([]);
    environment.clock.advance(1);
    expect(lines()).toEqual(["warning plugin/errors: 2 errors like 'timeout$' occurred in last 30s"]);
    environment.clock.advance(100_000);
    expect(lines()).toHaveLength(1);
    reason = 'something else';
    ask();
    expect(lines()[1]).toBe('error plugin/errors: 2 example.org. AAAA: something else');
    reason = 'timeout';
    ask();
    environment.clock.advance(30_000);
    expect(lines()[2]).toBe("warning plugin/errors: 1 errors like 'timeout$' occurred in last 30s");
  });

  it('shows the first error of a period, and no sum where it was the only one', () => {
    const { ask, lines, environment } = failing([rule({ showsFirst: true, level: 'info' })], () => 'timeout');
    ask();
    expect(lines()).toEqual(['info plugin/errors: 2 example.org. AAAA: timeout']);
    environment.clock.advance(30_000);
    expect(lines()).toHaveLength(1);
    ask();
    ask();
    environment.clock.advance(30_000);
    expect(lines()).toHaveLength(3);
    expect(lines()[2]).toBe("info plugin/errors: 2 errors like 'timeout$' occurred in last 30s");
  });

  it('tells what it has counted when the chain is closed, and each error after it', async () => {
    const { ask, lines, environment } = failing([rule()], () => 'timeout');
    ask();
    await environment.close();
    expect(lines()).toEqual(["error plugin/errors: 1 errors like 'timeout$' occurred in last 30s"]);
    expect(environment.clock.pending).toBe(0);
    ask();
    expect(lines()[1]).toBe('error plugin/errors: 2 example.org. AAAA: timeout');
  });

  describe('in several workers', () => {
    /** Workers on one clock, with one memory and one log. */
    function workers(change: Partial<Consolidation> = {}) {
      const shared = new Int32Array(new SharedArrayBuffer(8));
      const { clock, logger } = makeEnvironment();
      const start = () => {
        const environment = { ...makeEnvironment(), clock, logger, shared };
        const ask = errorsHandler.create({ consolidations: [rule(change)] }, environment, (query) =>
          serverFailure(query, 'timeout'),
        );
        return { fail: () => void ask(makeQuery('example.org', 'A')), close: () => environment.close() };
      };
      return { clock, start, lines: () => logger.lines.map(({ message }) => message) };
    }
    const sum = (count: number): string => `plugin/errors: ${count} errors like 'timeout$' occurred in last 30s`;

    it('tells the sum of all once, at the end of the period', () => {
      const { clock, start, lines } = workers();
      const [one, other, third] = [start(), start(), start()];
      one.fail();
      clock.advance(10_000);
      other.fail();
      other.fail();
      third.fail();
      clock.advance(19_999);
      expect(lines()).toEqual([]);
      clock.advance(1);
      expect(lines()).toEqual([sum(4)]);
      other.fail();
      clock.advance(29_999);
      one.fail();
      expect(lines()).toEqual([sum(4)]);
      clock.advance(1);
      expect(lines()).toEqual([sum(4), sum(2)]);
      clock.advance(100_000);
      expect(lines()).toHaveLength(2);
      expect(clock.pending).toBe(0);
    });

    it('shows the first error of all only', () => {
      const { clock, start, lines } = workers({ showsFirst: true });
      const [one, other] = [start(), start()];
      one.fail();
      other.fail();
      expect(lines()).toEqual(['plugin/errors: 2 example.org. A: timeout']);
      clock.advance(30_000);
      expect(lines().slice(1)).toEqual([sum(2)]);
    });

    it('tells what a worker has counted that is gone, by the one in its place', () => {
      const shared = new Int32Array(new SharedArrayBuffer(8));
      const { clock, logger } = makeEnvironment();
      // Its timers die with it.
      const dying: Clock = { now: () => 0, wall: () => clock.wall(), after: () => () => undefined };
      const create = (on: Clock) =>
        errorsHandler.create(
          { consolidations: [rule()] },
          { ...makeEnvironment(), clock: on, logger, shared },
          (query) => serverFailure(query, 'timeout'),
        );
      void create(dying)(makeQuery('example.org', 'A'));
      clock.advance(10_000);
      create(clock);
      clock.advance(19_999);
      expect(logger.lines).toEqual([]);
      clock.advance(1);
      expect(logger.lines.map(({ message }) => message)).toEqual([sum(1)]);
    });

    it('tells all in one or two lines when the workers end', async () => {
      const { start, lines } = workers();
      const [one, other] = [start(), start()];
      one.fail();
      other.fail();
      await one.close();
      other.fail();
      await other.close();
      expect(lines()).toEqual([sum(2), sum(1)]);
    });
  });
});
