import { describe, expect, it } from 'vitest';
import { changeLines } from '../../src/dynamic-update/change-text.ts';
import { DesiredRecords } from '../../src/dynamic-update/desired-records.ts';
import { UpdateError } from '../../src/dynamic-update/errors.ts';
import { encodeOwnership } from '../../src/dynamic-update/ownership.ts';
import { encodeData } from '../../src/dynamic-update/record-data.ts';
import type { RecordSet } from '../../src/dynamic-update/record-set.ts';
import { parseRemovalLimit } from '../../src/dynamic-update/removal-limit.ts';
import { ZoneUpdater, type ZoneUpdaterOptions } from '../../src/dynamic-update/zone-updater.ts';
import { rcode, rrType } from '../../src/wire/codes.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeZone } from './fake-zone.ts';

const zone = 'example.org.';

function updaterOf(server: FakeZone, options: Partial<ZoneUpdaterOptions> = {}): ZoneUpdater {
  return new ZoneUpdater({
    zone,
    owner: 'us',
    server,
    clock: new FakeClock(),
    signal: new AbortController().signal,
    maxRemovals: parseRemovalLimit('10%')!,
    removalDoubt: () => '',
    isDryRun: false,
    mayWrite: () => true,
    ...options,
  });
}

function set(name: string, ...data: string[]): RecordSet {
  return { name: `${name}.${zone}`, type: 'A', ttl: 30, data: data.length > 0 ? data : ['192.0.2.1'] };
}

/** Hosts of one A RRset each. */
function hosts(...labels: string[]): DesiredRecords {
  const desired = new DesiredRecords();
  for (const label of labels)
    desired.set({ host: `${label}.${zone}`, resource: 'serviceentry/shop/db', sets: [set(label)] });
  return desired;
}

/** Hosts that are but aliases. */
function aliases(...labels: string[]): DesiredRecords {
  const desired = new DesiredRecords();
  for (const label of labels) {
    const alias = { ...set(label, 'lb.test.'), type: 'CNAME' } as const;
    desired.set({ host: alias.name, resource: 'serviceentry/shop/db', sets: [alias] });
  }
  return desired;
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => `h${i}`);

describe('names that a zone cannot have', () => {
  it.each([
    ['a name of another zone', 'x.example.com.', 'outside'],
    ['the zone itself', zone, 'apex'],
    ['a name below a delegation', `x.sub.${zone}`, 'delegated'],
    ['the name of a delegation', `sub.${zone}`, 'delegated'],
    ['a name below a DNAME', `x.dname.${zone}`, 'delegated'],
    ['a name with an alias', `alias.${zone}`, 'foreign'],
    ['a name with an address of somebody else', `www.${zone}`, 'foreign'],
    ['a name that another owner marks', `theirs.${zone}`, 'foreign'],
    ['a name whose ownership record would be an alias', `marked.${zone}`, 'foreign'],
    ['a label that is too long with its type before it', `${'x'.repeat(62)}.${zone}`, 'name'],
  ])('%s', async (_, name, reason) => {
    const server = new FakeZone(zone);
    server.add(`sub.${zone}`, rrType.NS, encodeData('PTR', 'ns.test.')!);
    server.add(`dname.${zone}`, rrType.DNAME, encodeData('PTR', 'x.test.')!);
    server.add(`alias.${zone}`, rrType.CNAME, encodeData('PTR', 'x.test.')!);
    server.add(`a-marked.${zone}`, rrType.CNAME, encodeData('PTR', 'x.test.')!);
    server.add(`www.${zone}`, rrType.A, encodeData('A', '192.0.2.9')!);
    server.add(`a-theirs.${zone}`, rrType.TXT, encodeOwnership({ owner: 'them', resource: 'service/a/b' }));
    const before = server.lines;
    const desired = new DesiredRecords();
    desired.set({ host: name, resource: 'serviceentry/shop/db', sets: [{ ...set('x'), name }] });
    const { skipped } = await updaterOf(server).compare(desired);
    expect([...skipped]).toEqual([[name, reason]]);
    expect(server.lines).toEqual(before);
  });

  it.each([
    ['an address', rrType.A, encodeData('A', '192.0.2.9')!],
    ['a service', rrType.SRV, encodeData('SRV', '0 0 1 a.test.')!],
    ['an alias', rrType.CNAME, encodeData('CNAME', 'b.test.')!],
    ['a text', rrType.TXT, Uint8Array.of(1, 0x78)],
    ['a type that is not written here', rrType.MX, Uint8Array.of(0, 1, 0)],
  ])('an alias beside %s of somebody else', async (_, type, rdata) => {
    const server = new FakeZone(zone);
    server.add(`www.${zone}`, type, rdata);
    const before = server.lines;
    const { skipped } = await updaterOf(server).compare(aliases('www'));
    expect([...skipped]).toEqual([[`www.${zone}`, 'foreign']]);
    expect(server.lines).toEqual(before);
  });

  it('an alias at a name that another host has an address of', async () => {
    const server = new FakeZone(zone);
    const desired = aliases('one.db');
    desired.set({ host: `db.${zone}`, resource: 'serviceentry/shop/db', sets: [set('db'), set('one.db')] });
    const { skipped } = await updaterOf(server).compare(desired);
    expect([...skipped.values()]).toEqual(['foreign', 'foreign']);
    expect(server.lines).toEqual([]);
  });

  it('has an alias in a zone that is signed', async () => {
    const server = new FakeZone(zone);
    server.add(`www.${zone}`, rrType.NSEC, Uint8Array.of(0));
    server.add(`www.${zone}`, rrType.RRSIG, Uint8Array.of(0));
    const contents = await server.transfer(zone, 'us');
    expect([...contents.occupied]).toEqual([]);
  });

  it('has the name that a DNAME stands at', async () => {
    const server = new FakeZone(zone);
    server.add(`dname.${zone}`, rrType.DNAME, encodeData('PTR', 'x.test.')!);
    expect((await updaterOf(server).compare(hosts('dname'))).skipped.size).toBe(0);
  });
});

