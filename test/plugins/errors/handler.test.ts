import { describe, expect, it } from 'vitest';
import type { Consolidation } from '../../../src/plugins/errors/config.ts';
import { errorsHandler } from '../../../src/plugins/errors/handler.ts';
import type { Handler } from '../../../src/plugins/plugin.ts';
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
});
