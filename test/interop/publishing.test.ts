import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PublishTarget } from '../../src/plugins/publish/config.ts';
import { ZonePublisher } from '../../src/plugins/publish/zone-publisher.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { FakeHosts } from '../plugins/publish/fake-hosts.ts';
import { freePorts } from '../support/free-ports.ts';
import { missingForRoot } from '../support/machine.ts';
import {
  lookUp,
  nsupdate,
  primaries,
  publishedZone,
  startPrimary,
  wholeZone,
  type Primary,
  type PrimaryLab,
} from './primaries.ts';

const commands = primaries.flatMap((primary) => primary.commands);
const missing = missingForRoot('publishing to other name servers', 'dig', 'nsupdate', ...commands);
const zone = `${publishedZone}.`;
const timeoutMs = 120_000;
const everything = { kind: 'percent', percent: 100 } as const;

function targetOf({ port, keyFile }: PrimaryLab, options: Partial<PublishTarget>): PublishTarget {
  return {
    zones: [zone],
    primary: { host: '127.0.0.1', port },
    keyFile,
    owner: 'cluster-1',
    types: ['A', 'AAAA', 'CNAME', 'SRV'],
    ttl: undefined,
    autoAddresses: false,
    maxRemovals: everything,
    intervalMs: 60_000,
    lease: undefined,
    isDryRun: false,
    ...options,
  };
}

function publisherOf(lab: PrimaryLab, options: Partial<PublishTarget> = {}, mayWrite = () => true): ZonePublisher {
  let id = 0;
  return new ZonePublisher({
    target: targetOf(lab, options),
    clock: systemClock,
    readFile: (path) => readFileSync(path, 'utf8'),
    randomUint16: () => id++ % 65_536,
    signal: new AbortController().signal,
    mayWrite,
  });
}

/** Removes all that is ours. */
async function clear(lab: PrimaryLab): Promise<void> {
  const [pass] = await publisherOf(lab).compare(new FakeHosts());
  expect([pass!.error, [...pass!.refused]]).toEqual([undefined, []]);
}

const numbered = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, i) => `host-${from + i}.${publishedZone}`);

