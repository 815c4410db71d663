import { makePlugins } from '../../../src/plugins/plugins.ts';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode, type RecordType } from 'dns-packet';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { loadCorefile } from '../../../src/cli/load.ts';
import type { ServiceEntryConfig } from '../../../src/plugins/serviceentry/config.ts';
import { RegistryService } from '../../../src/plugins/serviceentry/registry-service.ts';
import type { TableHandle } from '../../../src/table/layout.ts';
import { registryHost } from '../../support/running.ts';
import { TableReader } from '../../../src/table/reader.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import type { Chain } from '../../../src/server/worker/chain.ts';
import { Dispatcher } from '../../../src/server/worker/dispatcher.ts';
import { BlockChain } from '../../../src/server/worker/chain.ts';
import { configOf } from '../../support/plugin.ts';
import { counter, makeCounters } from '../../../src/server/counters.ts';
import { listenTcp } from '../../../src/server/listen/tcp.ts';
import { listenUdp } from '../../../src/server/listen/udp.ts';
import { Query } from '../../../src/wire/query.ts';
import { askTcp, TcpClient } from '../../support/dns-client.ts';
import { encodeQuery } from '../../support/query.ts';
import { RecordingLogger } from '../../support/quiet-logger.ts';
import { random, randomMessage } from '../../wire/random-packets.ts';
import { UdpClient } from '../listen/udp-client.ts';
import { connectDgram } from '../../../src/sockets/connect-dgram.ts';

const hashSeed = 0x5eed;
const examples = new URL('../../../deploy/examples/', import.meta.url).pathname;

/** What the examples have not: wildcards, and answers that must be cut. */
const manyEndpoints = `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: many
  namespace: default
  creationTimestamp: '2026-01-01T00:00:00Z'
spec:
  hosts: [many.test, '*.wild.test', '*.deep.wild.test']
  ports:
    - { number: 80, name: http, protocol: HTTP }
    - { number: 443, name: tls, protocol: TLS }
  resolution: STATIC
  endpoints:
${Array.from({ length: 120 }, (_, i) => `    - address: 198.51.100.${i + 1}`).join('\n')}
`;
const manifests = mkdtempSync(join(tmpdir(), 'serviceentry-dns-test-'));
writeFileSync(join(manifests, 'many.yaml'), manyEndpoints);

/** All plugins that need no upstream, over the objects of the examples. */
const corefile = `.:0 mesh.test:0 {
  errors
  log
  any
  loadbalance
  bufsize 1400
  serviceentry mesh.test {
    file ${examples} ${manifests}
  }
  whoami
}
other.test:0 {
  any
}
`;

const logger = new RecordingLogger();
const counters = new Float64Array(makeCounters());
let dispatcher: Dispatcher;
/** Another one over the same table, which makes the same random choices as any other that it makes. */
let makeDispatcher: () => Dispatcher;
const closers: (() => void | Promise<void>)[] = [];

/** Sound queries that reach all kinds of names, and some that no client should send. */
const sound = [
  ...[
    'customers.com',
    'httpbin.com',
    'mesh.test',
    'nosuch.mesh.test',
    'many.test',
    'a.b.deep.wild.test',
    '.',
    'x.other.test',
  ].flatMap((name) =>
    (['A', 'AAAA', 'SRV', 'ANY', 'SOA', 'NS', 'PTR', 'HTTPS', 'AXFR', 'DS'] as const).map((type) =>
      encodeQuery(name, type),
    ),
  ),
  ...hostsOfExamples().flatMap((host) => {
    const name = host.replace('*', 'any');
    return [
      encodeQuery(name, 'A', { edns: { payload: 4096, dnssecOk: true, options: Uint8Array.of(0, 10, 0, 2, 1, 2) } }),
      encodeQuery(`_http._tcp.${name}`, 'SRV', { edns: true }),
      encodeQuery(name.toUpperCase(), 'ANY', { edns: { payload: 512 } }),
    ];
  }),
];

