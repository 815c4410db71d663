/** What Sidecars cost, and when a change of one is served: docs/semantics.md section 8. */
import { describe, expect, test } from 'vitest';
import type { EgressHost, RegistryObject, Sidecar } from '../../../../src/registry/model/object.ts';
import type { Change } from '../../../../src/registry/sources/source.ts';
import { decodeMessage } from '../../../support/dns-message.ts';
import { pod, RegistryHarness, serviceEntry } from '../../harness.ts';

const network = (address: string) => ({ address, prefixLength: 24, family: 4 as const });
const clients = {
  rules: [
    { cidr: network('192.168.1.0'), namespace: 'ns1' },
    { cidr: network('192.168.2.0'), namespace: 'elsewhere' },
  ],
};
const inNs1 = '192.168.1.1';
const elsewhere = '192.168.2.1';

function sidecar(name: string, egress: readonly string[] | undefined, labels?: Record<string, string>): Sidecar {
  const [namespace = '', own = ''] = name.split('/');
  const egressHosts = egress?.map((text): EgressHost => {
    const [space = '', host = ''] = text.split('/');
    return { namespace: space, host };
  });
  const meta = { namespace, name: own, created: undefined, origin: { text: 'test' } };
  return { kind: 'Sidecar', meta, selector: labels && new Map(Object.entries(labels)), egressHosts };
}

const hosts = 200;
/** Hosts `h0.test`, `h1.test` and so on, in the namespaces `ns0` to `ns9` in turn. */
function setUp(): RegistryHarness {
  const harness = new RegistryHarness({ sidecars: true }, clients);
  const entries = Array.from({ length: hosts }, (_, i) =>
    serviceEntry(`ns${i % 10}/e${i}`, { hosts: [`h${i}.test`], vips: [`10.0.0.${i}`] }),
  );
  harness.upsert(...entries);
  return harness;
}

/** Which of `h1.test`, `h2.test` and `h3.test` a client sees. */
function seen(harness: RegistryHarness, client: string): string {
  return [1, 2, 3]
    .filter((i) => decodeMessage(harness.askBytes(`h${i}.test`, 'A', client)).answer.length > 0)
    .join(' ');
}

describe('a change resolves no host, and is served', () => {
  const apply = (harness: RegistryHarness, ...objects: RegistryObject[]): void => {
    const { resolved } = harness.registry.status;
    harness.upsert(...objects);
    expect(harness.registry.status.resolved).toBe(resolved);
  };

  test('of the default Sidecar of a namespace', () => {
    const harness = setUp();
    expect(harness.registry.status.resolved).toBe(hosts);
    expect(seen(harness, inNs1)).toBe('1 2 3');
    apply(harness, sidecar('ns1/default', ['./*']));
    expect([seen(harness, inNs1), seen(harness, elsewhere)]).toEqual(['1', '1 2 3']);
    apply(harness, sidecar('ns1/default', ['./*', 'ns2/h2.test']));
    expect(seen(harness, inNs1)).toBe('1 2');
    apply(harness, sidecar('ns1/default', undefined));
    expect(seen(harness, inNs1)).toBe('1 2 3');
    apply(harness, sidecar('ns1/default', []));
    expect(seen(harness, inNs1)).toBe('');
    harness.delete(sidecar('ns1/default', []));
    expect(seen(harness, inNs1)).toBe('1 2 3');
    expect(harness.registry.status.resolved).toBe(hosts);
  });

  test('of the default Sidecar of all namespaces', () => {
    const harness = setUp();
    apply(harness, sidecar('istio-system/default', ['./*', 'ns3/*']));
    expect([seen(harness, inNs1), seen(harness, elsewhere)]).toEqual(['1 3', '3']);
    apply(harness, sidecar('istio-system/default', ['ns2/*']));
    expect([seen(harness, inNs1), seen(harness, elsewhere)]).toEqual(['2', '2']);
    harness.delete(sidecar('istio-system/default', []));
    expect([seen(harness, inNs1), seen(harness, elsewhere)]).toEqual(['1 2 3', '1 2 3']);
  });

  test('of the labels of a Pod, and of a Sidecar that selects it', () => {
    const harness = setUp();
    const client = (labels: object): RegistryObject => pod('ns1/p', ['10.1.0.1'], labels);
    apply(harness, client({ app: 'a' }), sidecar('ns1/a', ['ns2/*'], { app: 'a' }), sidecar('ns1/default', ['ns3/*']));
    expect(seen(harness, '10.1.0.1')).toBe('2');
    apply(harness, client({ app: 'b' }));
    expect(seen(harness, '10.1.0.1')).toBe('3');
    apply(harness, sidecar('ns1/a', ['ns2/*'], { app: 'b' }));
    expect(seen(harness, '10.1.0.1')).toBe('2');
    apply(harness, sidecar('ns1/a', ['ns1/*'], { app: 'b' }));
    expect(seen(harness, '10.1.0.1')).toBe('1');
    harness.delete(sidecar('ns1/a', []));
    expect(seen(harness, '10.1.0.1')).toBe('3');
  });

  test('and is a change of the zone: the serial says so', () => {
    const harness = setUp();
    const before = harness.writer.serial;
    harness.clock.advance(5000);
    apply(harness, sidecar('ns1/default', ['./*']));
    expect(harness.writer.serial).toBe(before + 5);
  });
});

