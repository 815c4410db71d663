import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Handler } from '../../src/plugins/plugin.ts';
import { writeAddress } from '../../src/table/replies.ts';
import type { Registry } from '../../src/registry/registry.ts';
import { rcode, rrType } from '../../src/wire/codes.ts';
import { beginReply, emptyReply, endReply } from '../../src/wire/reply.ts';
import { decodeMessage } from '../support/dns-message.ts';
import { RegistryHarness } from './harness.ts';
import { anyBatch, finalObjects, hosts, ips } from './random-objects.ts';

const types = ['A', 'AAAA', 'SRV', 'ANY', 'TXT', 'PTR'] as const;
const below = (label: string): string[] => hosts.map((host) => `${label}.${host.replace('*', 'star')}`);
const reverseNames = [
  '1.0.0.10.in-addr.arpa',
  '2.0.0.10.in-addr.arpa',
  '0.0.10.in-addr.arpa',
  '10.in-addr.arpa',
  '1.0.240.240.in-addr.arpa',
  '0.240.240.in-addr.arpa',
  '9.0.240.240.in-addr.arpa',
  `1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`,
];
const askedNames = [
  ...new Set([
    ...hosts,
    ...hosts.map((host) => host.replace('*', 'star')),
    ...['vm', 'ns', 'b', '10-0-0-1', '2001-db8--1', '_http._tcp', '_tcp', '_dns._udp'].flatMap(below),
    ...reverseNames,
    'example.com',
    'com',
    'test',
    'cluster.local',
    'other.two.svc.cluster.local',
    'x.other.two.svc.cluster.local',
    'other.test',
  ]),
];

/** Who asks: Pods by their addresses, the namespaces by a network of each, one in the mesh, and nobody in particular. */
const views = [...ips, '192.168.1.1', '192.168.2.1', '192.168.3.1', '192.168.9.1', '192.0.2.1'];
const network = (address: string): { address: string; prefixLength: number; family: 4 } => ({
  address,
  prefixLength: 24,
  family: 4,
});
const clients = {
  rules: ['one', 'two', 'three'].map((namespace, i) => ({ cidr: network(`192.168.${i + 1}.0`), namespace })),
  meshed: [network('192.168.9.0'), network('192.168.2.0')],
  localities: ['eu/a', 'eu/b', 'us'].map((locality, i) => ({ cidr: network(`192.168.${i + 1}.0`), locality })),
};

/** Upstream: one name has an address, one fails, and the others do not exist. */
const upstream: Handler = (query) => {
  query.readName();
  const label = Buffer.from(query.lower.subarray(1, 1 + query.lower[0]!)).toString('latin1');
  if (label === 'bad') return emptyReply(query, rcode.SERVFAIL);
  if (label !== 'up' || query.type !== rrType.A) return emptyReply(query, rcode.NXDOMAIN);
  const at = beginReply(query, rcode.NOERROR, false);
  return endReply(
    query,
    writeAddress(query, at, 0, 7, new DataView(Uint8Array.of(192, 0, 2, 7).buffer), 0, 4),
    1,
    0,
    0,
  );
};

/** Which hosts have which address, in order: what `explain` and `records` read. */
function candidatesOf({ ptrs }: Registry): [string, unknown[]][] {
  const addresses = [...ptrs.addresses()].toSorted();
  return addresses.map((address) => [address, ptrs.candidatesOf(address).map(({ host, created }) => [host, created])]);
}

/** What is counted as objects come and go is what there is. */
function checkCounts({ store }: Registry): void {
  const kinds = ['ServiceEntry', 'WorkloadEntry', 'Pod', 'Service', 'Sidecar', 'Node'] as const;
  const objects = [...store.objects];
  for (const kind of kinds) expect(store.kinds.of(kind)).toBe(objects.filter((each) => each.kind === kind).length);
  for (const reason of ['excluded', 'not-allowed'] as const) {
    expect(store.deniedCount(reason)).toBe(store.deniedHosts.filter((each) => each.reason === reason).length);
  }
  expect(store.hasWildcards).toBe([...store.hosts].some((host) => host.startsWith('*.')));
}

const options = fc.record({
  merge: fc.constantFrom('union' as const, 'oldest' as const),
  except: fc.constantFrom<string[]>([], ['vm.a.example.com']),
  autoAddresses: fc.constantFrom('off' as const, 'meshed' as const, 'all' as const),
  endpointAnswers: fc.constantFrom('all' as const, 'all' as const, 'internal' as const),
  defaultExportTo: fc.constantFrom(['*'], ['*'], ['.'], ['two']),
  services: fc.boolean(),
  sidecars: fc.boolean(),
  usesLocality: fc.constant(true),
  nodes: fc.boolean(),
  nearest: fc.constantFrom('off' as const, 'first' as const, 'only' as const),
  rootNamespace: fc.constantFrom('istio-system', 'three'),
  zones: fc.constantFrom(['mesh.test.'], ['mesh.test.', '10.in-addr.arpa.'], []),
});

test('updates and deletes in any order end in the same answers for every client as the final objects at once', async () => {
  const counts = { registries: 0, changes: 0, replies: 0, answered: 0, differing: 0 };
  const history = fc.array(anyBatch, { maxLength: 14 });
  const mode = fc.constantFrom('off' as const, 'hash' as const);
  await fc.assert(
    fc.asyncProperty(options, mode, history, fc.nat(), async (given, allocation, batches, seed) => {
      const make = (): RegistryHarness => {
        const harness = new RegistryHarness(given, { ...clients, usesNodes: given.nodes }, { mode: allocation });
        harness.next = upstream;
        return harness;
      };
      const grown = make();
      for (const batch of batches) grown.registry.apply(batch);
      const built = make();
      const objects = finalObjects(batches, seed);
      if (seed % 2 === 0) built.upsert(...objects);
      else for (const object of objects) built.upsert(object);
      expect(grown.registry.status.hosts).toBe(built.registry.status.hosts);
      expect(candidatesOf(grown.registry)).toEqual(candidatesOf(built.registry));
      checkCounts(grown.registry);
      counts.registries++;
      counts.changes += batches.flat().length;
      for (const [i, name] of askedNames.entries()) {
        for (const [k, type] of types.entries()) {
          // A part of all questions in each run, and each of these of all clients.
          if ((Math.imul(seed + i * types.length + k, 0x9e3779b1) >>> 0) % 8 !== 0) continue;
          const seen = new Set<string>();
          for (const view of views) {
            const left = await grown.askBytesLater(name, type, view);
            const right = await built.askBytesLater(name, type, view);
            counts.replies++;
            if ((left[2]! & 0x04) !== 0) counts.answered++;
            seen.add(Buffer.from(left).toString('latin1'));
            if (Buffer.compare(left, right) === 0) continue;
            expect(decodeMessage(left), `${name} ${type} of ${view}`).toEqual(decodeMessage(right));
            expect(left).toEqual(right);
          }
          if (seen.size > 1) counts.differing++;
        }
      }
    }),
    { numRuns: 100 },
  );
  console.log(
    `${counts.registries} registries after ${counts.changes} changes: ${counts.replies} replies were equal, ` +
      `${counts.answered} of them ours; ${counts.differing} questions had different answers for different clients`,
  );
  expect(counts.differing).toBeGreaterThan(0);
}, 120_000);
