import { Dispatcher } from '../../src/server/worker/dispatcher.ts';
import { counter, makeCounters, type Counters } from '../../src/server/counters.ts';
import type { BatchedOptions } from '../../src/server/listen/batched-udp.ts';
import type { Listen, Listener, ListenerEnvironment } from '../../src/server/listen/listener.ts';
import type { Handler } from '../../src/plugins/plugin.ts';
import { tunings } from '../../src/runtime/tuning/switches.ts';
import { rcode } from '../../src/wire/codes.ts';
import { formatName } from '../../src/wire/name.ts';
import type { Peer, Query } from '../../src/wire/query.ts';
import { beginReply, emptyReply, endReply } from '../../src/wire/reply.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { RecordingLogger } from '../support/quiet-logger.ts';

/** The batched UDP of a single worker, with all tunings. */
export const oneWorker: BatchedOptions = { workers: 1, tunings: new Set(tunings) };

/** A query as the script saw it. */
export interface Seen {
  readonly name: string;
  readonly transport: string;
  readonly peer: Peer;
  readonly local: Peer;
}

/**
 * A chain that does what the first label of a name says:
 *
 *     wait…      is held, and answered when the test says so
 *     size<n>    a reply of n octets without OPT, in records of at most 1,000 octets; the block's bufsize is 65,535
 *     mute       no reply
 *     defect     throws
 *     late…      is held, and then the handler throws
 *     anything   NXDOMAIN
 */
export class ScriptedChain {
  readonly seen: Seen[] = [];
  readonly #waiting = new Map<string, () => void>();
  readonly #watchers = new Set<() => void>();

  readonly handler: Handler = (query) => {
    query.limitReply(65_535);
    query.readName();
    const name = formatName(query.lower);
    const { address, port, family } = query.peer;
    this.seen.push({ name, transport: query.transport, peer: { address, port, family }, local: query.local });
    const outcome = this.#answer(query, name);
    for (const watcher of this.#watchers) watcher();
    return outcome;
  };

  /** How many queries wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Resolves as soon as the condition holds; it is looked at after each query. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        const watcher = (): void => {
          this.#watchers.delete(watcher);
          resolve();
        };
        this.#watchers.add(watcher);
      });
    }
  }

  /** Answers the query for this name. */
  release(name: string): void {
    const answer = this.#waiting.get(name);
    if (!answer) throw new Error(`no query for ${name} waits`);
    this.#waiting.delete(name);
    answer();
  }

  releaseAll(): void {
    for (const name of [...this.#waiting.keys()]) this.release(name);
  }

  #answer(query: Query, name: string): number | Promise<number> {
    if (name.startsWith('mute')) return 0;
    if (name.startsWith('defect')) throw new Error('a defect that a test wants');
    if (name.startsWith('late')) {
      query.hold();
      throw new Error('a defect behind a hold');
    }
    const size = /^size(\d+)/.exec(name);
    if (size) return sizedReply(query, Number(size[1]));
    if (!name.startsWith('wait')) return emptyReply(query, rcode.NXDOMAIN);
    query.hold();
    return new Promise((resolve) => this.#waiting.set(name, () => resolve(emptyReply(query, rcode.NXDOMAIN))));
  }
}

/** NOERROR, with records of a private type that fill the reply to `size` octets before the OPT. */
function sizedReply(query: Query, size: number): number {
  let at = beginReply(query, rcode.NOERROR, true);
  let records = 0;
  while (at - query.outStart < size) {
    const left = size - (at - query.outStart);
    // What is left must be no record at all, or have room for a whole one.
    const length = left <= 1000 ? left : Math.min(1000, left - 12);
    const rdata = length - 12;
    query.out.set([0xc0, 12, 0xff, 0, 0, 1, 0, 0, 0, 60, rdata >>> 8, rdata & 0xff], at);
    query.out.fill(records & 0xff, at + 12, at + length);
    at += length;
    records++;
  }
  return endReply(query, at, records, 0, 0);
}

export interface ListenerHarness {
  readonly listener: Listener;
  readonly chain: ScriptedChain;
  readonly clock: FakeClock;
  readonly logger: RecordingLogger;
  /** The counter of this name. */
  readonly count: (name: keyof typeof counter) => number;
}

export const loopback = { 4: '127.0.0.1', 6: '::1' } as const;

export function makeListenerEnvironment(
  chain: ScriptedChain,
  maxConnections = 1000,
): {
  environment: ListenerEnvironment;
  clock: FakeClock;
  logger: RecordingLogger;
  counters: Counters;
} {
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const counters = new Float64Array(makeCounters());
  const dispatcher = new Dispatcher([['.', { handler: chain.handler, recursionAvailable: false }]], counters, logger);
  return { environment: { dispatcher, counters, clock, logger, hashSeed: 7, maxConnections }, clock, logger, counters };
}

/** Opens a listener on an ephemeral port of the loopback address. */
export async function startListener(
  listen: Listen,
  family: 4 | 6 = 4,
  address: string = loopback[family],
): Promise<ListenerHarness> {
  const chain = new ScriptedChain();
  const { environment, clock, logger, counters } = makeListenerEnvironment(chain);
  const listener = await listen({ address, family, port: 0, reusePort: false }, environment);
  return { listener, chain, clock, logger, count: (name) => counters[counter[name]]! };
}
