import { expect, test } from 'vitest';
import { Readiness } from '../../../src/plugins/ready/readiness.ts';

test('names what is not ready, each once and in order', () => {
  const readiness = new Readiness();
  for (const name of ['b', 'a', 'c', 'b']) readiness.add({ name, isReady: () => name === 'c' }, 'until-ready');
  expect(readiness.missing).toEqual(['a', 'b']);
  expect(new Readiness().missing).toEqual([]);
});

test.each([
  ['until-ready', []],
  ['continuously', ['a']],
] as const)('what is unready again with monitor %s', (monitor, expected) => {
  const readiness = new Readiness();
  let isReady = false;
  readiness.add({ name: 'a', isReady: () => isReady }, monitor);
  expect(readiness.missing).toEqual(['a']);
  isReady = true;
  expect(readiness.missing).toEqual([]);
  isReady = false;
  expect(readiness.missing).toEqual(expected);
});
