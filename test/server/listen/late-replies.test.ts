import { expect, test } from 'vitest';
import { LateReplies } from '../../../src/server/listen/late-replies.ts';
import type { MessageVector } from '../../../src/sockets/message-vector.ts';

/** A vector of two slots that keeps what is put into them as text. */
function makeReplies(): { replies: LateReplies; sent: string[][] } {
  const slots: string[] = [];
  const sent: string[][] = [];
  const vector = {
    slots: { count: 2 },
    fill: (slot: number, _envelope: Uint8Array, reply: Uint8Array, start: number, length: number) => {
      slots[slot] = Buffer.from(reply.subarray(start, start + length)).toString();
    },
  } as unknown as MessageVector;
  return { replies: new LateReplies(vector, (_, count) => sent.push(slots.slice(0, count))), sent };
}

const add = (replies: LateReplies, text: string): void =>
  replies.add(new Uint8Array(0), Buffer.from(`--${text}--`), 2, text.length);

test('replies of one tick leave together, and no more than there are slots', async () => {
  const { replies, sent } = makeReplies();
  for (const text of ['a', 'b', 'c']) add(replies, text);
  expect(sent).toEqual([['a', 'b']]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(sent).toEqual([['a', 'b'], ['c']]);
  add(replies, 'd');
  await new Promise((resolve) => setImmediate(resolve));
  expect(sent.slice(2)).toEqual([['d']]);
});

test('a flush leaves nothing for the end of the tick', async () => {
  const { replies, sent } = makeReplies();
  add(replies, 'a');
  replies.flush();
  await new Promise((resolve) => setImmediate(resolve));
  expect(sent).toEqual([['a']]);
});