describe.skipIf(missing !== '').each(primaries)('$name', (primary: Primary) => {
  let lab: PrimaryLab;
  let foreign: readonly string[];
  const all = (): Promise<string[]> => wholeZone(lab.port, lab.keyFile);
  const ours = async (): Promise<string[]> => (await all()).filter((line) => !foreign.includes(line));

  beforeAll(async () => {
    lab = await startPrimary(primary);
    foreign = await all();
  }, timeoutMs);

  afterAll(async () => {
    await lab.stop();
  });

  it(
    'has the hosts, and then what has changed of them, and so has the secondary server',
    async () => {
      const hosts = new FakeHosts();
      hosts.set(`db.${publishedZone}`, ['10.0.0.7', '2001:db8::7'], { port: 5432 });
      hosts.set(`*.wild.${publishedZone}`, ['10.0.0.8']);
      hosts.set('db.example.com', ['10.0.0.9']);
      // Names that others have.
      for (const label of ['www', 'alias', 'x.sub', 'sub']) hosts.set(`${label}.${publishedZone}`, ['10.0.0.66']);
      const publisher = publisherOf(lab);
      const [first] = await publisher.compare(hosts);
      expect([first!.error, [...first!.refused]]).toEqual([undefined, []]);
      const text = '"heritage=external-dns,external-dns/owner=cluster-1,external-dns/resource=serviceentry/shop/db"';
      expect(await ours()).toEqual(
        [
          `*.wild.${zone} A 10.0.0.8`,
          `a-*.wild.${zone} TXT ${text}`,
          `_tcp._tcp.db.${zone} SRV 0 100 5432 db.${zone}`,
          `srv-_tcp._tcp.db.${zone} TXT ${text}`,
          `db.${zone} A 10.0.0.7`,
          `a-db.${zone} TXT ${text}`,
          `db.${zone} AAAA 2001:db8::7`,
          `aaaa-db.${zone} TXT ${text}`,
        ].sort(),
      );
      expect(Object.fromEntries(publisher.skipped)).toEqual({ outside: 1, foreign: 2, delegated: 2 });
      expect((await publisher.compare(hosts))[0]!.changes).toEqual([]);

      hosts.set(`db.${publishedZone}`, ['10.0.0.17'], { resource: 'serviceentry/shop/other' });
      hosts.delete(`*.wild.${publishedZone}`);
      await publisher.update(hosts, [`db.${publishedZone}`, `*.wild.${publishedZone}`]);
      const other = text.replace('shop/db', 'shop/other');
      expect(await ours()).toEqual([`a-db.${zone} TXT ${other}`, `db.${zone} A 10.0.0.17`]);
      const seen = (): Promise<string[]> => lookUp(lab.secondaryPort, `db.${publishedZone}`, 'A');
      await expect.poll(seen, { timeout: 30_000 }).toEqual(['10.0.0.17']);

      hosts.delete(`db.${publishedZone}`);
      await publisher.update(hosts, [`db.${publishedZone}`]);
      expect(await all()).toEqual(foreign);
    },
    timeoutMs,
  );

  it(
    'has an alias of a host whose endpoint is another name, and addresses in its place',
    async () => {
      const hosts = new FakeHosts();
      const [host, taken] = ['lb', 'www'].map((label) => `${label}.${publishedZone}`) as [string, string];
      hosts.set(host, [], { alias: 'one.example.net.', port: 80 });
      hosts.set(taken, [], { alias: 'one.example.net.' });
      const publisher = publisherOf(lab);
      const names = async (): Promise<string[]> => (await ours()).filter((line) => !line.includes(' TXT '));
      const service = `_tcp._tcp.${host}. SRV 0 100 80 ${host}.`;
      await publisher.compare(hosts);
      expect(await names()).toEqual([service, `${host}. CNAME one.example.net.`]);
      expect(Object.fromEntries(publisher.skipped)).toEqual({ foreign: 1 });
      hosts.set(host, [], { alias: 'two.example.net.', port: 80 });
      await publisher.update(hosts, [host]);
      expect(await names()).toEqual([service, `${host}. CNAME two.example.net.`]);
      hosts.set(host, ['10.0.0.1', '2001:db8::1']);
      await publisher.update(hosts, [host]);
      expect(await names()).toEqual([`${host}. A 10.0.0.1`, `${host}. AAAA 2001:db8::1`]);
      hosts.set(host, [], { alias: 'one.example.net.' });
      await publisher.update(hosts, [host]);
      expect(await names()).toEqual([`${host}. CNAME one.example.net.`]);
      expect((await publisher.compare(hosts))[0]!.changes).toEqual([]);
      await clear(lab);
      expect(await all()).toEqual(foreign);
    },
    timeoutMs,
  );

  it(
    'keeps what others have written since the zone was read, and another owner keeps what is ours',
    async () => {
      const hosts = new FakeHosts();
      for (const host of numbered(5)) hosts.set(host, ['10.0.0.1']);
      const publisher = publisherOf(lab);
      await publisher.compare(hosts);
      // They take over one of our names, and one that we are about to want.
      await nsupdate(
        lab,
        `update delete host-0.${zone} A`,
        `update delete a-host-0.${zone} TXT`,
        `update add host-0.${zone} 60 A 192.0.2.99`,
        `update add host-9.${zone} 60 A 192.0.2.98`,
      );
      const changed = [0, 1, 9].map((i) => `host-${i}.${publishedZone}`);
      for (const host of changed) hosts.set(host, ['10.0.0.2']);
      await publisher.update(hosts, changed);
      const addresses = await Promise.all(changed.map((host) => lookUp(lab.port, host, 'A')));
      expect(addresses).toEqual([['192.0.2.99'], ['10.0.0.2'], ['192.0.2.98']]);
      expect(publisher.skipped.get('foreign')).toBe(2);

      const before = await all();
      const [pass] = await publisherOf(lab, { owner: 'cluster-2' }).compare(hosts);
      expect(pass!.changes).toEqual([]);
      await publisherOf(lab, { owner: 'cluster-2' }).compare(new FakeHosts());
      expect(await all()).toEqual(before);

      await nsupdate(lab, `update delete host-0.${zone} A`, `update delete host-9.${zone} A`);
      await clear(lab);
      expect(await all()).toEqual(foreign);
    },
    timeoutMs,
  );

  it(
    'has whole hosts only where the process is killed between two messages, and the next one goes on',
    async () => {
      const hosts = new FakeHosts();
      const names = numbered(600);
      for (const host of names) hosts.set(host, ['10.0.0.1', '2001:db8::1']);
      // It ends before the third message.
      let messages = 0;
      const killed = publisherOf(lab, {}, () => ++messages < 3);
      expect((await killed.compare(hosts))[0]!.error).toMatchObject({ failure: 'lease' });
      const half = new Set(await ours());
      expect(half.size).toBeGreaterThan(0);
      expect(half.size).toBeLessThan(4 * names.length);
      for (const host of names) {
        const there = [`${host}. A 10.0.0.1`, `${host}. AAAA 2001:db8::1`].filter((line) => half.has(line));
        expect([0, 2]).toContain(there.length);
      }
      await publisherOf(lab).compare(hosts);
      expect(await ours()).toHaveLength(4 * names.length);
      await clear(lab);
      expect(await all()).toEqual(foreign);
    },
    timeoutMs,
  );

  it(
    'says clearly what is wrong, and keeps all that it has',
    async () => {
      const hosts = new FakeHosts();
      hosts.set(`db.${publishedZone}`, ['10.0.0.7']);
      const key = readFileSync(lab.keyFile, 'utf8');
      const keyFile = (name: string, text: string): string => {
        const path = join(lab.directory, name);
        writeFileSync(path, text);
        return path;
      };
      const failure = async (options: Partial<PublishTarget>): Promise<string> => {
        const [pass] = await publisherOf(lab, options).compare(hosts);
        return `${pass!.error?.failure}: ${pass!.error?.message}`;
      };
      const wrong = keyFile('wrong.key', key.replace('c2Vy', 'AAAA'));
      expect(await failure({ keyFile: wrong })).toMatch(/^(key|not-authoritative): .*publisher/);
      const unknown = keyFile('unknown.key', key.replace('publisher', 'nobody'));
      expect(await failure({ keyFile: unknown })).toMatch(/^(key|refused|not-authoritative): .*nobody/);
      expect(await failure({ keyFile: join(lab.directory, 'none.key') })).toMatch(/^key: the key file .* not exist/);
      expect(await failure({ zones: ['other.test.'] })).toMatch(/^(not-authoritative|refused): /);
      const [port] = (await freePorts(1)) as [number];
      expect(await failure({ primary: { host: '127.0.0.1', port } })).toMatch(/^unreachable: .*nothing listens there/);
      expect(await all()).toEqual(foreign);
    },
    timeoutMs,
  );

  it(
    'is brought into step again after it was killed',
    async () => {
      const hosts = new FakeHosts();
      const names = numbered(20);
      for (const host of names) hosts.set(host, ['10.0.0.1']);
      const publisher = publisherOf(lab);
      await publisher.compare(hosts);
      await lab.kill();
      hosts.set(names[0]!, ['10.0.0.2']);
      const [failed] = await publisher.update(hosts, [names[0]!]);
      expect(failed!.error).toMatchObject({ failure: 'unreachable' });
      expect(publisher.isBehind).toBe(true);
      await lab.restart();
      await publisher.update(hosts, []);
      expect(publisher.isBehind).toBe(false);
      expect(await lookUp(lab.port, names[0]!, 'A')).toEqual(['10.0.0.2']);
      expect(await ours()).toHaveLength(40);
      await clear(lab);
      expect(await all()).toEqual(foreign);
    },
    timeoutMs,
  );
});
