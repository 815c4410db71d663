import { describe, expect, test } from 'vitest';
import type { Handler } from '../../src/plugins/plugin.ts';
import type { Endpoint, ServicePort } from '../../src/registry/model/object.ts';
import { maxEndpointHostnames } from '../../src/registry/resolve/resolve.ts';
import { maxServiceRecords } from '../../src/registry/resolve/services.ts';
import { rcode } from '../../src/wire/codes.ts';
import { emptyReply } from '../../src/wire/reply.ts';
import { decodeMessage, type DnsMessage } from '../support/dns-message.ts';
import type { TypeOption } from '../support/query.ts';
import { endpoint, RegistryHarness, serviceEntry } from './harness.ts';

/** Queries that one client's query may cause in all (`live.ts`). */
const maxLookups = 64;
const many = <Item>(length: number, make: (index: number) => Item): Item[] => Array.from({ length }, (_, i) => make(i));
const address = (i: number): string => `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;
const named = (host: string): Endpoint => ({ ...endpoint('10.0.0.1'), address: { kind: 'host', host } });
const port = (i: number): ServicePort => ({ name: `p${i}`, number: 1000 + i, isUdp: false, targetPort: undefined });

/** A registry, and how often upstream was asked. */
function setUp(): {
  harness: RegistryHarness;
  asked: () => number;
  ask: (name: string, type?: TypeOption) => Promise<DnsMessage>;
} {
  const harness = new RegistryHarness({ zones: [] });
  let count = 0;
  const upstream: Handler = (query) => {
    count++;
    return emptyReply(query, rcode.SERVFAIL);
  };
  harness.next = upstream;
  return {
    harness,
    asked: () => count,
    ask: async (name, type = 'A') => decodeMessage(await harness.askBytesLater(name, type)),
  };
}

describe('endpoints that are host names', () => {
  test('more than are followed: the first ones are, and no more', async () => {
    const { harness, asked, ask } = setUp();
    harness.upsert(serviceEntry('a', { resolution: 'DNS', endpoints: many(4096, (i) => named(`h${i}.test`)) }));
    expect((await ask('a.example.com')).rcode).toBe('SERVFAIL');
    expect(asked()).toBe(maxEndpointHostnames);
    await ask('a.example.com', 'ANY');
    expect(asked()).toBe(maxEndpointHostnames + maxLookups);
  });

  test('an endpoint that is its own host: upstream is asked once, for the client', async () => {
    const { harness, asked, ask } = setUp();
    harness.upsert(serviceEntry('a', { resolution: 'DNS', endpoints: [endpoint('10.0.0.1'), named('a.example.com')] }));
    expect((await ask('a.example.com')).flags).not.toContain('aa');
    expect(asked()).toBe(1);
  });

  test('hosts that all lead to each other: upstream is not asked, and the work is bounded', async () => {
    const { harness, asked, ask } = setUp();
    const hosts = many(40, (i) => `h${i}.example.com`);
    for (const host of hosts) {
      const others = hosts.filter((other) => other !== host).map(named);
      harness.upsert(serviceEntry(host.replaceAll('.', '-'), { hosts: [host], resolution: 'DNS', endpoints: others }));
    }
    expect((await ask('h0.example.com')).rcode).toBe('SERVFAIL');
    expect((await ask('h1.example.com', 'ANY')).rcode).toBe('SERVFAIL');
    expect(asked()).toBe(0);
  });

  test('a tree of them: at most 64 questions for one of a client', async () => {
    const { harness, asked, ask } = setUp();
    const leaves = many(32, (i) => named(`leaf${i}.test`));
    const inner = many(32, (i) => `inner${i}.example.com`);
    harness.upsert(serviceEntry('root', { resolution: 'DNS', endpoints: inner.map(named) }));
    for (const host of inner) {
      harness.upsert(serviceEntry(host.replaceAll('.', '-'), { hosts: [host], resolution: 'DNS', endpoints: leaves }));
    }
    expect((await ask('a.example.com')).rcode).toBe('SERVFAIL');
    expect(asked()).toBe(maxLookups - inner.length);
  });

  test('a loop does not keep its neighbours from being looked up', async () => {
    const { harness, ask } = setUp();
    const loops = many(30, (i) => `loop${i}.example.com`);
    for (const host of loops) {
      harness.upsert(
        serviceEntry(host.replaceAll('.', '-'), {
          hosts: [host],
          resolution: 'DNS',
          endpoints: loops.filter((other) => other !== host).map(named),
        }),
      );
    }
    harness.upsert(
      serviceEntry('vip', { hosts: ['vip.example.com'], vips: ['10.0.0.7'] }),
      serviceEntry('a', { resolution: 'DNS', endpoints: [...loops, 'vip.example.com'].map(named) }),
    );
    const { answer } = await ask('a.example.com');
    expect(answer).toEqual(['a.example.com. 30 IN A 10.0.0.7']);
  });
});

describe('as much as an object may hold', () => {
  test('4,096 endpoints: what fits a message, rotating through all of them', async () => {
    const { harness, ask } = setUp();
    harness.upsert(serviceEntry('a', { ports: [port(0)], endpoints: many(4096, (i) => endpoint(address(i + 1))) }));
    const { answer, flags } = await ask('a.example.com');
    // 65,535 octets less header and question, 16 octets a record.
    expect(answer).toHaveLength(Math.floor((65_535 - 12 - 19) / 16));
    // Over a stream no client has an answer to TC.
    expect(flags).not.toContain('tc');
    const services = await ask('_p0._tcp.a.example.com', 'SRV');
    expect(services.flags).not.toContain('tc');
    expect(services.answer.length).toBeGreaterThan(1000);
    expect((await ask('10-0-16-0.a.example.com')).answer).toEqual(['10-0-16-0.a.example.com. 30 IN A 10.0.16.0']);
  });

  test('256 hosts and 256 ports: SRV records are shared out among the ports', async () => {
    const { harness, ask } = setUp();
    const hosts = many(256, (i) => `h${i}.example.com`);
    const entry = serviceEntry('a', {
      hosts,
      ports: many(256, port),
      endpoints: many(256, (i) => endpoint(address(i + 1))),
    });
    expect(harness.resolvedBy(() => harness.upsert(entry))).toBe(256);
    const share = Math.floor(maxServiceRecords / 257);
    expect((await ask('_p255._tcp.h255.example.com', 'SRV')).answer).toHaveLength(share);
    expect((await ask('h0.example.com', 'SRV')).answer).toHaveLength(share);
    expect(harness.writer.bytes).toBeLessThan(512 * 1024 * 1024);
    harness.delete(entry);
    expect(harness.registry.status.hosts).toBe(0);
    expect((await ask('h0.example.com', 'SRV')).rcode).toBe('SERVFAIL');
  });

  test('10,000 hosts on one VIP: all answer, PTR names the 32 oldest, and one change costs one', async () => {
    const { harness, ask } = setUp();
    const entries = many(10_000, (i) =>
      serviceEntry(`s${i}`, { hosts: [`h${i}.example.com`], vips: ['10.0.0.1'], created: i }),
    );
    harness.upsert(...entries);
    expect((await ask('h9999.example.com')).answer).toEqual(['h9999.example.com. 30 IN A 10.0.0.1']);
    const pointers = async (): Promise<string[]> =>
      (await ask('1.0.0.10.in-addr.arpa', 'PTR')).answer.map((line) => line.split(' ').at(-1)!);
    expect(await pointers()).toEqual(many(32, (i) => `h${i}.example.com.`));
    expect(harness.resolvedBy(() => harness.delete(entries[0]!))).toBe(1);
    expect(await pointers()).toEqual(many(32, (i) => `h${i + 1}.example.com.`));
  });
});

describe('objects that contradict each other', () => {
  test('one host with different ports and addresses: each port with its own', async () => {
    const { harness, ask } = setUp();
    harness.upsert(
      serviceEntry('a', { vips: ['10.0.0.1'], ports: [port(0), { ...port(1), number: 7 }], created: 1 }),
      serviceEntry('b', { vips: ['10.0.0.2'], ports: [port(1)], created: 2 }),
    );
    expect((await ask('a.example.com', 'SRV')).answer).toEqual([
      'a.example.com. 30 IN SRV 0 100 1000 10-0-0-1.a.example.com.',
      // Each has its own meaning of the name.
      'a.example.com. 30 IN SRV 0 100 7 10-0-0-1.a.example.com.',
      'a.example.com. 30 IN SRV 0 100 1001 10-0-0-2.a.example.com.',
    ]);
  });

  test('a selector that selects nothing: NODATA inside the mesh, forward outside', async () => {
    const { harness, ask } = setUp();
    const selector = new Map([['app', 'nobody']]);
    harness.upsert(
      serviceEntry('in', { selector, ports: [port(0)] }),
      serviceEntry('out', { hosts: ['out.example.com'], selector, location: 'MESH_EXTERNAL' }),
    );
    for (const name of ['a.example.com', '_p0._tcp.a.example.com']) {
      const { rcode: code, answer, flags } = await ask(name, 'SRV');
      expect([code, answer.length, flags.includes('aa')]).toEqual(['NOERROR', 0, true]);
    }
    expect((await ask('out.example.com')).flags).not.toContain('aa');
  });
});
