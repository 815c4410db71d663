import { defaultConfig } from '../src/plugins/cache/config.ts';
import { cachePlugin } from '../src/plugins/cache/cache.ts';
import type { Handler, Plugin } from '../src/plugins/plugin.ts';
import { systemClock } from '../src/runtime/clock.ts';
import { connectDgram } from '../src/sockets/connect-dgram.ts';
import { BlockChain } from '../src/server/worker/chain.ts';
import { Dispatcher } from '../src/server/worker/dispatcher.ts';
import { makeCounters } from '../src/server/counters.ts';
import { headerFlag, rcode, rrType } from '../src/wire/codes.ts';
import { Query } from '../src/wire/query.ts';
import { hashSeed, silent } from './fixture.ts';
import { collectGarbage, measure, print } from './measure.ts';
import { makeQueries, makeRandom } from './queries.ts';
import { ReceiveBuffers } from './receive-buffers.ts';

/** A little more room than names: each part of the cache has its share of it, and names are not spread quite evenly. */
const spare = 1.05;
const queryCount = 1 << 16;
/** Two A records behind their names. */
const answerBytes = 32;
const optBytes = 11;

/** A name of about 30 octets, which `next` has two addresses of. */
function cachedName(index: number): string {
  return `host-${index}.section-${index % 97}.example.net`;
}

/** Hits of a cache with so many names, what they take in memory, and the longest pauses while it evicts. */
export async function measureCached(names: number): Promise<void> {
  const success = { ...defaultConfig.success, capacity: names * spare };
  const later: Plugin<unknown> = { name: 'later', parse: () => undefined, query: { create: () => answerLater } };
  const position = { file: 'Corefile', line: 1, column: 1 };
  const plugins = [
    { name: 'cache', instance: 0, config: { ...defaultConfig, success }, settings: {}, position },
    { name: 'later', instance: 1, config: undefined, settings: {}, position },
  ];
  const before = memory();
  const chain = new BlockChain(
    { id: 0, zones: ['.'], plugins },
    {
      plugins: [cachePlugin, later],
      clock: systemClock,
      logger: silent,
      zones: ['.'],
      randomUint16: () => 0,
      connectUdp: connectDgram,
      table: () => {
        throw new Error('there is no table');
      },
    },
  );
  const { handler } = chain;
  await fill(handler, 0, names);
  const taken = memory() - before;
  console.log(`Cache, ${names} names: ${(taken / 1e6).toFixed(1)} MB, ${(taken / names).toFixed(0)} octets each`);

  // Two names may have one hash: then one of them is not there.
  const cached = Array.from({ length: names }, (_, i) => i).filter((i) => isCached(handler, i));
  const random = makeRandom(42);
  const queries = makeQueries(queryCount, random, () => ({
    name: cachedName(cached[Math.floor(random() * cached.length)]!),
    type: rrType.A,
  }));
  const dispatcher = new Dispatcher(
    [['.', { handler, recursionAvailable: true }]],
    new Float64Array(makeCounters(0)),
    silent,
  );
  const buffers = new ReceiveBuffers(dispatcher, queries, answerBytes + optBytes);
  buffers.check(rcode.NOERROR);
  print(
    '(the copy alone)',
    measure((count) => buffers.receive(count)),
    'queries',
  );
  print(
    'A, cached',
    measure((count) => buffers.answer(count)),
    'hits',
  );
  await evict(handler, names);
}

/** Puts new names in, each of which makes room for itself. The scavenges of what they leave behind are part of the time. */
async function evict(handler: Handler, names: number): Promise<void> {
  const { bytes, offsets } = makeQueries(names, makeRandom(7), numbered(names));
  const query = new Query(hashSeed);
  const times = new Float64Array(names);
  collectGarbage();
  for (let i = 0; i < names; i++) {
    query.bytes = bytes;
    query.start = offsets[i]!;
    query.end = offsets[i + 1]!;
    query.read();
    const began = performance.now();
    await handler(query);
    times[i] = performance.now() - began;
    query.release();
  }
  times.sort();
  const us = (share: number): string => (times[Math.ceil(share * names) - 1]! * 1000).toFixed(1);
  console.log(`  misses that evict: median ${us(0.5)} µs, 99.9% ${us(0.999)} µs, longest ${us(1)} µs`);
}

async function fill(handler: Handler, first: number, count: number): Promise<void> {
  for (let i = first; i < first + count; i++) await handler(queryFor(i));
}

/** Asked without RD, so that what is not there is not put there. */
function isCached(handler: Handler, index: number): boolean {
  const query = queryFor(index);
  query.bytes[2]! &= ~headerFlag.RD;
  query.out = new Uint8Array(512);
  return typeof handler(query) === 'number';
}

function queryFor(index: number): Query {
  const { bytes } = makeQueries(1, () => 1, numbered(index));
  const query = new Query(hashSeed);
  query.bytes = bytes;
  query.end = bytes.length;
  query.read();
  return query;
}

/** Questions for one name after the other, from this number on. */
function numbered(first: number): () => { name: string; type: number } {
  let index = first;
  return () => ({ name: cachedName(index++), type: rrType.A });
}

/** Answers as forward does: after a while, with two addresses in memory of their own. */
function answerLater(query: Query): Promise<number> {
  query.hold();
  const size = query.questionEnd;
  const message = new Uint8Array(size + answerBytes);
  message.set(query.bytes.subarray(0, size));
  message.set([message[0]!, message[1]!, 0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 0]);
  for (let i = 0; i < 2; i++) message.set([0xc0, 12, 0, 1, 0, 1, 0, 0, 14, 16, 0, 4, 192, 0, 2, i], size + 16 * i);
  query.out = message;
  query.outStart = 0;
  return Promise.resolve(message.length);
}

function memory(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
