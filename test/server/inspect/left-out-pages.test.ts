import { describe, expect, test } from 'vitest';
import type { Rejection } from '../../../src/registry/model/rejection.ts';
import { leftOutPage } from '../../../src/server/inspect/left-out-pages.ts';
import { inspect } from './inspect.ts';

const rejections: Rejection[] = Array.from({ length: 60 }, (_, i) => ({
  reason: i % 3 === 0 ? 'host' : 'address',
  object: `ServiceEntry shop/entry-${i}`,
  field: 'spec.hosts[0]',
  message: '<img src=x onerror=alert(1)> is no DNS name',
  origin: `shop.yaml:${i}`,
}));

function page(parameters: string) {
  return leftOutPage(inspect({ rejections }).inspected, new URLSearchParams(parameters));
}

describe('pages of what is left out', () => {
  test('have reasons with their meaning, and 50 parts', () => {
    const { parts, all, total, offset, reasons } = page('');
    expect([parts.length, all, total, offset]).toEqual([50, 60, 60, 0]);
    expect(parts[1]).toEqual({
      ...rejections[1],
      block: '.:1053 on 192.0.2.1 mesh.test.:1053 on 192.0.2.1 .:1053 on 2001:db8::53 mesh.test.:1053 on 2001:db8::53',
    });
    expect(reasons).toEqual([
      { reason: 'host', count: 20, meaning: 'a host is not a DNS name' },
      { reason: 'address', count: 40, meaning: expect.stringContaining('address') as string },
    ]);
  });

  test.each([
    ['reason=host', 20],
    ['q=ENTRY-7', 1],
    ['q=yaml:5', 11],
    ['q=dns%20name&reason=address', 40],
    ['q=nothing', 0],
  ])('%s', (parameters, total) => {
    expect(page(parameters).total).toBe(total);
  });

  test('a reason that there is not', () => {
    expect(() => page('reason=x')).toThrow(/^'x' is no reason; there are parse, size/);
  });
});
