import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Attempt } from '../../../../src/plugins/forward/upstream/attempt.ts';
import { PendingAttempts } from '../../../../src/plugins/forward/upstream/pending-attempts.ts';

function makeAttempt(): Attempt {
  return { messageId: 0, next: undefined } as Attempt;
}

test('attempts are found by their IDs as in a Map, whatever comes and goes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ id: fc.nat({ max: 1200 }), removes: fc.boolean() }), { maxLength: 300 }),
      (steps) => {
        const pending = new PendingAttempts();
        const known = new Map<number, Attempt>();
        for (const { id, removes } of steps) {
          const there = known.get(id);
          if (removes && there) {
            pending.remove(there);
            known.delete(id);
          } else if (!there) {
            const attempt = makeAttempt();
            pending.add(attempt, () => id);
            known.set(id, attempt);
          }
        }
        expect(pending.size).toBe(known.size);
        for (let id = 0; id <= 1200; id++) expect(pending.find(id)).toBe(known.get(id));
        expect(new Set(pending.list())).toEqual(new Set(known.values()));
        expect(pending.takeAll()).toHaveLength(known.size);
        expect(pending.size).toBe(0);
      },
    ),
  );
});

test('an ID that is taken is not given twice', () => {
  const pending = new PendingAttempts();
  const random = [5, 5, 261, 5, 261, 6];
  const attempts = [makeAttempt(), makeAttempt(), makeAttempt()];
  for (const attempt of attempts) pending.add(attempt, () => random.shift()!);
  expect(attempts.map(({ messageId }) => messageId)).toEqual([5, 261, 6]);
});

test('what is not there is removed without harm', () => {
  const pending = new PendingAttempts();
  const [one, other] = [makeAttempt(), makeAttempt()];
  pending.add(one, () => 5);
  other.messageId = 261;
  pending.remove(other);
  expect([pending.size, pending.has(one), pending.has(other)]).toEqual([1, true, false]);
});
