import { createSocket } from 'node:dgram';
import { parentPort, workerData } from 'node:worker_threads';
import { rrType } from '../src/wire/codes.ts';
import { makeQueries, makeRandom } from './queries.ts';

/** What the thread is told; `names` are asked for in random order. */
export interface OpenLoopPlan {
  readonly port: number;
  readonly perSecond: number;
  readonly names: readonly string[];
}

/** Milliseconds from sending a query to its reply, and how many never had one. */
export interface OpenLoopResult {
  readonly asked: number;
  readonly lost: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Replies that are not there so long after the end are lost. */
const graceMs = 1000;

// A client in a thread of its own that asks at a fixed rate, whatever the server does: a pause of the server shows as
// the latency of all queries that came in it. It starts at once, and any message ends it.
const { port, perSecond, names } = workerData as OpenLoopPlan;
const random = makeRandom(11);
const { bytes, offsets } = makeQueries(names.length, random, () => ({
  name: names[Math.floor(random() * names.length)]!,
  type: rrType.A,
}));
const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
const sent = new Map<number, number>();
const latencies: number[] = [];
let asked = 0;
socket.on('message', (reply) => {
  const id = reply.readUInt16BE(0);
  const at = sent.get(id);
  if (at === undefined) return;
  sent.delete(id);
  latencies.push(performance.now() - at);
});

const begin = performance.now();
const timer = setInterval(() => {
  const now = performance.now();
  for (;;) {
    const at = begin + (asked * 1000) / perSecond;
    if (at > now) return;
    const index = asked % names.length;
    const message = Buffer.from(bytes.subarray(offsets[index], offsets[index + 1]));
    const id = asked++ & 0xffff;
    message.writeUInt16BE(id, 0);
    sent.set(id, performance.now());
    socket.send(message, port, '127.0.0.1');
  }
}, 1);

parentPort!.once('message', () => {
  clearInterval(timer);
  setTimeout(() => {
    socket.close();
    latencies.sort((a, b) => a - b);
    const at = (share: number): number =>
      latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? NaN;
    const result: OpenLoopResult = {
      asked,
      lost: asked - latencies.length,
      medianMs: at(0.5),
      p99Ms: at(0.99),
      maxMs: at(1),
    };
    parentPort!.postMessage(result);
  }, graceMs);
});
