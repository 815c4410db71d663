import { describe, expect, test } from 'vitest';
import { Publisher } from '../../../src/registry/publish/publisher.ts';
import type { HostAnswer } from '../../../src/registry/resolve/answer.ts';
import { ViewMap } from '../../../src/registry/resolve/view-map.ts';
import { TableWriter } from '../../../src/table/writer.ts';

const addresses = Array.from({ length: 300 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);

function answers(host: string): ViewMap<HostAnswer | undefined> {
  const labels = addresses.map((address) => address.replaceAll('.', '-'));
  return ViewMap.uniform<HostAnswer | undefined>({
    host,
    kind: 'internal',
    ttl: 30,
    addresses,
    endpointHostnames: [],
    services: [],
    endpoints: new Map(labels.map((label, i) => [label, [addresses[i]!]])),
    ptrs: addresses.map((address) => ({ address, target: host })),
    created: 0,
  });
}

/** A publisher, and how often it asks what a host answers. */
function setUp() {
  const calls: string[] = [];
  const namespaces = { numberOf: () => 0 };
  const publisher = new Publisher(
    new TableWriter(1),
    namespaces as never,
    { zones: ['mesh.test.'], allocationZones: [], ttl: 30 },
    [],
    (host) => {
      calls.push(host);
      return answers(host);
    },
  );
  const update = (host: string): void => {
    publisher.update(host, answers(host));
    publisher.flush();
  };
  return { publisher, calls, update };
}

describe('what a host answers is asked for once for a change', () => {
  test('of one that shares all its addresses', () => {
    const { calls, update } = setUp();
    update('a.mesh.test');
    update('b.mesh.test');
    expect(calls.filter((host) => host === 'a.mesh.test').length).toBeLessThanOrEqual(2);
  });

  test('and for all of its addresses that are looked at', () => {
    const { publisher, calls, update } = setUp();
    update('a.mesh.test');
    calls.length = 0;
    for (const address of addresses) expect(publisher.ptrs.candidatesOf(address)).toHaveLength(1);
    expect(calls).toEqual(['a.mesh.test']);
  });
});
