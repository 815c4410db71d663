import { expect, test } from 'vitest';
import { enabledTunings, tunings } from '../../../src/runtime/tuning/switches.ts';

test.each([undefined, '', ','])('all tunings are on with %o', (value) => {
  expect([...enabledTunings({ SERVICEENTRY_DNS_TUNING_OFF: value })]).toEqual(tunings);
});

test('what the variable lists is off', () => {
  const enabled = enabledTunings({ SERVICEENTRY_DNS_TUNING_OFF: 'gso,priority' });
  expect([...enabled]).toEqual(['coalescing', 'young-generation', 'gc-helpers', 'compact-heap']);
});

test('a name that is none is an error', () => {
  expect(() => enabledTunings({ SERVICEENTRY_DNS_TUNING_OFF: 'gso,naps' })).toThrow(
    "SERVICEENTRY_DNS_TUNING_OFF has 'naps'; there are coalescing, gso,",
  );
});
