import type { Poll } from '../../runtime/addon.ts';
import type { Peer, Query } from '../../wire/query.ts';
import { counter } from '../counters.ts';
import { errorMessage } from '../../runtime/errors.ts';
import type { Tuning } from '../../runtime/tuning/switches.ts';
import type { Listen, Listener, ListenerEnvironment } from './listener.ts';
import { QueryPool } from './query-pool.ts';
import { Coalescing } from './coalescing.ts';
import { PR_SET_TIMERSLACK } from '../../sockets/linux.ts';
import { LateReplies } from './late-replies.ts';
import { MessageVector } from '../../sockets/message-vector.ts';
import { Slots } from '../../sockets/slots.ts';
import type { SocketPeer } from '../../sockets/socket-address.ts';
import { DatagramSocket, type ListenAddress } from '../../sockets/socket.ts';
import { systemError, type SystemCalls } from '../../sockets/system-calls.ts';

/** More would save hardly any system calls, and take more of the CPU's caches. */
const batchSize = 64;
/** Queries that are read before the first of them is answered: with more the processor waits for the table hardly less. */
export const groupSize = 16;
/** Queries after which the event loop goes on with timers, upstreams and the main thread: about a millisecond. */
const maxPerTick = 512;
/** Peers that are kept to be used again; as many wait at a time in any but the worst moments. */
const maxFreePeers = 1024;
/** Pauses in a tick; with more, other sockets of the thread would wait longer than is saved. */
const maxPauses = 2;
const watchAgainMs = 100;
/** Makes pauses about as long as they should be: by default the kernel adds 50 µs to the sleep of a thread. */
const timerSlackNs = 1000;

/**
 * UDP in batches: one system call receives what has arrived, each query is answered in place, and one call sends all replies.
 *
 *     readable ─► recvmmsg ─► 64 slots ─► 16 queries are read, then answered in place ─► sendmmsg ─► pause (coalescing)
 *                    ▲                                                     (gso-planner)                 │
 *                    └───────────────── while many queries arrive, twice at most ────────────────────────┘
 *
 * Listeners that are opened by one result share the memory of their slots, which hold nothing between ticks.
 */
export function makeListenBatched(calls: SystemCalls, options: BatchedOptions): Listen {
  const slots = new Slots(calls, batchSize);
  if (options.tunings.has('coalescing')) calls.prctl(PR_SET_TIMERSLACK, timerSlackNs, 0, 0, 0);
  return (address, environment) =>
    new Promise((resolve) => resolve(new BatchedUdpListener(calls, slots, options, address, environment)));
}

export interface BatchedOptions {
  /** How many share the queries of each address. */
  readonly workers: number;
  readonly tunings: ReadonlySet<Tuning>;
}

class BatchedUdpListener implements Listener {
  readonly protocol = 'udp';
  readonly local: Peer;
  readonly #calls: SystemCalls;
  readonly #socket: DatagramSocket;
  readonly #environment: ListenerEnvironment;
  readonly #queries: QueryPool;
  /** Those of the group that is being answered. */
  readonly #group: Query[];
  readonly #batch: MessageVector;
  /** The sender of the message in each slot. */
  readonly #peers: SocketPeer[];
  /** Those of queries that have waited, to be used again. */
  readonly #freePeers: SocketPeer[] = [];
  readonly #late: LateReplies;
  readonly #nameOfInterface: (index: number) => string;
  readonly #coalescing: Coalescing | undefined;
  #poll: Poll | undefined;
  /** `#serve` will run before the event loop waits again. */
  #isScheduled = false;
  /** Queries that wait. */
  #inFlight = 0;
  #onDrained: (() => void) | undefined;
  #isClosing = false;

  constructor(
    calls: SystemCalls,
    slots: Slots,
    { workers, tunings }: BatchedOptions,
    address: ListenAddress,
    environment: ListenerEnvironment,
  ) {
    this.#calls = calls;
    this.#environment = environment;
    if (tunings.has('coalescing'))
      this.#coalescing = new Coalescing(environment.clock, workers, (us) => calls.usleep(us));
    this.#queries = new QueryPool(environment.hashSeed);
    this.#group = Array.from({ length: groupSize }, () => this.#queries.take());
    this.#socket = DatagramSocket.open(calls, address);
    try {
      const { local, isWildcard } = this.#socket;
      this.local = local;
      const options = { keepsSource: isWildcard, usesGso: tunings.has('gso') };
      this.#batch = new MessageVector(calls, slots, address.family, options);
      const late = new MessageVector(calls, new Slots(calls, batchSize), address.family, options);
      this.#late = new LateReplies(late, (vector, count) => this.#send(vector, 0, count));
      this.#nameOfInterface = (index) => nameOfInterface(calls, index);
      this.#peers = Array.from({ length: slots.count }, (_, slot) => this.#batch.peerOf(slot, this.#nameOfInterface));
      this.#watchSocket();
    } catch (error) {
      this.#socket.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#poll?.close();
    this.#answerRest();
    if (this.#inFlight > 0) await new Promise<void>((resolve) => (this.#onDrained = resolve));
    this.#late.flush();
    this.#socket.close();
  }

  /** What has come, and no more than a tick takes: nobody else gets it, not the socket that takes the place of this one either. */
  #answerRest(): void {
    for (let taken = 0; taken < maxPerTick;) {
      const received = this.#batch.receive(this.#socket.descriptor);
      if (received === 0) return;
      taken += received;
      this.#answer(received);
    }
  }

  #watchSocket(): void {
    this.#poll = this.#calls.watch(this.#socket.descriptor, this.#onReady);
  }