describe('records that others write', () => {
  it('takes over the name where an ownership record of ours has lost its RRset', async () => {
    const server = new FakeZone(zone);
    server.add(`a-db.${zone}`, rrType.TXT, encodeOwnership({ owner: 'us', resource: 'serviceentry/shop/db' }));
    const { changes } = await updaterOf(server).compare(hosts('db'));
    expect([...changeLines(changes)]).toEqual([`+ db.${zone} 30 IN A 192.0.2.1`]);
    expect(server.lines.filter((line) => line.includes(' A '))).toEqual([`db.${zone} 30 A c0000201`]);
  });

  it('keeps other text at the name of an ownership record', async () => {
    const server = new FakeZone(zone);
    const updater = updaterOf(server);
    await updater.compare(hosts('db'));
    server.add(`a-db.${zone}`, rrType.TXT, Uint8Array.of(2, 0x68, 0x69));
    await updater.compare(hosts());
    expect(server.lines).toEqual([`a-db.${zone} 300 TXT 026869`]);
  });

  it('puts right an RRset of ours that somebody has changed', async () => {
    const server = new FakeZone(zone);
    const updater = updaterOf(server);
    await updater.compare(hosts('db'));
    server.add(`db.${zone}`, rrType.A, encodeData('A', '192.0.2.66')!);
    const { changes } = await updater.compare(hosts('db'));
    expect([...changeLines(changes)]).toEqual([`- db.${zone} 30 IN A 192.0.2.66`]);
  });

  it('reads the zone anew where a single change meets what somebody has written', async () => {
    const server = new FakeZone(zone);
    const updater = updaterOf(server);
    const desired = hosts('db', 'web');
    await updater.compare(desired);
    server.records = server.records.filter(({ name }) => name !== `db.${zone}` && name !== `a-db.${zone}`);
    server.add(`db.${zone}`, rrType.A, encodeData('A', '192.0.2.66')!);
    const theirs = server.lines.filter((line) => line.startsWith('db.'));
    const keys = desired.set({ host: `db.${zone}`, resource: '', sets: [] });
    const { changes } = await updater.update(desired, { hosts: [`db.${zone}`], keys });
    expect(changes).toEqual([]);
    expect(server.lines.filter((line) => line.startsWith('db.'))).toEqual(theirs);
  });

  it('gives up where others are always faster', async () => {
    const server = new FakeZone(zone);
    server.refusal = () => rcode.YXRRSET;
    await expect(updaterOf(server).compare(hosts('db'))).rejects.toMatchObject({ failure: 'conflict' });
  });
});

describe('changes that the server refuses', () => {
  it('finds the bad ones, and has the others taken', async () => {
    const server = new FakeZone(zone);
    const bad = new Set(['h3', 'h40', 'h41'].map((label) => `${label}.${zone}`));
    server.refusal = (names) => ([...names].some((name) => bad.has(name)) ? rcode.SERVFAIL : rcode.NOERROR);
    const { changes, refused } = await updaterOf(server).compare(hosts(...numbered(50)));
    expect(new Map(refused)).toEqual(new Map([...bad].map((name) => [name, 'SERVFAIL'])));
    expect(changes).toHaveLength(47);
    expect(server.records).toHaveLength(94);
  });

  it('ends where it takes none of many', async () => {
    const server = new FakeZone(zone);
    let messages = 0;
    server.before = () => messages++;
    server.refusal = () => rcode.SERVFAIL;
    const comparing = updaterOf(server).compare(hosts(...numbered(1000)));
    await expect(comparing).rejects.toMatchObject({ failure: 'server' });
    expect(messages).toBeLessThan(200);
  });

  it('sends less at a time to a server that does not get done with a message in time', async () => {
    const server = new FakeZone(zone);
    const updater = updaterOf(server);
    const taking = server.update.bind(server);
    server.update = (name, message) =>
      message.length > 10_000 ? Promise.reject(new UpdateError('timeout', 'says nothing')) : taking(name, message);
    const desired = hosts(...numbered(1000));
    let timeouts = 0;
    const comparing = (): Promise<unknown> =>
      updater.compare(desired).catch((error: unknown) => {
        expect(error).toMatchObject({ failure: 'timeout' });
        timeouts++;
      });
    while (server.records.length < 2000 && timeouts < 9) await comparing();
    expect([timeouts, server.records.length]).toEqual([3, 2000]);
  });

  it('knows nothing of the zone any more when a connection breaks, and reads it again', async () => {
    const server = new FakeZone(zone);
    const updater = updaterOf(server);
    await updater.compare(hosts('db'));
    const taking = server.update.bind(server);
    // The message is taken, and the reply is lost.
    server.update = async (...args) => {
      await taking(...args);
      throw new UpdateError('unreachable', 'broke');
    };
    const desired = hosts('db', 'web');
    const scope = { hosts: [`web.${zone}`], keys: [] };
    await expect(updater.update(desired, scope)).rejects.toMatchObject({ failure: 'unreachable' });
    expect(updater.contents).toBeUndefined();
    server.update = taking;
    expect((await updater.update(desired, scope)).changes).toEqual([]);
  });
});

