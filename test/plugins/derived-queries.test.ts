import { describe, expect, it } from 'vitest';
import { DerivedQueries } from '../../src/plugins/derived-queries.ts';
import type { Handler } from '../../src/plugins/plugin.ts';
import { rcode, rrType } from '../../src/wire/codes.ts';
import { formatName, encodeName } from '../../src/wire/name.ts';
import { emptyReply, replyCode, serverFailure } from '../../src/wire/reply.ts';
import { makeQuery } from '../support/query.ts';

const question = { name: encodeName('other.test')!, type: rrType.AAAA, class: 1 };

describe('a derived query', () => {
  it('is the client’s with another question', () => {
    const seen: unknown[] = [];
    const next: Handler = (query) => {
      const { id, type, edns, clientPayload, dnssecOk, transport, peer, replyLimit, recursionAvailable } = query;
      query.readName();
      seen.push({
        id,
        type,
        edns,
        clientPayload,
        dnssecOk,
        transport,
        peer,
        replyLimit,
        recursionAvailable,
        name: formatName(query.lower),
      });
      return emptyReply(query, rcode.NXDOMAIN);
    };
    const query = makeQuery('a.longer.name.test', 'A', { edns: { payload: 1400, dnssecOk: true }, id: 77 });
    query.recursionAvailable = true;
    query.limitReply(1300);
    const length = new DerivedQueries(next).ask(query, question, (derived) => emptyReply(query, replyCode(derived)));
    expect(seen).toEqual([
      {
        id: 77,
        type: rrType.AAAA,
        edns: true,
        clientPayload: 1400,
        dnssecOk: true,
        transport: 'udp',
        peer: query.peer,
        replyLimit: 1300,
        recursionAvailable: true,
        name: 'other.test.',
      },
    ]);
    expect(length).toBe(12 + 20 + 4 + 11);
    expect(replyCode(query)).toBe(rcode.NXDOMAIN);
  });

  it('may have to wait, beside others', async () => {
    const waiting: (() => void)[] = [];
    const next: Handler = (query) => {
      query.hold();
      return new Promise((resolve) => {
        waiting.push(() => resolve(serverFailure(query, `failed ${query.id}`)));
      });
    };
    const queries = new DerivedQueries(next);
    const clients = [1, 2, 3].map((id) => makeQuery('a.test', 'A', { id }));
    const outcomes = clients.map((query) =>
      queries.ask(query, question, (derived) => emptyReply(query, replyCode(derived))),
    );
    expect(clients.map(({ isHeld }) => isHeld)).toEqual([true, true, true]);
    for (const end of waiting.reverse()) end();
    expect(await Promise.all(outcomes.map(async (outcome) => outcome))).toEqual([24, 24, 24]);
    expect(clients.map(({ error }) => error)).toEqual(['failed 1', 'failed 2', 'failed 3']);
    expect(clients.map(replyCode)).toEqual([2, 2, 2]);
  });
});