  /**
   * A worker may be ended at any time, and where that is while the addon calls, it takes the whole process with it. So
   * nothing is done here but in a callback of the event loop, which comes before the loop polls descriptors again, so
   * that the socket can stay watched; to stop and start that would take four system calls each time.
   */
  readonly #onReady = (status: number): void => {
    if (status !== 0) {
      setImmediate(this.#watchAgain);
    } else if (!this.#isScheduled) {
      this.#isScheduled = true;
      setImmediate(this.#serve);
    }
  };

  readonly #serve = (): void => {
    const batch = this.#batch;
    this.#isScheduled = false;
    let pausesLeft = maxPauses;
    for (let taken = 0; taken < maxPerTick;) {
      if (this.#isClosing) return;
      const received = batch.receive(this.#socket.descriptor);
      if (received === 0) return;
      this.#coalescing?.received(received);
      taken += received;
      this.#answer(received);
      // A full batch leaves others behind it.
      if (received === batch.slots.count) continue;
      if (pausesLeft-- === 0 || !this.#coalescing?.pause()) return;
    }
  };

  /** An error is pending at the socket, and watching it has ended. */
  readonly #watchAgain = (): void => {
    if (this.#isClosing) return;
    const { address, port } = this.local;
    this.#poll?.close();
    this.#poll = undefined;
    const errno = this.#socket.takeError(this.#calls);
    const reason = errno === 0 ? 'an unknown error' : systemError('recv', errno).message;
    this.#environment.logger.warning(`UDP ${address}:${port}: ${reason}; it is listened to again`);
    this.#watchLater();
  };

  /** The system may have no memory for it at the moment. */
  #watchLater(): void {
    const { logger, clock } = this.#environment;
    const { address, port } = this.local;
    clock.after(watchAgainMs, () => {
      if (this.#isClosing) return;
      try {
        this.#watchSocket();
      } catch (error) {
        logger.error(`UDP ${address}:${port}: cannot be listened to: ${errorMessage(error)}; it is tried again`);
        this.#watchLater();
      }
    });
  }

  #answer(received: number): void {
    const { dispatcher } = this.#environment;
    const group = this.#group;
    let runStart = 0;
    for (let first = 0; first < received; first += groupSize) {
      const count = Math.min(groupSize, received - first);
      for (let i = 0; i < count; i++) this.#place(group[i]!, first + i);
      if (count > 1) dispatcher.prepare(group, count);
      for (let i = 0; i < count; i++) {
        const slot = first + i;
        const outcome = dispatcher.answer(group[i]!);
        if (typeof outcome !== 'number') {
          this.#wait(group[i]!, outcome, slot);
          group[i] = this.#queries.take();
        } else if (outcome > 0) {
          this.#batch.setReply(slot, outcome);
          continue;
        }
        this.#send(this.#batch, runStart, slot);
        runStart = slot + 1;
      }
    }
    this.#send(this.#batch, runStart, received);
  }

  /** Makes the query that of the message in a slot, to be answered there. */
  #place(query: Query, slot: number): void {
    const batch = this.#batch;
    const { bytes } = batch.slots;
    const start = batch.slots.startOf(slot);
    const peer = this.#peers[slot]!;
    peer.renew();
    query.bytes = bytes;
    query.start = start;
    // Nothing can be sent to port 0 (RFC 768: the sender expects no reply): an empty message gets none.
    query.end = batch.portOf(slot) === 0 ? start : start + batch.lengthOf(slot);
    query.out = bytes;
    query.outStart = start;
    query.transport = 'udp';
    query.local = this.local;
    query.peer = peer;
  }

  /** The query keeps its peer, and its slot gets a new one. */
  #wait(query: Query, outcome: Promise<number>, slot: number): void {
    const peer = this.#peers[slot]!;
    const envelope = MessageVector.keepEnvelope(peer);
    this.#peers[slot] = this.#batch.peerOf(slot, this.#nameOfInterface, this.#freePeers.pop());
    this.#inFlight++;
    void outcome.then((length) => {
      if (length > 0) this.#late.add(envelope, query.out, query.outStart, length);
      this.#queries.give(query);
      if (this.#freePeers.length < maxFreePeers) this.#freePeers.push(peer);
      if (--this.#inFlight === 0) this.#onDrained?.();
    });
  }

  #send(vector: MessageVector, from: number, to: number): void {
    if (from === to) return;
    this.#environment.counters[counter.sendErrors]! += vector.send(this.#socket.descriptor, from, to);
  }
}

/** As node:dgram has it; the number where the interface is gone. */
function nameOfInterface(calls: SystemCalls, index: number): string {
  const name = new Uint8Array(16);
  if (calls.if_indextoname(index, name) === 0) return String(index);
  return Buffer.from(name.subarray(0, name.indexOf(0))).toString();
}
