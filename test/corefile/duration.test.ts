import { describe, expect, it } from 'vitest';
import { goDuration, parseDurationMs } from '../../src/corefile/duration.ts';

describe('goDuration', () => {
  // As Go 1.26 prints them.
  it.each([
    '0s',
    '1ns',
    '1.5µs',
    '300ms',
    '1.5ms',
    '1s',
    '1.5s',
    '59.999s',
    '1m0s',
    '1m1.5s',
    '1h0m0s',
    '1h30m0s',
    '24h0m0s',
  ])('%s', (text) => {
    expect(goDuration(parseDurationMs(text)!)).toBe(text);
  });
});