test('100 Sidecars take what they hold, however many hosts there are', () => {
  const harness = setUp();
  const before = harness.writer.bytes;
  harness.upsert(...Array.from({ length: 100 }, (_, i) => sidecar(`team${i}/default`, ['./*', 'istio-system/*'])));
  expect(harness.registry.status.resolved).toBe(hosts);
  // For each the egress hosts, its namespace's name and number, and the text and the default of that.
  expect((harness.writer.bytes - before) / 100).toBeLessThan(240);
  const names = harness.writer.size;
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 100; i++) harness.upsert(sidecar(`team${i}/default`, [`ns${round}/*`]));
  }
  // Of the namespaces that the first ones spoke of one has gone, with its text.
  expect(harness.writer.size).toBe(names - 2);
});

test('a host that hundreds of namespaces have takes what these have, and no square of it', () => {
  const bytesOf = (namespaces: number): number => {
    const harness = new RegistryHarness({ sidecars: true }, clients);
    const entries = Array.from({ length: namespaces }, (_, i) =>
      serviceEntry(`n${i}/e`, { hosts: ['same.test'], vips: [`10.0.${i >> 8}.${i & 255}`] }),
    );
    harness.upsert(...entries);
    return harness.writer.bytes;
  };
  const [few, many] = [bytesOf(50), bytesOf(400)];
  expect(many / few).toBeLessThan(10);
});

test('namespaces that come and go leave nothing behind: 100,000 of them', () => {
  const harness = new RegistryHarness({ sidecars: true }, clients);
  const stays = serviceEntry('stays/e', { hosts: ['h1.test'], vips: ['10.0.0.1'], exportTo: ['.', 'elsewhere'] });
  harness.upsert(stays);
  const before = harness.writer.size;
  const batch = 1000;
  for (let first = 0; first < 100_000; first += batch) {
    const objects = Array.from({ length: batch }, (_, i): RegistryObject => {
      const namespace = `ns${first + i}`;
      // A ServiceEntry, a Pod or a Sidecar speaks of it, or another's exportTo or egress does.
      switch (i % 5) {
        case 0:
          return serviceEntry(`${namespace}/e`, { hosts: [`h${i}.e${i}`], exportTo: ['.'] });
        case 1:
          return pod(`${namespace}/p`, [`10.1.${i >> 8}.${i & 255}`], {});
        case 2:
          return sidecar(`${namespace}/default`, ['./*', `${namespace}x/*`]);
        case 3:
          return serviceEntry(`stays/e${i}`, { hosts: [`h${i}.e${i}`], exportTo: [namespace] });
        default:
          return sidecar(`stays/s${i}`, [`${namespace}/*`], { never: 'selects' });
      }
    });
    harness.upsert(...objects);
    expect(harness.writer.size).toBeGreaterThan(before + batch);
    const deletes = objects.map(({ kind, meta: { namespace, name } }): Change => ({
      type: 'delete',
      kind,
      namespace,
      name,
    }));
    harness.registry.apply(deletes);
  }
  expect(harness.writer.size).toBe(before);
  expect(seen(harness, elsewhere)).toBe('1');
  expect(seen(harness, inNs1)).toBe('');
}, 60_000);
