import { describe, expect, test } from 'vitest';
import type { RecordPosition } from '../../../../src/wire/message.ts';
import { UpstreamCookie } from '../../../../src/plugins/forward/upstream/cookie.ts';

const own = [1, 2, 3, 4, 5, 6, 7, 8];

function makeCookie(): UpstreamCookie {
  let next = 0;
  return new UpstreamCookie(() => 0x1100 + ++next);
}

/** An OPT record with these octets of options. */
function opt(...options: number[]): [Uint8Array, RecordPosition] {
  const message = Uint8Array.of(9, 9, ...options);
  return [message, { section: 3, start: 0, type: 41, ttlAt: 0, rdataStart: 2, end: message.length }];
}

describe('the cookie of an upstream', () => {
  test('is 8 octets of ours at first', () => {
    expect([...makeCookie().option]).toEqual([0, 10, 0, 8, ...own]);
  });

  test('has what the upstream gives behind ours, and changes with it', () => {
    const cookie = makeCookie();
    const first = Array.from({ length: 16 }, (_, i) => 100 + i);
    expect(cookie.check(...opt(0, 15, 0, 2, 0, 1, 0, 10, 0, 24, ...own, ...first))).toBe(true);
    expect([...cookie.option]).toEqual([0, 10, 0, 24, ...own, ...first]);
    const second = [200, 201, 202, 203, 204, 205, 206, 207];
    expect(cookie.check(...opt(0, 10, 0, 16, ...own, ...second))).toBe(true);
    expect([...cookie.option]).toEqual([0, 10, 0, 16, ...own, ...second]);
  });

  test.each([
    ['is not ours', [0, 10, 0, 16, 1, 2, 3, 4, 5, 6, 7, 9, 1, 1, 1, 1, 1, 1, 1, 1]],
    ['is too short', [0, 10, 0, 7, 1, 2, 3, 4, 5, 6, 7]],
    ['is too long', [0, 10, 0, 41, ...own, ...new Array<number>(33).fill(1)]],
  ])('one that %s is not taken, and changes nothing', (_title, octets) => {
    const cookie = makeCookie();
    expect(cookie.check(...opt(...octets))).toBe(false);
    expect([...cookie.option]).toEqual([0, 10, 0, 8, ...own]);
  });

  test('need not come back', () => {
    expect(makeCookie().check(...opt(0, 15, 0, 2, 0, 1))).toBe(true);
    expect(makeCookie().check(...opt())).toBe(true);
  });
});
