import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changeText } from '../../../src/registry/search/host-change.ts';
import { HostIndex, maxChanges } from '../../../src/registry/search/host-index.ts';
import { endpoint, RegistryHarness, serviceEntry } from '../harness.ts';
import { anyBatch } from '../random-objects.ts';

const shop = serviceEntry('shop/payments', {
  hosts: ['payments.mesh.test', '*.tenants.mesh.test'],
  vips: ['10.0.0.1', '2001:db8::1'],
  ports: [{ name: 'http', number: 80, isUdp: false, targetPort: undefined }],
});
const bank = serviceEntry('bank/ledger', {
  meta: { namespace: 'bank', name: 'ledger', created: undefined, cluster: 'east', origin: { text: 'east' } },
  hosts: ['ledger.bank.test'],
  endpoints: [endpoint('10.0.1.1')],
  exportTo: ['.', 'shop'],
});
const outside = serviceEntry('egress/api', {
  meta: { namespace: 'egress', name: 'api', created: undefined, origin: { text: 'egress/api.yaml:12' } },
  hosts: ['api.example.com'],
  location: 'MESH_EXTERNAL',
  resolution: 'DNS',
});

function filled() {
  const harness = new RegistryHarness();
  harness.upsert(shop, bank, outside);
  const index = new HostIndex(harness.registry, harness.clock, () => true);
  return { harness, index, hosts: (query = {}) => index.search(query).map(({ host }) => host) };
}

describe('the hosts of a registry', () => {
  test('that were there before', () => {
    const { index } = filled();
    expect(index.search({})).toEqual([
      {
        host: '*.tenants.mesh.test',
        namespaces: ['shop'],
        sources: ['test'],
        exports: ['*'],
        answers: ['internal'],
        types: ['A', 'AAAA', 'SRV'],
        ttl: 30,
        targets: '10.0.0.1 2001:db8::1',
        services: '_http._tcp:80',
      },
      {
        host: 'api.example.com',
        namespaces: ['egress'],
        sources: ['egress/api.yaml'],
        exports: ['*'],
        answers: ['forwarded'],
        types: [],
        ttl: 30,
        targets: '',
        services: '',
      },
      {
        host: 'ledger.bank.test',
        namespaces: ['bank'],
        sources: ['east'],
        exports: ['.', 'shop'],
        answers: ['internal'],
        types: ['A', 'PTR'],
        ttl: 30,
        targets: '10.0.1.1',
        services: '',
      },
      expect.objectContaining({ host: 'payments.mesh.test', types: ['A', 'AAAA', 'PTR', 'SRV'] }),
    ]);
    expect(index.words).toEqual({
      namespaces: ['bank', 'egress', 'shop'],
      sources: ['east', 'egress/api.yaml', 'test'],
      exports: ['*', '.', 'shop'],
    });
  });

  test.each([
    [{ text: 'mesh' }, ['*.tenants.mesh.test', 'payments.mesh.test']],
    [{ text: 'nowhere' }, []],
    [{ below: 'tenants.mesh.test' }, ['*.tenants.mesh.test']],
    [{ below: 'esh.test' }, []],
    [{ namespace: 'bank' }, ['ledger.bank.test']],
    [{ source: 'egress/api.yaml' }, ['api.example.com']],
    [{ export: '.' }, ['ledger.bank.test']],
    [{ answer: 'forwarded' }, ['api.example.com']],
    [{ type: 'PTR' }, ['ledger.bank.test', 'payments.mesh.test']],
    [{ type: 'AAAA', text: 'pay' }, ['payments.mesh.test']],
  ] as const)('%j', (query, expected) => {
    expect(filled().hosts(query)).toEqual(expected);
  });

  test('come, change and go', () => {
    const { harness, index, hosts } = filled();
    harness.clock.advance(1000);
    harness.upsert({ ...shop, hosts: ['payments.mesh.test'], vips: ['10.0.0.2', '2001:db8::1'] });
    harness.clock.advance(1000);
    harness.upsert(serviceEntry('shop/orders', { hosts: ['orders.mesh.test'], vips: ['10.0.0.9'] }));
    expect(hosts()).toEqual(['api.example.com', 'ledger.bank.test', 'orders.mesh.test', 'payments.mesh.test']);
    expect(index.changes.map(changeText)).toEqual([
      {
        atMs: harness.clock.wall(),
        host: 'orders.mesh.test',
        what: 'added',
        details: ['addresses: + 10.0.0.9', 'namespaces: + shop'],
      },
      {
        atMs: harness.clock.wall() - 1000,
        host: '*.tenants.mesh.test',
        what: 'removed',
        details: ['addresses: − 10.0.0.1, − 2001:db8::1', 'namespaces: − shop'],
      },
      {
        atMs: harness.clock.wall() - 1000,
        host: 'payments.mesh.test',
        what: 'changed',
        details: ['addresses: + 10.0.0.2, − 10.0.0.1'],
      },
    ]);
  });

  test('what changes nothing that anybody is answered is no change', () => {
    const { harness, index } = filled();
    harness.upsert({ ...shop, meta: { ...shop.meta, created: 1000 } });
    expect(index.changes).toEqual([]);
  });

  test('what comes before the registry was read is no change', () => {
    const harness = new RegistryHarness();
    let isSynced = false;
    const index = new HostIndex(harness.registry, harness.clock, () => isSynced);
    harness.upsert(shop);
    expect([index.size, index.isComplete, index.changes]).toEqual([2, false, []]);
    isSynced = true;
    harness.delete(shop);
    expect([index.size, index.isComplete, index.changes.length]).toEqual([0, true, 2]);
  });

  test('remembers the last changes only', () => {
    const { harness, index } = filled();
    for (let i = 0; i < maxChanges + 50; i++) harness.upsert({ ...shop, vips: [`10.1.0.${i % 250}`] });
    expect(index.changes).toHaveLength(maxChanges);
  });

  test('is let go of', () => {
    const { harness, index, hosts } = filled();
    index.close();
    harness.delete(bank);
    expect(hosts()).toContain('ledger.bank.test');
  });
});

test('whatever changes, the index is as one that is made afterwards', () => {
  fc.assert(
    fc.property(fc.array(anyBatch, { maxLength: 8 }), (batches) => {
      const { registry, clock } = new RegistryHarness({ services: true, sidecars: true });
      const kept = new HostIndex(registry, clock, () => true);
      for (const batch of batches) {
        registry.apply(batch);
        // Between two looks it is sorted anew.
        kept.search({});
      }
      const made = new HostIndex(registry, clock, () => true);
      expect(kept.search({})).toEqual(made.search({}));
      expect(kept.words).toEqual(made.words);
    }),
  );
});
