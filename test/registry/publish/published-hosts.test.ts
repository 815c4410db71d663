import { expect, test } from 'vitest';
import { PublishedHosts, type PublishedHost } from '../../../src/registry/publish/published-hosts.ts';

const plain: PublishedHost = { addresses: ['10.0.0.1'], labels: [], seenBy: 'everybody' };
const partial: PublishedHost = {
  addresses: ['10.0.0.1', '2001:db8::1'],
  labels: ['10-0-0-1', 'vm'],
  seenBy: new Set(['one', 'two']),
};
const empty: PublishedHost = { addresses: [], labels: [], seenBy: 'everybody' };

test('what was published of a host is read as it was', () => {
  const hosts = new PublishedHosts();
  for (const [i, each] of [plain, partial, empty].entries()) hosts.replace(`h${i}.test`, each);
  expect([...hosts]).toEqual([
    ['h0.test', plain],
    ['h1.test', partial],
    ['h2.test', empty],
  ]);
  expect(hosts.size).toBe(3);
  expect(hosts.replace('h0.test', undefined)).toEqual(plain);
  expect(hosts.replace('h0.test', undefined)).toBeUndefined();
  expect(hosts.replace('h2.test', empty)).toEqual(empty);
  expect([hosts.has('h0.test'), hosts.get('h0.test'), hosts.get('h1.test')]).toEqual([false, undefined, partial]);
});

test('hosts are found by the addresses that they have now', () => {
  const hosts = new PublishedHosts();
  hosts.replace('a.test', plain);
  hosts.replace('b.test', partial);
  expect(hosts.hostsAt('10.0.0.1').toSorted()).toEqual(['a.test', 'b.test']);
  expect(hosts.hostsAt('2001:db8::1')).toEqual(['b.test']);
  hosts.replace('b.test', { ...partial, addresses: ['10.0.0.2', '2001:db8::1'] });
  expect(['10.0.0.1', '10.0.0.2', '2001:db8::1'].map((each) => hosts.hostsAt(each))).toEqual([
    ['a.test'],
    ['b.test'],
    ['b.test'],
  ]);
  hosts.replace('b.test', undefined);
  hosts.replace('c.test', plain);
  expect(['10.0.0.1', '10.0.0.2', '2001:db8::1'].map((each) => hosts.hostsAt(each).toSorted())).toEqual([
    ['a.test', 'c.test'],
    [],
    [],
  ]);
});
