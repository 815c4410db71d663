import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GsoPlanner } from '../../src/sockets/gso-planner.ts';

interface Reply {
  readonly peer: number;
  readonly length: number;
}

/** The messages that the replies of all slots from one on go in, as slots. */
function join(replies: readonly Reply[], from = 0, hashOf = (peer: number): number => peer & 255): number[][] {
  const planner = new GsoPlanner({
    sizeOf: (slot) => replies[slot]!.length,
    hashOf: (slot) => hashOf(replies[slot]!.peer),
    areSame: (a, b) => replies[a]!.peer === replies[b]!.peer,
  });
  // What an earlier turn has left behind is not seen.
  planner.plan(0, replies.length);
  const messages = planner.plan(from, replies.length);
  return Array.from({ length: messages }, (_, message) =>
    Array.from(planner.slots.subarray(planner.startOf(message), planner.ends[message])),
  );
}

const to = (peer: number, ...lengths: number[]): Reply[] => lengths.map((length) => ({ peer, length }));

test.each<[string, Reply[], number[][]]>([
  ['each alone', [...to(1, 40), ...to(2, 40), ...to(3, 40)], []],
  ['of one length', to(1, 40, 40, 40), [[0, 1, 2]]],
  ['A and AAAA', to(1, 60, 110), [[1, 0]]],
  ['of three lengths', to(1, 50, 60, 40), [[1, 0], [2]]],
  ['of many lengths, many times', to(1, 40, 60, 40, 50, 60, 50), [[1, 4, 3], [5, 0], [2]]],
  [
    'of two peers',
    [...to(1, 40), ...to(2, 50), ...to(1, 40), ...to(2, 50)],
    [
      [0, 2],
      [1, 3],
    ],
  ],
  ['one of which is alone', [...to(1, 40), ...to(2, 50), ...to(1, 40)], [[0, 2], [1]]],
  ['the longest that a packet has room for', to(1, 1232, 1232, 100), [[0, 1, 2]]],
  ['a longer one', to(1, 1233, 1232, 1232, 1233), [[0], [3], [1, 2]]],
  ['more than a datagram has room for', to(1, ...Array.from({ length: 54 }, () => 1232)), [numbers(0, 52), [52, 53]]],
  ['as many as there may be', to(1, ...Array.from({ length: 64 }, () => 100)), [numbers(0, 64)]],
])('%s', (_title, replies, messages) => {
  expect(join(replies)).toEqual(messages);
});

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

test('each reply goes once, and each message is one that the kernel can cut', () => {
  const reply = fc.record({
    peer: fc.integer({ min: 0, max: 6 }),
    length: fc.oneof(fc.integer({ min: 12, max: 20 }), fc.integer({ min: 1230, max: 1236 }), fc.constant(65_535)),
  });
  // Peers whose hashes are the same, or next to each other at the end of the table.
  const hash = fc.constantFrom(
    (peer: number) => peer,
    () => 255,
    (peer: number) => 255 - (peer & 1),
  );
  fc.assert(
    fc.property(fc.array(reply, { minLength: 1, maxLength: 64 }), fc.nat(63), hash, (replies, start, hashOf) => {
      const from = start % replies.length;
      const messages = join(replies, from, hashOf);
      const peers = replies.slice(from).map(({ peer }) => peer);
      if (messages.length === 0) {
        expect(new Set(peers).size).toBe(peers.length);
        return;
      }
      expect(messages.flat().sort((a, b) => a - b)).toEqual(numbers(from, replies.length));
      for (const message of messages) {
        const [first, ...others] = message.map((slot) => replies[slot]!);
        const last = others.pop();
        if (last === undefined) continue;
        expect(first!.length).toBeLessThanOrEqual(1232);
        expect(new Set([first!.peer, last.peer, ...others.map(({ peer }) => peer)]).size).toBe(1);
        for (const { length } of others) expect(length).toBe(first!.length);
        expect(last.length).toBeLessThanOrEqual(first!.length);
        expect(message.reduce((sum, slot) => sum + replies[slot]!.length, 0)).toBeLessThanOrEqual(65_000);
      }
    }),
  );
});
