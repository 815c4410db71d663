import { describe, expect, test } from 'vitest';
import type { Change } from '../../../src/registry/sources/source.ts';
import type { Service } from '../../../src/registry/model/object.ts';
import { RegistryHarness, serviceEntry } from '../harness.ts';

const service = (namespace: string, name: string): Service => {
  return { kind: 'Service', meta: { namespace, name, created: undefined, origin: { text: 'test' } } };
};
const wildcard = serviceEntry('a/w', { hosts: ['*.svc.cluster.local'], vips: ['10.0.0.1'], hasAddresses: true });
const web = service('shop', 'web');
const names = ['web.shop.svc.cluster.local', 'x.web.shop.svc.cluster.local'];

function answersOf(harness: RegistryHarness): string[] {
  return names.map((name) => harness.addresses(name));
}

describe('services on: a wildcard host and a Service', () => {
  test('come and go in any order, and answers follow at once', () => {
    const harness = new RegistryHarness({ services: true, zones: [] });
    const [hidden, seen] = [
      ['10.0.0.1', '10.0.0.1'],
      ['forwarded', 'forwarded'],
    ];
    harness.upsert(wildcard);
    expect(answersOf(harness)).toEqual(hidden);
    harness.upsert(web);
    expect(answersOf(harness)).toEqual(seen);
    harness.upsert(web);
    expect(answersOf(harness)).toEqual(seen);
    harness.delete(wildcard);
    expect(answersOf(harness)).toEqual(seen);
    harness.upsert(wildcard);
    expect(answersOf(harness)).toEqual(seen);
    harness.delete(web);
    expect(answersOf(harness)).toEqual(hidden);
    harness.upsert(service('shop', 'web'), service('other', 'web'));
    harness.delete(service('other', 'web'));
    expect(answersOf(harness)).toEqual(seen);
  });

  test('in one batch', () => {
    const harness = new RegistryHarness({ services: true, zones: [] });
    const batch: Change[] = [wildcard, web].map((object) => ({ type: 'upsert', object }));
    harness.registry.apply(batch);
    expect(answersOf(harness)).toEqual(['forwarded', 'forwarded']);
  });

  test('a change of Services is one that DNS can see', () => {
    const harness = new RegistryHarness({ services: true });
    harness.upsert(wildcard);
    const before = harness.writer.serial;
    harness.clock.advance(5000);
    harness.upsert(web);
    expect(harness.writer.serial).toBe(before + 5);
    harness.clock.advance(5000);
    harness.upsert(web);
    expect(harness.writer.serial).toBe(before + 5);
  });

  test('with services off nothing is kept of Services', () => {
    const harness = new RegistryHarness();
    harness.upsert(wildcard);
    const { size } = harness.writer;
    harness.upsert(web);
    expect(harness.writer.size).toBe(size);
    expect(answersOf(harness)).toEqual(['10.0.0.1', '10.0.0.1']);
  });
});

test('20,000 Services are in the table only where there is a wildcard host, and take less than 100 octets each', () => {
  const harness = new RegistryHarness({ services: true });
  const { size } = harness.writer;
  const count = 20_000;
  harness.upsert(...Array.from({ length: count }, (_, i) => service(`team-${i % 100}`, `service-${i}`)));
  expect(harness.writer.size).toBe(size);
  const { bytes } = harness.writer;
  harness.upsert(wildcard);
  expect(harness.writer.size).toBeGreaterThanOrEqual(size + count);
  // Memory is taken by doubling.
  expect((harness.writer.bytes - bytes) / count).toBeLessThan(2 * 100);
  expect(harness.addresses('service-19999.team-99.svc.cluster.local')).toBe('forwarded');
  expect(harness.addresses('service-19999.team-98.svc.cluster.local')).toBe('10.0.0.1');
  harness.delete(wildcard);
  for (let i = 0; i < count; i++) harness.delete(service(`team-${i % 100}`, `service-${i}`));
  expect(harness.writer.size).toBe(size);
});

test.each(['UPPER', 'a.b', 'x'.repeat(64), ''])(
  'a Service that Kubernetes would not have, %j, harms nothing',
  (name) => {
    const harness = new RegistryHarness({ services: true, zones: [] });
    harness.upsert(wildcard, service('shop', name));
    expect(answersOf(harness)).toEqual(['10.0.0.1', '10.0.0.1']);
    expect(harness.addresses('upper.shop.svc.cluster.local')).toBe(name === 'UPPER' ? 'forwarded' : '10.0.0.1');
    harness.delete(service('shop', name));
    expect(harness.addresses('upper.shop.svc.cluster.local')).toBe('10.0.0.1');
  },
);
