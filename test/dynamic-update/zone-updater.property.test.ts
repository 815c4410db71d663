import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DesiredRecords } from '../../src/dynamic-update/desired-records.ts';
import { UpdateError } from '../../src/dynamic-update/errors.ts';
import { encodeOwnership } from '../../src/dynamic-update/ownership.ts';
import { encodeData } from '../../src/dynamic-update/record-data.ts';
import { canonicalData, type DesiredHost, type KeptType } from '../../src/dynamic-update/record-set.ts';
import { ZoneUpdater } from '../../src/dynamic-update/zone-updater.ts';
import { rrType } from '../../src/wire/codes.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeZone } from './fake-zone.ts';

const zone = 'example.org.';
const names = ['a', 'b', 'c', 'd.c', '*.w'].map((label) => `${label}.${zone}`);
const elsewhere = Buffer.from(encodeData('CNAME', 'elsewhere.test.')!).toString('hex');
const addresses = ['192.0.2.1', '192.0.2.2', '192.0.2.3'];

/** Some hosts, each with some of its RRsets. */
const wanted = fc.uniqueArray(
  fc.record({
    host: fc.constantFrom(...names),
    v4: fc.uniqueArray(fc.constantFrom(...addresses), { maxLength: 3 }),
    v6: fc.boolean(),
    srv: fc.boolean(),
    alias: fc.constantFrom('', '', 'one.test.', 'two.test.'),
    ttl: fc.constantFrom(30, 60),
    resource: fc.constantFrom('serviceentry/x/one', 'serviceentry/x/two'),
  }),
  { selector: ({ host }) => host, maxLength: 5 },
);

type Wanted = typeof wanted extends fc.Arbitrary<infer Value> ? Value : never;

/** What somebody else writes into the zone: records at the same names, marks of another owner, delegations. */
const foreign = fc.array(
  fc.constantFrom(
    ...names.flatMap((name) => [
      { name, type: rrType.A, rdata: encodeData('A', '198.51.100.1')! },
      { name, type: rrType.CNAME, rdata: encodeData('CNAME', 'elsewhere.test.')! },
      { name, type: rrType.TXT, rdata: Uint8Array.of(1, 0x78) },
      { name, type: rrType.NS, rdata: encodeData('PTR', 'ns.test.')! },
    ]),
    ...names.map((name) => ({
      name: `a-${name}`,
      type: rrType.TXT,
      rdata: encodeOwnership({ owner: 'somebody', resource: 'service/x/y' }),
    })),
  ),
  { maxLength: 3 },
);

function desiredHost({ host, v4, v6, srv, alias, ttl, resource }: Wanted[number]): DesiredHost {
  const set = (type: KeptType, name: string, data: readonly string[]) => ({
    name,
    type,
    ttl,
    data: canonicalData(data),
  });
  const sets = [
    ...(alias !== '' ? [set('CNAME', host, [alias])] : []),
    ...(alias === '' && v4.length > 0 ? [set('A', host, v4)] : []),
    ...(alias === '' && v6 ? [set('AAAA', host, ['2001:db8::1'])] : []),
    ...(srv && !host.startsWith('*') ? [set('SRV', `_http._tcp.${host}`, [`0 100 80 ${host}`])] : []),
  ];
  return { host, resource, sets };
}

function updaterOf(server: FakeZone, messageSize?: number): ZoneUpdater {
  return new ZoneUpdater({
    zone,
    owner: 'us',
    server,
    clock: new FakeClock(),
    signal: new AbortController().signal,
    maxRemovals: { kind: 'percent', percent: 100 },
    removalDoubt: () => '',
    isDryRun: false,
    mayWrite: () => true,
    ...(messageSize === undefined ? {} : { messageSize }),
  });
}

function desiredOf(hosts: Wanted): DesiredRecords {
  const desired = new DesiredRecords();
  for (const host of hosts) desired.set(desiredHost(host));
  return desired;
}

/** Lines of a zone that belong to others: what no updater has made. */
const others = (server: FakeZone, before: ReadonlySet<string>): string[] =>
  server.lines.filter((line) => before.has(line));

/** The lines of a zone that was brought into a state at once. */
async function zoneOf(hosts: Wanted): Promise<string[]> {
  const server = new FakeZone(zone);
  await updaterOf(server).compare(desiredOf(hosts));
  return server.lines;
}

/** For each host: whether all of its RRsets are there as wanted, or none; with their ownership records. */
async function expectWhole(server: FakeZone, states: readonly DesiredRecords[]): Promise<void> {
  const { owned } = await server.transfer(zone, 'us');
  for (const host of names) {
    const there = [...owned.values()].filter(({ name }) => name === host || name.endsWith(`._tcp.${host}`));
    const text = (sets: readonly { name: string; type: string; data: readonly string[] }[]): string =>
      JSON.stringify(sets.map(({ name, type, data }) => [name, type, data]).sort());
    const possible = states.map((state) => text(state.keysOf(host).flatMap((key) => state.get(key)?.set ?? [])));
    expect([...possible, '[]']).toContain(text(there));
  }
}

