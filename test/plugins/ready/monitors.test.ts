import { expect, test } from 'vitest';
import { Monitors } from '../../../src/plugins/ready/monitors.ts';

test('names what is not ready, each once and in order', () => {
  const readiness = new Monitors();
  for (const name of ['b', 'a', 'c', 'b']) readiness.add({ name, isReady: () => name === 'c' }, 'until-ready');
  expect(readiness.text).toBe('a,b');
  expect(new Monitors().text).toBe('');
});

test('says why, on lines of their own', () => {
  const readiness = new Monitors();
  expect(readiness.text).toBe('');
  readiness.add({ name: 'sockets', isReady: () => false }, 'until-ready');
  expect(readiness.text).toBe('sockets');
  for (let blocks = 0; blocks < 2; blocks++) {
    readiness.add({ name: 'serviceentry', isReady: () => false, reason: () => 'waiting for x' }, 'until-ready');
  }
  readiness.add({ name: 'serviceentry', isReady: () => false, reason: () => '' }, 'until-ready');
  readiness.add({ name: 'other', isReady: () => true, reason: () => 'waiting for y' }, 'until-ready');
  expect(readiness.text).toBe('serviceentry,sockets\nserviceentry: waiting for x');
});

test.each([
  ['until-ready', ''],
  ['continuously', 'a'],
] as const)('what is unready again with monitor %s', (monitor, expected) => {
  const readiness = new Monitors();
  let isReady = false;
  readiness.add({ name: 'a', isReady: () => isReady }, monitor);
  expect(readiness.text).toBe('a');
  isReady = true;
  expect(readiness.text).toBe('');
  isReady = false;
  expect(readiness.text).toBe(expected);
});