function hostsOfExamples(): string[] {
  const files = readdirSync(examples).filter((name) => name.endsWith('.yaml'));
  const text = files.map((name) => readFileSync(`${examples}${name}`, 'utf8')).join('\n') + manyEndpoints;
  return [...text.matchAll(/^ +hosts: \[(.+)\]$/gm)].flatMap(([, hosts]) => hosts!.replaceAll("'", '').split(', '));
}

beforeAll(async () => {
  const { problems, config } = loadCorefile({ file: 'Corefile', text: corefile }, 53, {});
  expect(problems.list).toEqual([]);
  const directive = configOf<ServiceEntryConfig>(config.blocks[0]!, 'serviceentry')!;
  const readers: TableReader[] = [];
  const publishTable = (_: string, handle: TableHandle): void => {
    if (readers[0]) readers[0].use(handle);
    else readers.push(new TableReader(handle));
  };
  const registry = new RegistryService(directive, registryHost({ logger, hashSeed, publishTable }));
  closers.push(() => registry.stop());
  await registry.start();
  makeDispatcher = () => {
    const next = random(1);
    const chains = config.blocks.map((block) => {
      const chain = new BlockChain(block, {
        plugins: makePlugins(),
        clock: systemClock,
        logger,
        zones: block.zones,
        randomUint16: () => next() & 0xffff,
        connectUdp: connectDgram,
        table: () => readers[0]!,
      });
      closers.push(() => chain.close());
      return chain;
    });
    const zones = config.listeners[0]!.zones.map(([zone, block]): [string, Chain] => [zone, chains[block]!]);
    return new Dispatcher(zones, counters, logger);
  };
  dispatcher = makeDispatcher();
});

afterAll(async () => {
  for (const close of closers) await close();
  rmSync(manifests, { recursive: true });
});

/** Checks what any reply to any message must be. */
function check(octets: Uint8Array, reply: Buffer, isStream: boolean): void {
  expect(reply.length).toBeGreaterThanOrEqual(12);
  expect(reply.readUInt16BE(0)).toBe((octets[0]! << 8) | octets[1]!);
  expect(reply[2]! & 0x80).toBe(0x80);
  const packet = decode(reply);
  const edns = packet.additionals!.find(({ type }) => type === 'OPT');
  const limit = isStream ? 65_535 : edns ? 1400 : 512;
  expect(reply.length).toBeLessThanOrEqual(limit);
  const questions = reply.readUInt16BE(4);
  if (questions === 0) {
    expect(reply.length).toBe(12);
    return;
  }
  expect(questions).toBe(1);
  let end = 12;
  while (octets[end] !== 0) end += octets[end]! + 1;
  expect(reply.subarray(12, end + 5).equals(octets.subarray(12, end + 5))).toBe(true);
}

