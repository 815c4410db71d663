import { expect, test } from 'vitest';
import { RetryBudget } from '../../../../src/plugins/forward/query/retry-budget.ts';

test('there is a second try for each ten queries, and for fifty more at once', () => {
  const budget = new RetryBudget();
  const takeAll = (): number => {
    let taken = 0;
    while (budget.take()) taken++;
    return taken;
  };
  expect(takeAll()).toBe(50);
  for (let i = 0; i < 95; i++) budget.onQuery();
  expect(takeAll()).toBe(9);
  for (let i = 0; i < 10_000; i++) budget.onQuery();
  expect(takeAll()).toBe(50);
});
