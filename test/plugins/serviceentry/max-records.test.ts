import { afterEach, describe, expect, test } from 'vitest';
import { serviceEntry } from '../../semantics/case.ts';
import { InProcess, readObjects } from '../../semantics/in-process.ts';
import { decodeMessage, type DnsMessage } from '../../support/dns-message.ts';
import { typeCode } from '../../support/dns-rdata.ts';
import { encodeQuery } from '../../support/query.ts';

const internal = 'location: MESH_INTERNAL';
const ports = 'ports: [{ number: 80, name: http }, { number: 81, name: admin }]';
const v4 = (count: number): string[] => Array.from({ length: count }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
const v6 = (count: number): string[] => Array.from({ length: count }, (_, i) => `'2001:db8::${(i + 1).toString(16)}'`);
const endpoints = (addresses: readonly string[]): string =>
  `resolution: STATIC, endpoints: [${addresses.map((address) => `{ address: ${address} }`).join(', ')}]`;

let instance: InProcess | undefined;
afterEach(async () => {
  await instance?.close();
  instance = undefined;
});

/** Asks `TYPE`s of a name in turn over a transport, so many times, of a server with these objects and options. */
async function ask(
  objects: string,
  options: string,
  name: string,
  types: readonly string[],
  times: number,
  transport: 'udp' | 'tcp' = 'tcp',
): Promise<DnsMessage[]> {
  instance ??= new InProcess({ section: '10', name: '', objects, options, upstream: 'none', queries: [] }, undefined);
  instance.fill(readObjects(objects).objects);
  const replies: DnsMessage[] = [];
  for (let i = 0; i < times; i++) {
    for (const type of types) {
      replies.push(decodeMessage(await instance.ask(encodeQuery(name, typeCode(type)), transport)));
    }
  }
  return replies;
}

const seen = (replies: readonly DnsMessage[]): Set<string> => new Set(replies.flatMap(({ answer }) => answer));
const firsts = (replies: readonly DnsMessage[]): Set<string> => new Set(replies.map(({ answer }) => answer[0]!));

describe('max_records', () => {
  test.each([
    ['VIPs', `${internal}, addresses: [${v4(10).join()}]`, 'a.example', 'A'],
    ['VIPs, IPv6', `${internal}, addresses: [${v6(10).join()}]`, 'a.example', 'AAAA'],
    ['endpoints', `${internal}, ${endpoints(v4(10))}`, 'a.example', 'A'],
    ['a wildcard', `${internal}, ${endpoints(v4(10))}`, 'x.w.example', 'A'],
    ['SRV of endpoints', `${internal}, ${ports}, ${endpoints(v4(10))}`, '_http._tcp.a.example', 'SRV'],
    ['SRV below a wildcard', `${internal}, ${ports}, ${endpoints(v4(10))}`, '_http._tcp.x.w.example', 'SRV'],
    ['SRV of all ports', `${internal}, ${ports}, ${endpoints(v4(5))}`, 'a.example', 'SRV'],
  ])('%s: a window that moves on by one, so that each record stands first once', async (_, spec, name, type) => {
    const objects = serviceEntry('a', `hosts: [a.example, '*.w.example'], ${spec}`);
    const replies = await ask(objects, 'max_records 3', name, [type], 10);
    for (const { answer, flags } of replies) {
      expect(new Set(answer).size).toBe(3);
      expect(flags).toBe('qr aa rd');
    }
    expect(firsts(replies).size).toBe(10);
  });

  test('each of both families has its turn, though clients ask for them in pairs', async () => {
    const objects = serviceEntry('a', `hosts: [a.example], ${internal}, addresses: [${[...v4(4), ...v6(4)].join()}]`);
    const replies = await ask(objects, 'max_records 1', 'a.example', ['A', 'AAAA'], 4);
    expect(seen(replies).size).toBe(8);
  });

  test.each([
    [1, 5, 5, 1, 0],
    [4, 5, 5, 2, 2],
    [5, 5, 5, 3, 2],
    [6, 1, 9, 1, 5],
    [6, 9, 1, 5, 1],
    [6, 9, 0, 6, 0],
    [20, 5, 5, 5, 5],
  ])('ANY with %i of %i + %i: %i A, %i AAAA', async (most, a, aaaa, shownA, shownAaaa) => {
    const objects = serviceEntry(
      'a',
      `hosts: [a.example], ${internal}, addresses: [${[...v4(a), ...v6(aaaa)].join()}]`,
    );
    const [reply] = await ask(objects, `max_records ${most}`, 'a.example', ['ANY'], 1);
    const count = (type: string): number => reply!.answer.filter((line) => line.includes(` IN ${type} `)).length;
    expect([count('A'), count('AAAA')]).toEqual([shownA, shownAaaa]);
  });

  test('SRV has the addresses of the targets that are shown, and no others', async () => {
    const objects = serviceEntry('a', `hosts: [a.example], ${internal}, ${ports}, ${endpoints(v4(6))}`);
    for (const name of ['_http._tcp.a.example', 'a.example']) {
      for (const { answer, additional } of await ask(objects, 'max_records 2', name, ['SRV'], 12)) {
        const targets = new Set(answer.map((line) => line.split(' ').at(-1)));
        expect(new Set(additional.map((line) => line.split(' ')[0]))).toEqual(targets);
        expect(additional).toHaveLength(targets.size);
      }
    }
  });

  test('of a target with more addresses as many are shown, others each time', async () => {
    const objects = serviceEntry('a', `hosts: [a.example], ${internal}, ${ports}, addresses: [${v4(5).join()}]`);
    const replies = await ask(objects, 'max_records 2', '_http._tcp.a.example', ['SRV'], 5);
    for (const { additional } of replies) expect(additional).toHaveLength(2);
    expect(new Set(replies.map(({ additional }) => additional[0])).size).toBe(5);
  });

  test('a host whose endpoints are host names: what these have counts in full, and then as many are shown', async () => {
    const objects =
      serviceEntry(
        'u',
        `hosts: [u.example], resolution: DNS, endpoints: [{ address: a.example }, { address: 10.9.0.1 }]`,
      ) + serviceEntry('a', `hosts: [a.example], ${internal}, addresses: [${v4(7).join()}]`);
    const replies = await ask(objects, 'max_records 2', 'u.example', ['A'], 8);
    for (const { answer, flags } of replies) expect([answer.length, flags]).toEqual([2, 'qr aa rd']);
    expect(firsts(replies).size).toBe(8);
  });

  test('what does not fit UDP has TC, and over TCP there are as many as the option says', async () => {
    const objects = serviceEntry('a', `hosts: [a.example], ${internal}, addresses: [${v4(200).join()}]`);
    const [udp] = await ask(objects, 'max_records 100', 'a.example', ['A'], 1, 'udp');
    const [tcp] = await ask(objects, 'max_records 100', 'a.example', ['A'], 1, 'tcp');
    expect([udp!.flags, tcp!.flags, tcp!.answer.length]).toEqual(['qr aa tc rd', 'qr aa rd', 100]);
    expect(udp!.answer.length).toBeLessThan(100);
  });
});

describe('without it, over a stream', () => {
  test('SRV that does not fit is cut without TC, and begins elsewhere each time', async () => {
    const objects = serviceEntry('a', `hosts: [a.example], ${internal}, ${ports}, ${endpoints(v4(4096))}`);
    const replies = await ask(objects, '', '_http._tcp.a.example', ['SRV'], 3);
    for (const { answer, flags, size } of replies) {
      expect(flags).toBe('qr aa rd');
      expect(size).toBeGreaterThan(65_000);
      expect(answer.length).toBeLessThan(4096);
    }
    expect(firsts(replies).size).toBe(3);
  });

  test('what fits keeps its order', async () => {
    const objects = serviceEntry('a', `hosts: [a.example], ${internal}, ${ports}, ${endpoints(v4(3))}`);
    expect(firsts(await ask(objects, '', '_http._tcp.a.example', ['SRV'], 3)).size).toBe(1);
    expect(firsts(await ask(objects, 'max_records 3', '_http._tcp.a.example', ['SRV'], 3)).size).toBe(1);
  });
});
