import { createSocket } from 'node:dgram';
import { parentPort, workerData } from 'node:worker_threads';
import { rrType } from '../src/wire/codes.ts';
import { makeQueries, makeRandom } from './queries.ts';

/** What the thread is told; `names` are asked for in random order. */
export interface OpenLoopPlan {
  /** Of the servers: all are asked the same at the same time. */
  readonly ports: readonly number[];
  /** Of each. */
  readonly perSecond: number;
  readonly names: readonly string[];
}

/** Milliseconds from sending a query to its reply, and how many never had one. */
export interface OpenLoopResult {
  readonly asked: number;
  readonly lost: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
  /** Replies that took longer than `pauseMs`. */
  readonly pauses: number;
}

/** What counts as a pause. */
export const pauseMs = 5;
/** Replies that are not there so long after the end are lost. */
const graceMs = 1000;

// A client in a thread of its own that asks at a fixed rate, whatever the servers do: a pause of one shows as the latency
// of all queries that came in it. What delays the client or the machine shows with all of them. It starts at once, and
// any message ends it.
function run({ ports, perSecond, names }: OpenLoopPlan, parent: NonNullable<typeof parentPort>): void {
  const random = makeRandom(11);
  const { bytes, offsets } = makeQueries(names.length, random, () => ({
    name: names[Math.floor(random() * names.length)]!,
    type: rrType.A,
  }));
  const targets = ports.map((port) => new Target(port));
  const begin = performance.now();
  let asked = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    while (begin + (asked * 1000) / perSecond <= now) {
      const index = asked % names.length;
      for (const target of targets) target.ask(bytes.subarray(offsets[index], offsets[index + 1]), asked);
      asked++;
    }
  }, 1);
  parent.once('message', () => {
    clearInterval(timer);
    setTimeout(() => parent.postMessage(targets.map((target) => target.end(asked))), graceMs);
  });
}

class Target {
  readonly #port: number;
  readonly #socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
  readonly #sent = new Map<number, number>();
  readonly #latencies: number[] = [];

  constructor(port: number) {
    this.#port = port;
    this.#socket.on('message', (reply) => {
      const id = reply.readUInt16BE(0);
      const at = this.#sent.get(id);
      if (at === undefined) return;
      this.#sent.delete(id);
      this.#latencies.push(performance.now() - at);
    });
  }

  ask(query: Uint8Array, number: number): void {
    const message = Buffer.from(query);
    const id = number & 0xffff;
    message.writeUInt16BE(id, 0);
    this.#sent.set(id, performance.now());
    this.#socket.send(message, this.#port, '127.0.0.1');
  }

  end(asked: number): OpenLoopResult {
    this.#socket.close();
    const latencies = this.#latencies.sort((a, b) => a - b);
    const at = (share: number): number =>
      latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? NaN;
    return {
      asked,
      lost: asked - latencies.length,
      medianMs: at(0.5),
      p99Ms: at(0.99),
      p999Ms: at(0.999),
      maxMs: at(1),
      pauses: latencies.filter((each) => each > pauseMs).length,
    };
  }
}

if (parentPort) run(workerData as OpenLoopPlan, parentPort);
