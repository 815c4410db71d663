import { describe, expect, test } from 'vitest';
import { problemOf, sample } from '../../../bench/peers/check.ts';
import { allHosts, type HostList } from '../../../bench/peers/hosts.ts';
import { questionKinds, questions, type Question } from '../../../bench/peers/questions.ts';
import { proxiedKinds } from '../../../bench/peers/proxied-questions.ts';
import { serviceEntryLists } from '../../../bench/peers/service-entries.ts';
import { zoneLines } from '../../../bench/peers/zone-file.ts';
import type { DnsMessage } from '../../support/dns-message.ts';

const list: HostList = { hosts: 50, wildcards: 3, hasSrv: true };
const zone = [...zoneLines(list)];
const records = new Set(zone);
const owners = new Set(zone.map((line) => line.split(' ')[0]));

function first(kind: (typeof questionKinds)[number], count: number): Question[] {
  const found: Question[] = [];
  for (const question of questions(kind, list)) if (found.push(question) === count) break;
  return found;
}

describe('the zone file', () => {
  test('has an SOA, an NS, and what every host has', () => {
    expect(zone.slice(0, 4)).toEqual([
      '$ORIGIN mesh.test.',
      '@ 5 IN SOA ns.dns.mesh.test. hostmaster.mesh.test. 1 7200 1800 86400 5',
      '@ 30 IN NS ns.dns.mesh.test.',
      'ns.dns.mesh.test. 30 IN A 127.0.0.1',
    ]);
    expect(zone).toContain('service-7.team-7.mesh.test. 30 IN A 10.0.0.7');
    expect(zone).toContain('_http._tcp.service-7.team-7.mesh.test. 30 IN SRV 0 100 80 service-7.team-7.mesh.test.');
    expect(zone).toContain('*.shop-2.tenants.mesh.test. 30 IN A 10.200.0.2');
    expect(zone).toHaveLength(4 + 2 * list.hosts + list.wildcards);
  });

  test('without SRV records has the addresses only', () => {
    expect([...zoneLines({ ...list, hasSrv: false })]).toHaveLength(4 + list.hosts + list.wildcards);
  });
});

test('ServiceEntries of the same hosts, in Lists', () => {
  const lists = [...serviceEntryLists(list)].map((text) => JSON.parse(text) as { items: { spec: object }[] });
  const specs = lists.flatMap(({ items }) => items.map(({ spec }) => spec));
  expect(specs).toEqual(
    Array.from(allHosts(list), ({ name, address }) => ({
      hosts: [name],
      addresses: [address],
      ports: [{ name: 'http', number: 80, protocol: 'HTTP' }],
      location: 'MESH_INTERNAL',
      resolution: 'STATIC',
    })),
  );
});

test('a long list of hosts is in several files', () => {
  const lists = [...serviceEntryLists({ hosts: 10_001, wildcards: 0, hasSrv: false })];
  expect(lists.map((text) => (JSON.parse(text) as { items: unknown[] }).items.length)).toEqual([10_000, 1]);
});

describe('questions', () => {
  test('each host is asked for once', () => {
    const asked = Array.from(questions('a', list), ({ name }) => name);
    expect(asked.toSorted()).toEqual(Array.from(allHosts({ ...list, wildcards: 0 }), ({ name }) => name).toSorted());
    expect(asked).not.toEqual(asked.toSorted());
  });

  test('the mix is 5 A, 3 AAAA without data, 1 SRV and 1 name that does not exist', () => {
    const kinds = first('mix', 1000).map(({ type, expected: { rcode } }) => `${type} ${rcode}`);
    const count = (kind: string): number => kinds.filter((each) => each === kind).length;
    expect(['A NOERROR', 'AAAA NOERROR', 'SRV NOERROR', 'A NXDOMAIN'].map(count)).toEqual([500, 300, 100, 100]);
  });

  test('they are the same each time', () => expect(first('mix', 100)).toEqual(first('mix', 100)));

  test.each([
    ['cached', { NOERROR: 50 }, 0],
    ['fresh', { NOERROR: 50 }, 50],
    ['search', { NOERROR: 35, NXDOMAIN: 15 }, 0],
    ['proxy-mix', { NOERROR: 45, SERVFAIL: 5 }, 25],
  ] as const)('%s: what proxies are asked', (kind, expected, fresh) => {
    const all = [...questions(kind, list)];
    const counts: Record<string, number> = {};
    for (const { rcode } of all.map((each) => each.expected)) counts[rcode] = (counts[rcode] ?? 0) + 1;
    expect(counts).toEqual(expected);
    expect(all.filter(({ name }) => name.includes('############'))).toHaveLength(fresh);
  });

  test('names that do not exist are below a search path', () => {
    const missing = [...questions('search', list)].filter(({ expected }) => expected.rcode === 'NXDOMAIN');
    expect(missing.every(({ name }) => name.endsWith('.cluster.local'))).toBe(true);
    expect(new Set(missing.map(({ name }) => name.replace(/^.*mesh\.test/, ''))).size).toBe(3);
  });

  test.each(questionKinds.filter((kind) => !proxiedKinds.some((each) => each === kind)))(
    '%s: the zone file has the expected answers',
    (kind) => {
      for (const { name, type, expected } of first(kind, 200)) {
        const exists = owners.has(`${name}.`) || owners.has(`${name.replace(/^[^.]*/, '*')}.`);
        expect(exists).toBe(expected.rcode === 'NOERROR');
        if (type === 'AAAA') expect(expected.answer).toEqual([]);
        for (const record of expected.answer) {
          const found = records.has(record) || records.has(record.replace(/^[^.]*/, '*'));
          expect(found, record).toBe(true);
        }
      }
    },
  );
});

describe('replies', () => {
  const [question] = first('a', 1) as [Question];
  const [answer] = question.expected.answer as [string];
  const reply = { rcode: 'NOERROR', answer: [answer], authority: ['whatever'] } as unknown as DnsMessage;

  test('the expected one is no problem', () => expect(problemOf(question, reply)).toBeUndefined());

  test.each([
    ['another address', { ...reply, answer: [`${answer}9`] }],
    ['no answer', { ...reply, answer: [] }],
    ['one more', { ...reply, answer: [answer, answer] }],
    ['another response code', { ...reply, rcode: 'NXDOMAIN' }],
  ])('%s', (_, wrong) => expect(problemOf(question, wrong)).toContain(question.name));

  test('a TTL of * is any, and that alone', () => {
    const [cached] = first('cached', 1) as [Question];
    const answers = (ttl: number, address: string): DnsMessage =>
      ({ rcode: 'NOERROR', answer: [`${cached.name}. ${ttl} IN A ${address}`] }) as unknown as DnsMessage;
    expect(problemOf(cached, answers(3599, '10.53.0.1'))).toBeUndefined();
    expect(problemOf(cached, answers(3599, '10.53.0.2'))).toContain(cached.name);
  });

  test('those at the beginning are a sample', () => {
    expect(sample(questions('mix', list))).toEqual(first('mix', 20));
    expect(sample([question])).toEqual([question]);
  });
});
