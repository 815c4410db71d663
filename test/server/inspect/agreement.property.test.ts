import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RegistryObject } from '../../../src/registry/model/object.ts';
import type { RRset } from '../../../src/registry/export/served.ts';
import type { Explanation, Inspector } from '../../../src/server/inspect/inspector.ts';
import { anyBatch, finalObjects, hosts } from '../../registry/random-objects.ts';
import { configFor } from '../../semantics/in-process.ts';
import { inspectConfig } from './inspect.ts';

const options = fc.record({
  merge: fc.constantFrom('union', 'oldest'),
  auto_addresses: fc.constantFrom('off', 'meshed', 'all'),
  endpoint_answers: fc.constantFrom('all', 'internal', 'off'),
  default_export_to: fc.constantFrom('*', '.', 'two'),
  services: fc.constantFrom('on', 'off'),
  sidecars: fc.constantFrom('off', 'on', 'on'),
  root_namespace: fc.constantFrom('istio-system', 'three'),
  nodes: fc.constantFrom('on', 'off'),
  nearest: fc.constantFrom('off', 'first', 'only'),
  locality: fc.constantFrom('eu/b', 'asia'),
  client_locality: fc.constantFrom('10.0.0.1/32 us', '0.0.0.0/0 eu/a'),
});
const history = fc.array(anyBatch, { minLength: 3, maxLength: 12 });
const askers = fc.constantFrom(
  {},
  { namespace: 'one' },
  { namespace: 'two', isMeshed: true },
  { namespace: 'three' },
  { client: '10.0.0.1' },
  { client: '10.0.0.2' },
  { client: '2001:db8::1' },
);

function make(given: Record<string, string>, objects: readonly RegistryObject[]): Inspector {
  const lines = Object.entries(given).map(([option, value]) => `${option} ${value}`);
  const block = ['serviceentry {', 'file /nowhere', ...lines, '}', 'forward . 192.0.2.99'];
  return inspectConfig(
    configFor(`.:1053 mesh.test:1053 10.in-addr.arpa:1053 {\nbind 192.0.2.1\n${block.join('\n')}\n}\n`),
    objects,
  );
}

const names = [
  ...hosts.map((host) => host.replace('*', 'star')),
  ...['vm', '10-0-0-1', 'ns', 'b', '_http._tcp'].flatMap((label) =>
    hosts.map((host) => `${label}.${host.replace('*', 'q')}`),
  ),
  '2.0.0.10.in-addr.arpa',
  '0.10.in-addr.arpa',
  'test',
  'example.com',
  'cluster.local',
  'other.two.svc.cluster.local',
  'x.other.two.svc.cluster.local',
  'nope.mesh.test',
];

/** What the reply, which the handler made, says against the explanation, which was told by the rules. */
function checkAgreement({ registry, reply, type, name }: Explanation): void {
  const { match, host } = registry!;
  const outcome = reply === null ? 'forwarded' : `${reply.rcode}${reply.flags.includes('aa') ? ' aa' : ''}`;
  const about = `${name} ${type}: ${JSON.stringify(registry)} ${JSON.stringify(reply)}`;
  const isPlain = match.service === '';
  if (match.kind === 'own-zone' || match.kind === 'allocation-range') expect(outcome, about).toBe('NXDOMAIN aa');
  if (match.kind === 'none') expect(outcome, about).toBe('forwarded');
  if (match.kind === 'service') expect(outcome, about).toBe(match.ownZone ? 'NOERROR aa' : 'forwarded');
  if (match.kind === 'ancestor')
    expect([match.ownZone ? 'NOERROR aa' : 'forwarded', 'NOERROR aa'], about).toContain(outcome);
  if (match.kind === 'ancestor' && reply) expect(reply.answer, about).toEqual([]);
  if ((match.kind === 'host' || match.kind === 'wildcard') && isPlain && type === 'A' && host!.live.length === 0) {
    const addresses = host!.addresses.items.filter((address) => !address.includes(':'));
    const answers = reply?.answer.map((line) => line.split('\t')[4]!) ?? [];
    expect(answers.toSorted(), about).toEqual(addresses.toSorted());
    const isOwned = ['addresses', 'endpoints'].includes(host!.row);
    if (isOwned) expect(outcome, about).toBe('NOERROR aa');
    if (host!.reason.endsWith('forwarded')) expect(outcome, about).toBe('forwarded');
  }
}

test('what explain says agrees with what the handler answers', async () => {
  const kinds = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(options, askers, history, fc.nat(), async (given, asker, batches, seed) => {
      const inspector = make(given, finalObjects(batches, seed));
      for (const [i, name] of names.entries()) {
        if ((i + seed) % 3 !== 0) continue;
        const explanation = await inspector.explain({ name, type: 'A', ...asker });
        checkAgreement(explanation);
        const { kind } = explanation.registry!.match;
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      }
    }),
    { numRuns: 60 },
  );
  // Which of them come up is chance, but most do: the test must not look at one kind only.
  expect(kinds.size).toBeGreaterThan(3);
}, 120_000);

test('what records lists is what the handler answers', async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(options, askers, history, fc.nat(), async (given, asker, batches, seed) => {
      const inspector = make(given, finalObjects(batches, seed));
      for (const rrset of rrsetsOf(inspector, asker)) {
        // A name with a star in it stands for others; one with host names of endpoints needs upstream.
        if (/(^|\.)\*\./.test(rrset.name) || rrset.endpointHostnames) continue;
        const { reply } = await inspector.explain({ name: rrset.name, type: rrset.type, ...asker });
        const answers = (reply?.answer ?? []).map((line) => line.split('\t'));
        const about = `${rrset.name} ${rrset.type}`;
        expect(answers.map((fields) => fields[4]).toSorted(), about).toEqual(rrset.data.toSorted());
        for (const [owner, ttl] of answers) expect([owner, ttl], about).toEqual([rrset.name, String(rrset.ttl)]);
        compared++;
      }
    }),
    { numRuns: 60 },
  );
  expect(compared).toBeGreaterThan(100);
}, 120_000);

test('what the handler answers is what records lists', async () => {
  await fc.assert(
    fc.asyncProperty(options, askers, history, fc.nat(), async (given, asker, batches, seed) => {
      const inspector = make(given, finalObjects(batches, seed));
      const listed = new Map(rrsetsOf(inspector, asker).map((rrset) => [`${rrset.name} ${rrset.type}`, rrset]));
      for (const [i, name] of names.entries()) {
        const type = (['A', 'AAAA', 'SRV', 'PTR'] as const)[(i + seed) % 4]!;
        const { reply, registry } = await inspector.explain({ name, type, ...asker });
        const answers = reply?.answer ?? [];
        if (answers.length === 0 || registry!.match.host?.startsWith('*')) continue;
        expect(listed.has(`${name}. ${type}`), `${name} ${type}: ${JSON.stringify(answers)}`).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
}, 120_000);

function rrsetsOf(inspector: Inspector, asker: object): RRset[] {
  const { inspectable, reaches } = inspector.inspected[0]!;
  const list = inspectable.served(asker, reaches);
  return [...list].flatMap((served) => (served.kind === 'rrset' ? [served.rrset] : []));
}
