import { expect, it } from 'vitest';
import { extendedError, extendedErrorOf } from '../../src/wire/extended-error.ts';
import { appendOption } from '../../src/wire/reply-option.ts';
import { emptyReply } from '../../src/wire/reply.ts';
import { makeQuery, replyBytes } from '../support/query.ts';

it('an extended error stands in the OPT record of a client that sent one', () => {
  const query = makeQuery('a.test', 'A', { edns: true });
  query.replyOptions = extendedErrorOf(extendedError.blocked, 'no');
  const reply = replyBytes(query, emptyReply(query, 5));
  expect([...reply.subarray(-18)]).toEqual([0, 41, 4, 208, 0, 0, 0, 0, 0, 8, 0, 15, 0, 4, 0, 15, 0x6e, 0x6f]);
  const plain = makeQuery('a.test', 'A');
  plain.replyOptions = extendedErrorOf(extendedError.blocked);
  expect(emptyReply(plain, 5)).toBe(24);
});

it('an option is appended to a reply, in its memory or in other, and not to one without OPT', () => {
  const option = extendedErrorOf(17);
  for (const size of [65_535, 35]) {
    const query = makeQuery('a.test', 'A', { edns: true });
    query.out = new Uint8Array(size);
    const length = appendOption(query, emptyReply(query, 0), option);
    expect(length).toBe(41);
    expect([...replyBytes(query, length).subarray(-8)]).toEqual([0, 6, ...option]);
  }
  const plain = makeQuery('a.test', 'A');
  expect(appendOption(plain, emptyReply(plain, 0), option)).toBe(24);
  expect(appendOption(plain, 0, option)).toBe(0);
});