describe('whatever comes', () => {
  test('the examples are served, so that there is something to find', () => {
    expect(sound.length).toBeGreaterThan(80);
    const query = new Query(hashSeed);
    query.bytes = encodeQuery('customers.com', 'A');
    query.end = query.bytes.length;
    query.out = new Uint8Array(65_535);
    const length = dispatcher.answer(query) as number;
    expect(decode(Buffer.from(query.out.subarray(0, length))).answers).not.toEqual([]);
  });

  test.each([
    ['into memory of its own', false],
    ['over the query', true],
  ])('120,000 packets in all: no defect, and each reply (%s) is one', { timeout: 120_000 }, (_, inPlace) => {
    const next = random(inPlace ? 2 : 1);
    const query = new Query(hashSeed);
    const buffer = new Uint8Array(70_000);
    const replies = new Map<number, number>();
    let cut = 0;
    for (let i = 0; i < 60_000; i++) {
      const octets = randomMessage(next, sound);
      const offset = next() % 64;
      buffer.set(octets, offset);
      query.bytes = buffer;
      query.start = offset;
      query.end = offset + octets.length;
      query.out = inPlace ? buffer : new Uint8Array(65_535);
      query.outStart = inPlace ? offset : 0;
      query.transport = next() % 2 === 0 ? 'udp' : 'tcp';
      const outcome = dispatcher.answer(query);
      expect(typeof outcome).toBe('number');
      const length = outcome as number;
      if (length > 0) {
        const reply = Buffer.from(query.out.subarray(query.outStart, query.outStart + length));
        check(octets, reply, query.transport === 'tcp');
        if ((reply[2]! & 2) !== 0) cut++;
        replies.set(reply[3]! & 15, (replies.get(reply[3]! & 15) ?? 0) + 1);
      }
      query.release();
      if (counters[counter.panics]! > 0) throw new Error(`a defect: ${Buffer.from(octets).toString('hex')}`);
    }
    // NOERROR, FORMERR, NXDOMAIN, NOTIMP and REFUSED were all seen, so that the packets reach everything.
    for (const code of [0, 1, 3, 4, 5]) expect(replies.get(code), `code ${code}`).toBeGreaterThan(100);
    expect(cut).toBeGreaterThan(100);
    expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

test('30,000 packets: a reply over the query is to the octet that in memory of its own', { timeout: 60_000 }, () => {
  const next = random(5);
  const [beside, inPlace] = [makeDispatcher(), makeDispatcher()];
  const query = new Query(hashSeed);
  const buffer = new Uint8Array(70_000);
  const out = new Uint8Array(70_000);
  let replies = 0;
  for (let i = 0; i < 30_000; i++) {
    const octets = randomMessage(next, sound);
    const offset = next() % 64;
    const transport = next() % 2 === 0 ? 'udp' : 'tcp';
    const answer = (by: Dispatcher, into: Uint8Array, outStart: number): Uint8Array => {
      buffer.set(octets, offset);
      query.bytes = buffer;
      query.start = offset;
      query.end = offset + octets.length;
      query.out = into;
      query.outStart = outStart;
      query.transport = transport;
      const length = by.answer(query) as number;
      const reply = query.out.slice(outStart, outStart + length);
      query.release();
      return reply;
    };
    const expected = answer(beside, out, next() % 64);
    const reply = answer(inPlace, buffer, offset);
    if (Buffer.compare(expected, reply) !== 0) expect(reply, Buffer.from(octets).toString('hex')).toEqual(expected);
    if (reply.length > 12) replies++;
  }
  expect(replies).toBeGreaterThan(10_000);
});

describe('over sockets', () => {
  const environment = () => ({ dispatcher, counters, clock: systemClock, logger, hashSeed, maxConnections: 1000 });
  const at = { address: '127.0.0.1', family: 4, port: 0, reusePort: false } as const;
  const good = (type: RecordType & 'A', id: number) => encodeQuery('customers.com', type, { id });

  test('5,000 packets by UDP, and then a good query', async () => {
    const listener = await listenUdp(at, environment());
    onTestFinished(() => listener.close());
    const client = await UdpClient.open(listener.local.port);
    onTestFinished(() => client.close());
    const next = random(3);
    for (let round = 0; round < 50; round++) {
      const packets = Array.from({ length: 100 }, () => randomMessage(next, sound));
      for (const packet of packets) if (packet.length > 0) packet[0] = packet[0]! & 0x7f;
      await client.send(...packets, good('A', 0x8000 + round));
      let reply: Buffer;
      do reply = await client.next();
      while (reply.readUInt16BE(0) !== 0x8000 + round);
      expect(decode(reply).answers).not.toEqual([]);
    }
    expect(counters[counter.panics]).toBe(0);
  });

  test('3,000 packets by TCP, and then a good query', async () => {
    const listener = await listenTcp(at, environment());
    onTestFinished(() => listener.close());
    const next = random(4);
    for (let round = 0; round < 30; round++) {
      const client = await TcpClient.connect(listener.local.port);
      client.send(...Array.from({ length: 100 }, () => randomMessage(next, sound)));
      // What has no length to match it.
      client.sendRaw(randomMessage(next, sound));
      client.close();
    }
    const reply = await askTcp(listener.local.port, good('A', 7));
    expect(decode(reply)).toMatchObject({ id: 7, type: 'response' });
    expect(decode(reply).answers).not.toEqual([]);
    expect(counters[counter.panics]).toBe(0);
  });
});
