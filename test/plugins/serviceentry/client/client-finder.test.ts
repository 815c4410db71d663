import { describe, expect, test } from 'vitest';
import { ClientFinder, noLimit, unknownLimit } from '../../../../src/plugins/serviceentry/client/client-finder.ts';
import { unknownClients, type ClientsConfig } from '../../../../src/plugins/serviceentry/config.ts';
import { SubQuery } from '../../../../src/plugins/serviceentry/reply/sub-query.ts';
import { ClientIndex } from '../../../../src/registry/publish/clients/client-index.ts';
import { numberName, pseudoRecord } from '../../../../src/registry/publish/clients/pseudo-record.ts';
import { NamespaceIds } from '../../../../src/registry/publish/clients/namespace-ids.ts';
import { pseudoName, unlimited } from '../../../../src/table/layout.ts';
import { TableReader } from '../../../../src/table/reader.ts';
import { TableWriter } from '../../../../src/table/writer.ts';
import { encodeName } from '../../../../src/wire/name.ts';
import type { Query } from '../../../../src/wire/query.ts';
import { clientSubnet, makeQuery } from '../../../support/query.ts';
import { numberedObjects, pod } from '../../../registry/harness.ts';

const hashSeed = 7;
const v4 = (address: string, prefixLength: number) => ({ address, prefixLength, family: 4 as const });
const v6 = (address: string, prefixLength: number) => ({ address, prefixLength, family: 6 as const });

/** A finder over Pods; `names` are namespaces by their numbers. */
function setUp(config: Partial<ClientsConfig>, pods: readonly ReturnType<typeof pod>[] = []) {
  const limits: Record<number, string> = { [noLimit]: '', [unknownLimit]: ' sees nothing' };
  const writer = new TableWriter(hashSeed);
  const ids = new NamespaceIds(writer);
  const numbers = new Map(['one', 'two', 'three'].map((name) => [ids.idOf(name), name]));
  const index = new ClientIndex(writer, ids, numberedObjects());
  for (const each of pods) index.add(each);
  index.flush();
  const all = { ...unknownClients, ...config };
  const finder = new ClientFinder(all, new TableReader(writer.handle));
  const seen = (query: Query): string => {
    finder.find(query);
    const namespace = finder.namespaceId === 0 ? 'nobody' : numbers.get(finder.namespaceId);
    const configured = [...all.rules.map((rule) => rule.namespace), all.namespace];
    if (finder.namespaceId !== 0) expect(finder.namespaceOf(query)).toBe(namespace);
    else expect([undefined, ...configured]).toContain(finder.namespaceOf(query));
    return `${namespace}${finder.isMeshed ? ' meshed' : ''}${limits[finder.limit] ?? ' limited'}`;
  };
  /** Puts a Sidecar behind the name of a namespace's number. */
  const limit = (name: Uint8Array, sidecar: number): void => {
    writer.isLimited = true;
    const sidecarName = numberName(pseudoName.sidecar, sidecar);
    writer.set(pseudoRecord({ kind: 'sidecar', name: sidecarName, number: sidecar }));
    writer.set(pseudoRecord({ kind: 'namespace', name, number: 0, sidecar }));
  };
  const forget = (sidecar: number): boolean => writer.delete(numberName(pseudoName.sidecar, sidecar));
  return { index, seen, limit, forget };
}

function query(from: string, options?: Uint8Array): Query {
  const family = from.includes(':') ? 6 : 4;
  const edns = options ? { edns: { options } } : {};
  return makeQuery('a.test', 'A', { hashSeed, peer: { address: from, port: 1, family }, ...edns });
}

