import { describe, expect, test } from 'vitest';
import type { Query } from '../../../src/wire/query.ts';
import type { DnsMessage } from '../../support/dns-message.ts';
import { clientSubnet } from '../../support/query.ts';
import { Harness, type Reply } from './harness.ts';

/** An upstream whose answer depends on the subnet, if it is told one; the scope is what the test says, -1 for no option. */
function upstream(scope: number): (query: Query) => Reply {
  let count = 0;
  return (query) => {
    const options = query.bytes.slice(query.optionsStart, query.optionsEnd);
    if (options.length > 0) options[7] = Math.max(scope, 0);
    const answer = `a.example.org. 60 IN A 192.0.2.${++count}`;
    return scope < 0 ? { answer } : { answer, options };
  };
}

async function ask(harness: Harness, subnet?: string, name = 'a.example.org'): Promise<DnsMessage> {
  return harness.ask(name, 'A', subnet === undefined ? {} : { edns: { options: clientSubnet(subnet) } });
}

const lastOctet = ({ answer }: DnsMessage): string => answer[0]!.split('.').at(-1)!;

describe('replies with a scope', () => {
  test('are for the whole source prefix of the client, and no other', async () => {
    const harness = new Harness({}, upstream(24));
    const subnets = ['10.1.2.0/24', '10.1.3.0/24', '10.1.2.0/23', '10.1.2.0/25', '2001:db8::/56', undefined];
    for (const [i, subnet] of subnets.entries()) expect(lastOctet(await ask(harness, subnet))).toBe(String(i + 1));
    for (const [i, subnet] of subnets.entries()) expect(lastOctet(await ask(harness, subnet))).toBe(String(i + 1));
    expect(harness.asked).toBe(subnets.length);
  });

  test('are told with it', async () => {
    const harness = new Harness({}, upstream(20));
    for (let i = 0; i < 2; i++) expect((await ask(harness, '10.1.2.0/24')).opt?.subnet).toBe('10.1.2.0/24/20');
    expect(harness.asked).toBe(1);
  });
});

describe('replies without a scope', () => {
  test.each([
    [0, '10.1.2.0/24/0', '10.9.0.0/16/0'],
    [-1, undefined, undefined],
  ])('scope %d: are for all who tell a subnet', async (scope, first, second) => {
    const harness = new Harness({}, upstream(scope));
    expect((await ask(harness, '10.1.2.0/24')).opt?.subnet).toBe(first);
    const other = await ask(harness, '10.9.0.0/16');
    expect(other.opt?.subnet).toBe(second);
    expect(lastOctet(other)).toBe('1');
    expect(lastOctet(await ask(harness))).toBe('2');
    expect(harness.asked).toBe(2);
  });
});

test('a malformed option is passed on and leaves nothing', async () => {
  const harness = new Harness({}, upstream(-1));
  const options = Uint8Array.of(0, 8, 0, 5, 0, 1, 24, 0, 10);
  for (let i = 0; i < 2; i++) await harness.ask('a.example.org', 'A', { edns: { options } });
  expect(harness.asked).toBe(2);
  expect(harness.count('entries')).toBe(0);
});

test('other options make no difference', async () => {
  const harness = new Harness({}, upstream(-1));
  await harness.ask('a.example.org', 'A', { edns: { options: Uint8Array.of(0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8) } });
  expect(lastOctet(await ask(harness))).toBe('1');
});

test('a denial for all takes the place of an answer for one subnet', async () => {
  const harness = new Harness({ stale: undefined }, upstream(24));
  await ask(harness, '10.1.2.0/24');
  harness.clock.advance(60_000);
  harness.answer = () => ({
    code: 'NXDOMAIN',
    authority: 'example.org. 300 IN SOA ns.example.org. a.example.org. 1 2 3 4 60',
  });
  await ask(harness, '10.1.2.0/24');
  expect((await ask(harness, '10.1.2.0/24')).rcode).toBe('NXDOMAIN');
  expect(harness.asked).toBe(2);
});
