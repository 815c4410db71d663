import { afterAll, beforeAll, expect, test } from 'vitest';
import { syncState } from '../../src/table/layout.ts';
import { FakeUpstream } from '../support/fake-upstream.ts';
import { answerFromZone } from '../support/zone-upstream.ts';
import { messageAsker } from './ask-message.ts';
import { forwarded, nxdomain, owned, serviceEntry, type Expected, type SemanticsCase } from './case.ts';
import { checkQuery } from './expect-reply.ts';
import { InProcess, readObjects } from './in-process.ts';

/** Section 10, before the first sync: a name below an own zone, one elsewhere, and a host. */
const base: SemanticsCase = {
  section: '10',
  name: 'before the first sync',
  zones: ['mesh.test'],
  objects: serviceEntry('a', 'hosts: [a.example.com], addresses: [10.0.0.1]'),
  queries: [],
};
const servfail = (ask: string): Expected => ({ ask, rcode: 'SERVFAIL', flags: 'qr rd ra' });
const names = ['x.mesh.test A', 'mesh.test SOA', 'other.com A', 'a.example.com A'];

const cases: readonly [string, options: string, sync: number, queries: readonly Expected[]][] = [
  ['until startup_timeout SERVFAIL for all', '', syncState.starting, names.map(servfail)],
  ['also with unsynced servfail', 'unsynced servfail', syncState.starting, names.map(servfail)],
  [
    'after it SERVFAIL below own zones, and forward elsewhere',
    '',
    syncState.overdue,
    [servfail('x.mesh.test A'), servfail('mesh.test SOA'), forwarded('other.com A'), forwarded('a.example.com A')],
  ],
  [
    'after it forward below own zones that fall through',
    'fallthrough x.mesh.test',
    syncState.overdue,
    [forwarded('x.mesh.test A'), servfail('y.mesh.test A')],
  ],
  ['unsynced servfail: SERVFAIL for all', 'unsynced servfail', syncState.overdue, names.map(servfail)],
  [
    'synced, however late',
    'unsynced servfail',
    syncState.synced,
    [nxdomain('x.mesh.test A', 'mesh.test.'), forwarded('other.com A'), owned('a.example.com A', ['10.0.0.1'])],
  ],
];

let upstream: FakeUpstream | undefined;

beforeAll(async () => {
  upstream = await FakeUpstream.start(answerFromZone(''));
});
afterAll(() => upstream?.stop());

test.each(cases)('10: %s', async (_name, options, sync, queries) => {
  const semanticsCase = { ...base, options };
  const instance = new InProcess(semanticsCase, upstream!.port);
  if (sync === syncState.synced) instance.fill(readObjects(base.objects!).objects);
  else instance.writer.sync = sync;
  for (const query of queries) {
    await checkQuery(
      semanticsCase,
      query,
      messageAsker((message) => instance.ask(message, 'udp')),
    );
  }
  await instance.close();
});

test('3: one log line at sync says how many automatic addresses are held back', () => {
  const auto = (host: string): string => `status: { addresses: [{ value: 240.240.0.1, host: ${host} }] }`;
  const { objects } = readObjects(
    serviceEntry('a', 'hosts: [a.example.com], resolution: DNS', '', auto('a.example.com')) +
      serviceEntry('b', 'hosts: [b.example.com], resolution: STATIC', '', auto('b.example.com')) +
      serviceEntry('c', 'hosts: [c.example.com]', '', auto('c.example.com')),
  );
  const linesWith = (options: string): string[] => {
    const instance = new InProcess({ ...base, options, upstream: 'none' }, undefined);
    instance.fill(objects);
    const lines = instance.logger.lines.filter(({ level }) => level !== 'debug');
    return lines.map(({ level, message }) => `${level} ${message}`);
  };
  expect(linesWith('')).toEqual([
    'info plugin/serviceentry: automatically allocated addresses of 2 hosts are held back; auto_addresses says who gets them',
  ]);
  expect(linesWith('auto_addresses all')).toEqual([]);
});
