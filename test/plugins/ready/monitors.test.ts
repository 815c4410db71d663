import { expect, test } from 'vitest';
import type { NamedReadiness } from '../../../src/plugins/control.ts';
import { Monitors, type Watch } from '../../../src/plugins/ready/monitors.ts';

test('names what is not ready, each once and in order', () => {
  const monitors = new Monitors(() =>
    ['b', 'a', 'c', 'b'].map((name) => ({ readiness: { name, isReady: () => name === 'c' }, monitor: 'until-ready' })),
  );
  expect(monitors.text).toBe('a,b');
  expect(new Monitors(() => []).text).toBe('');
});

test('says why, on lines of their own', () => {
  const watches: Watch[] = [];
  const add = (readiness: NamedReadiness, monitor: Watch['monitor']) => watches.push({ readiness, monitor });
  const readiness = new Monitors(() => watches);
  expect(readiness.text).toBe('');
  add({ name: 'sockets', isReady: () => false }, 'until-ready');
  expect(readiness.text).toBe('sockets');
  for (let blocks = 0; blocks < 2; blocks++) {
    add({ name: 'serviceentry', isReady: () => false, reason: () => 'waiting for x' }, 'until-ready');
  }
  add({ name: 'serviceentry', isReady: () => false, reason: () => '' }, 'until-ready');
  add({ name: 'other', isReady: () => true, reason: () => 'waiting for y' }, 'until-ready');
  expect(readiness.text).toBe('serviceentry,sockets\nserviceentry: waiting for x');
});

test.each([
  ['until-ready', ''],
  ['continuously', 'a'],
] as const)('what is unready again with monitor %s', (monitor, expected) => {
  let isReady = false;
  const watch: Watch = { readiness: { name: 'a', isReady: () => isReady }, monitor };
  const readiness = new Monitors(() => [watch]);
  expect(readiness.text).toBe('a');
  isReady = true;
  expect(readiness.text).toBe('');
  isReady = false;
  expect(readiness.text).toBe(expected);
});
