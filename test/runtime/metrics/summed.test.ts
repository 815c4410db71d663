import { expect, it } from 'vitest';
import { summed } from '../../../src/runtime/metrics/summed.ts';

it('adds up what has the same labels, in the order of the first', () => {
  const samples = [
    { labels: { server: 'b', zone: '.' }, value: 1 },
    { labels: { server: 'a', zone: '.' }, value: 2 },
    { labels: { server: 'b', zone: '.' }, value: 3 },
  ];
  expect(summed(samples)).toEqual([
    { labels: { server: 'b', zone: '.' }, value: 4 },
    { labels: { server: 'a', zone: '.' }, value: 2 },
  ]);
});