describe('how much may be removed', () => {
  it.each([
    ['10%', 200, 20, true],
    ['10%', 200, 21, false],
    // At least 10.
    ['10%', 20, 10, true],
    ['10%', 20, 11, false],
    ['0%', 20, 1, false],
    ['100%', 20, 20, true],
    ['3', 200, 3, true],
    ['3', 200, 4, false],
    ['0', 200, 1, false],
  ])('%s of %i names: %i', async (limit, count, removals, isAllowed) => {
    const server = new FakeZone(zone);
    await updaterOf(server).compare(hosts(...numbered(count)));
    const before = server.lines;
    const updater = updaterOf(server, { maxRemovals: parseRemovalLimit(limit)! });
    // With another one that comes: all of it is refused.
    const comparing = updater.compare(hosts(...numbered(count).slice(removals), 'new'));
    if (isAllowed) {
      await comparing;
      expect(server.records).toHaveLength(2 * (count - removals + 1));
    } else {
      await expect(comparing).rejects.toThrow(`${removals} of ${count} names`);
      expect(server.lines).toEqual(before);
    }
  });

  it('removes nothing while there is a doubt, unless everything may go', async () => {
    const server = new FakeZone(zone);
    await updaterOf(server).compare(hosts('db'));
    const options = { removalDoubt: () => 'the registry is empty' };
    await expect(updaterOf(server, options).compare(hosts())).rejects.toThrow('the registry is empty');
    expect(server.records).toHaveLength(2);
    await updaterOf(server, { ...options, maxRemovals: parseRemovalLimit('100%')! }).compare(hosts());
    expect(server.records).toEqual([]);
  });
});

it('sends nothing more from when the lease has ended', async () => {
  const server = new FakeZone(zone);
  const mayWrite = (): boolean => server.taken < 2;
  const comparing = updaterOf(server, { mayWrite, messageSize: 1 }).compare(hosts('a', 'b', 'c', 'd'));
  await expect(comparing).rejects.toMatchObject({ failure: 'lease' });
  expect(server.records).toHaveLength(4);
});

it('changes nothing in a dry run, and says what it would do', async () => {
  const server = new FakeZone(zone);
  await updaterOf(server).compare(hosts('db', 'old'));
  const before = server.lines;
  const desired = new DesiredRecords();
  desired.set({ host: `db.${zone}`, resource: 'serviceentry/shop/other', sets: [set('db', '192.0.2.1', '192.0.2.2')] });
  desired.set({ host: `new.${zone}`, resource: 'serviceentry/shop/new', sets: [set('new')] });
  const { changes } = await updaterOf(server, { isDryRun: true }).compare(desired);
  expect([...changeLines(changes)]).toEqual([
    `+ db.${zone} 30 IN A 192.0.2.2`,
    `; db.${zone} A belongs to serviceentry/shop/other, no longer to serviceentry/shop/db`,
    `+ new.${zone} 30 IN A 192.0.2.1`,
    `- old.${zone} 30 IN A 192.0.2.1`,
  ]);
  expect(server.lines).toEqual(before);
});

it('sends 10,000 hosts in few messages, none of them too long', async () => {
  const server = new FakeZone(zone);
  // The fake server looks at all of its records for each of a message.
  server.update = (_, message) => {
    server.longest = Math.max(server.longest, message.length);
    server.taken++;
    return Promise.resolve(rcode.NOERROR);
  };
  await updaterOf(server).compare(hosts(...numbered(10_000)));
  expect(server.taken).toBeLessThan(60);
  expect(server.longest).toBeGreaterThan(60_000);
  expect(server.longest).toBeLessThanOrEqual(65_535 - 600);
});

it('leaves out a host that does not fit a message', async () => {
  const server = new FakeZone(zone);
  const desired = hosts('db');
  const many = Array.from({ length: 4000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`).sort();
  desired.set({ host: `big.${zone}`, resource: 'serviceentry/shop/big', sets: [set('big', ...many)] });
  const { skipped } = await updaterOf(server).compare(desired);
  expect([...skipped]).toEqual([[`big.${zone}`, 'size']]);
  expect(server.records).toHaveLength(2);
});