it('brings any zone into any desired state, and leaves alone what belongs to others', async () => {
  await fc.assert(
    fc.asyncProperty(foreign, fc.array(wanted, { minLength: 1, maxLength: 4 }), async (theirs, states) => {
      const server = new FakeZone(zone);
      for (const { name, type, rdata } of theirs) server.add(name, type, rdata);
      const before = new Set(server.lines);
      const updater = updaterOf(server);
      for (const hosts of states) {
        const desired = desiredOf(hosts);
        const { skipped } = await updater.compare(desired);
        expect(new Set(others(server, before))).toEqual(before);
        const { owned } = await server.transfer(zone, 'us');
        for (const host of hosts) {
          if (skipped.has(host.host)) continue;
          for (const set of desiredHost(host).sets)
            expect(owned.get(`${set.name} ${set.type}`)).toMatchObject({ ...set, resource: host.resource });
        }
        const wantedKeys = [...desired.hosts].flatMap((host) => desired.keysOf(host));
        for (const key of owned.keys()) expect(wantedKeys).toContain(key);
        if (theirs.length === 0) expect([...skipped]).toEqual([]);
        // Nothing is left to be done.
        expect((await updater.compare(desired)).changes).toEqual([]);
      }
    }),
  );
});

it('comes to the same by single changes as by comparing everything', async () => {
  await fc.assert(
    fc.asyncProperty(foreign, fc.array(wanted, { minLength: 2, maxLength: 5 }), async (theirs, states) => {
      const servers = [new FakeZone(zone), new FakeZone(zone)] as const;
      for (const server of servers) for (const { name, type, rdata } of theirs) server.add(name, type, rdata);
      const [single, whole] = servers.map((server) => updaterOf(server)) as [ZoneUpdater, ZoneUpdater];
      const desired = new DesiredRecords();
      for (const hosts of states) {
        const keys = new Set<string>();
        for (const host of names) {
          const now = hosts.find((each) => each.host === host);
          const sets = now ? desiredHost(now) : { host, resource: '', sets: [] };
          for (const key of desired.set(sets)) keys.add(key);
        }
        await single.update(desired, { hosts: names, keys });
        await whole.compare(desiredOf(hosts));
        expect(servers[0].lines).toEqual(servers[1].lines);
      }
    }),
  );
});

it('leaves no half host where it is killed between two messages, and goes on from there', async () => {
  await fc.assert(
    fc.asyncProperty(wanted, wanted, fc.nat(4), async (first, second, crashAt) => {
      const server = new FakeZone(zone);
      const states = [desiredOf(first), desiredOf(second)];
      await updaterOf(server).compare(states[0]!);
      let messages = 0;
      server.before = () => {
        if (messages++ === crashAt) throw new UpdateError('unreachable', 'killed');
      };
      // Each host has a message of its own.
      await Promise.allSettled([updaterOf(server, 1).compare(states[1]!)]);
      await expectWhole(server, states);
      server.before = () => undefined;
      await updaterOf(server).compare(states[1]!);
      expect(server.lines).toEqual(await zoneOf(second));
    }),
  );
});

it('notices what others write in between, and takes nothing of it away', async () => {
  await fc.assert(
    fc.asyncProperty(wanted, foreign, async (hosts, theirs) => {
      const server = new FakeZone(zone);
      const updater = updaterOf(server);
      const desired = desiredOf(hosts);
      let messages = 0;
      server.before = () => {
        if (messages++ > 0) return;
        for (const { name, type, rdata } of theirs) server.add(name, type, rdata);
      };
      await updater.compare(desired);
      if (hosts.every((host) => desiredHost(host).sets.length === 0)) return;
      const lines = server.lines;
      for (const { name, type, rdata } of theirs)
        expect(lines).toContain(
          `${name} 300 ${Object.entries(rrType).find(([, code]) => code === type)![0]} ${Buffer.from(rdata).toString('hex')}`,
        );
      // A name of others has no address of ours beside theirs.
      for (const { name, type } of theirs) {
        if (type !== rrType.A && type !== rrType.CNAME) continue;
        expect(lines.filter((line) => line.startsWith(`${name} `) && / (A|AAAA) c0/.test(line))).toEqual([]);
      }
      const { owned } = await server.transfer(zone, 'us');
      for (const set of owned.values()) expect(set.data).not.toEqual([]);
      // Nor has an alias of ours anything beside it.
      for (const line of lines) {
        const [name = '', , type, rdata] = line.split(' ');
        if (type !== 'CNAME' || rdata === elsewhere) continue;
        expect(lines.filter((other) => other.startsWith(`${name} `))).toEqual([line]);
      }
    }),
  );
});
