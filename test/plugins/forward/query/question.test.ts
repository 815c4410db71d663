import { describe, expect, it } from 'vitest';
import { isSameQuestion, questionOf } from '../../../../src/plugins/forward/query/question.ts';
import { makeQuery, type QueryOptions } from '../../../support/query.ts';

/** The question of a query that this server has put options into. */
function question(upstreamOptions: readonly number[] = [], options: QueryOptions = {}) {
  const query = makeQuery('a.example', 'A', options);
  query.upstreamOptions = Uint8Array.from(upstreamOptions);
  return questionOf(query, false);
}

describe('options that upstreams are told', () => {
  it('tell questions apart, by their hashes too', () => {
    const first = [0xff, 0xee, 0, 1, 1];
    expect(isSameQuestion(question(first), question(first))).toBe(true);
    for (const other of [question([0xff, 0xee, 0, 1, 2]), question(first.slice(0, 4)), question()]) {
      expect(isSameQuestion(question(first), other)).toBe(false);
      expect(other.hash).not.toBe(question(first).hash);
    }
  });

  it('are not the client’s own', () => {
    const edns = (octet: number) => ({ edns: { options: Uint8Array.of(0xff, 0xee, 0, 1, octet) } });
    expect(isSameQuestion(question([], edns(1)), question([], edns(2)))).toBe(true);
  });
});