describe('by address', () => {
  test('a Pod, in whatever form its address is written', () => {
    const { seen } = setUp({}, [pod('one/p', ['10.0.0.1', '2001:db8::1'], {})]);
    const texts = ['10.0.0.1', '::ffff:10.0.0.1', '2001:db8::1', '2001:db8:0:0::1', '2001:db8::1%eth0'];
    expect(texts.map((text) => seen(query(text)))).toEqual(texts.map(() => 'one'));
    expect(['10.0.0.2', '2001:db8::2', '::10.0.0.1', '::', 'nonsense'].map((text) => seen(query(text)))).toEqual(
      Array.from({ length: 5 }, () => 'nobody'),
    );
  });

  test('nothing is left of the query before', () => {
    const { seen, limit } = setUp({}, [pod('one/p', ['10.0.0.1'], {}, { isMeshed: true })]);
    limit(numberName(pseudoName.number, 1), 5);
    expect(seen(query('10.0.0.1'))).toBe('one meshed limited');
    expect(seen(query('nonsense'))).toBe('nobody');
    expect(seen(query('10.0.0.2'))).toBe('nobody');
  });

  test('the default Sidecar of all namespaces limits clients of every known one, and nobody else', () => {
    const rules = [{ cidr: v4('10.1.0.0', 16), namespace: 'no-record-speaks-of-it' }];
    const { seen, limit, forget } = setUp({ rules }, [pod('one/p', ['10.0.0.1'], {}), pod('two/p', ['10.0.0.2'], {})]);
    limit(numberName(pseudoName.number, 0), 7);
    limit(numberName(pseudoName.number, 2), unlimited);
    const clients = ['10.0.0.1', '10.0.0.2', '10.1.0.1', '10.2.0.1'];
    const seenBy = clients.map((client) => seen(query(client)));
    expect(seenBy).toEqual(['one limited', 'two', 'nobody limited', 'nobody']);
    forget(7);
    expect(clients.map((client) => seen(query(client)))).toEqual([
      'one sees nothing',
      'two',
      'nobody sees nothing',
      'nobody',
    ]);
  });

  test('client lines of both families, and namespace for the rest', () => {
    const rules = [
      { cidr: v4('10.0.0.0', 9), namespace: 'one' },
      { cidr: v6('2001:db8::', 33), namespace: 'two' },
    ];
    const { seen } = setUp({ rules, namespace: 'three' });
    expect(seen(query('10.127.0.1'))).toBe('one');
    expect(seen(query('10.128.0.1'))).toBe('three');
    expect(seen(query('2001:db8:7fff::1'))).toBe('two');
    expect(seen(query('2001:db8:8000::1'))).toBe('three');
  });

  test('names that Kubernetes would not take are nobody', () => {
    const { seen } = setUp({ rules: [{ cidr: v4('0.0.0.0', 0), namespace: 'x'.repeat(64) }], namespace: 'unknown' });
    expect(seen(query('10.0.0.1'))).toBe('nobody');
  });
});

describe('EDNS Client Subnet of a forwarder', () => {
  const { seen } = setUp({ forwarders: [v4('10.9.0.0', 16)], usesSubnet: true, namespace: 'three' }, [
    pod('one/p', ['10.0.0.1', '2001:db8::1'], {}),
  ]);
  const from = (...options: number[][]): string => seen(query('10.9.0.1', Uint8Array.from(options.flat())));
  const subnet = [...clientSubnet('10.0.0.1/32')];

  test.each<[string, number[][], string]>([
    ['a whole IPv4 address', [subnet], 'one'],
    ['a whole IPv6 address', [[...clientSubnet('2001:db8::1/128')]], 'one'],
    ['behind other options', [[0, 10, 0, 2, 1, 2], [0, 12, 0, 0], subnet], 'one'],
    ['an address of nobody', [[...clientSubnet('10.0.0.2/32')]], 'three'],
    ['the first of two', [subnet, [...clientSubnet('10.0.0.2/32')]], 'one'],
    ['a scope is not looked at', [[0, 8, 0, 8, 0, 1, 32, 24, 10, 0, 0, 1]], 'one'],
    ['none', [], 'nobody'],
    ['a shorter prefix', [[...clientSubnet('10.0.0.0/24')]], 'nobody'],
    ['a prefix of 0', [[...clientSubnet('0.0.0.0/0')]], 'nobody'],
    ['31 bits in 4 octets', [[0, 8, 0, 8, 0, 1, 31, 0, 10, 0, 0, 1]], 'nobody'],
    ['an octet too many', [[0, 8, 0, 9, 0, 1, 32, 0, 10, 0, 0, 1, 0]], 'nobody'],
    ['an octet too few', [[0, 8, 0, 7, 0, 1, 32, 0, 10, 0, 0]], 'nobody'],
    ['another family', [[0, 8, 0, 8, 0, 3, 32, 0, 10, 0, 0, 1]], 'nobody'],
    ['IPv4 said to be IPv6', [[0, 8, 0, 8, 0, 2, 128, 0, 10, 0, 0, 1]], 'nobody'],
    ['an empty option', [[0, 8, 0, 0]], 'nobody'],
    ['another forwarder', [[...clientSubnet('10.9.0.2/32')]], 'nobody'],
  ])('%s', (_name, options, expected) => {
    expect(from(...options)).toBe(expected);
  });

  test('is read of the client’s query where that was held and others were made for it', () => {
    const parent = query('10.9.0.1', Uint8Array.from(subnet));
    parent.hold();
    const sub = new SubQuery(parent, encodeName('b.test')!, 1, { lookups: 1 });
    expect(seen(new SubQuery(sub, encodeName('c.test')!, 1, { lookups: 1 }))).toBe('one');
  });

  test('is not believed of others', () => {
    expect(seen(query('10.8.0.1', Uint8Array.from(subnet)))).toBe('three');
  });
});
