import { constants } from 'node:os';
import type { Poll } from '../runtime/addon.ts';
import type { Peer } from '../wire/query.ts';
import type { ConnectedSocket, ConnectedSocketEvents, ConnectUdp } from './connect-udp.ts';
import { MessageVector } from './message-vector.ts';
import { Slots } from './slots.ts';
import { DatagramSocket } from './socket.ts';
import { systemError, type SystemCalls } from './system-calls.ts';

/** Messages that one call receives. */
const batchSize = 64;

/**
 * Connected UDP sockets in batches: what a tick of the event loop sends over a socket leaves in one sendmmsg, and one recvmmsg
 * takes what has come. All sockets of a worker share the memory, which holds nothing between ticks.
 *
 *     send, send … ─► 64 slots ─ end of tick ─► sendmmsg (gso-planner)
 *     readable ─► recvmmsg ─► 64 slots ─► received, received …
 */
export function makeConnectBatched(calls: SystemCalls, usesGso: boolean): ConnectUdp {
  const share = new Share(calls, usesGso);
  return (to, from, events) => new BatchedSocket(share, to, from, events);
}

/** What the sockets of a worker have in common. */
class Share {
  readonly calls: SystemCalls;
  readonly #usesGso: boolean;
  readonly #received: Partial<Record<4 | 6, MessageVector>> = {};
  readonly #slots: Slots;
  readonly #idle: SendBatch[] = [];
  readonly #toSend: BatchedSocket[] = [];
  readonly #flush = (): void => {
    for (const socket of this.#toSend) socket.flush();
    this.#toSend.length = 0;
  };

  constructor(calls: SystemCalls, usesGso: boolean) {
    this.calls = calls;
    this.#usesGso = usesGso;
    this.#slots = new Slots(calls, batchSize);
  }

  receiver(family: 4 | 6): MessageVector {
    return (this.#received[family] ??= new MessageVector(this.calls, this.#slots, family, { usesGso: false }));
  }

  /** For what this socket sends in this tick. */
  take(socket: BatchedSocket): SendBatch {
    if (this.#toSend.push(socket) === 1) process.nextTick(this.#flush);
    return this.#idle.pop() ?? this.#makeBatch();
  }

  give(batch: SendBatch): void {
    this.#idle.push(batch);
  }

  #makeBatch(): SendBatch {
    const options = { usesGso: this.#usesGso, isConnected: true };
    // The family matters for names alone.
    return { vector: new MessageVector(this.calls, new Slots(this.calls, batchSize), 4, options), count: 0 };
  }
}

/** What a socket sends in a tick. */
interface SendBatch {
  readonly vector: MessageVector;
  count: number;
}

class BatchedSocket implements ConnectedSocket {
  readonly #share: Share;
  readonly #receiver: MessageVector;
  readonly #events: ConnectedSocketEvents;
  readonly #socket: DatagramSocket;
  #poll: Poll | undefined;
  #batch: SendBatch | undefined;
  /** `#receive` will run before the event loop waits again. */
  #isScheduled = false;

  constructor(share: Share, to: Peer, from: string | undefined, events: ConnectedSocketEvents) {
    this.#share = share;
    this.#events = events;
    this.#receiver = share.receiver(to.family);
    this.#socket = DatagramSocket.connect(share.calls, to, from);
    try {
      this.#poll = share.calls.watch(this.#socket.descriptor, this.#onReady);
    } catch (error) {
      this.#socket.close();
      throw error;
    }
  }

  get #isOpen(): boolean {
    return this.#poll !== undefined;
  }

  send(message: Uint8Array, length: number): void {
    if (this.#poll === undefined) return;
    const batch = (this.#batch ??= this.#share.take(this));
    if (batch.count === batchSize) this.#transmit(batch);
    batch.vector.put(batch.count++, message, length);
  }

  /** Sends what was collected. */
  flush(): void {
    const batch = this.#batch;
    if (batch === undefined) return;
    this.#batch = undefined;
    // One that was closed meanwhile sends no more; its descriptor may be another's by now.
    if (this.#isOpen) this.#transmit(batch);
    batch.count = 0;
    this.#share.give(batch);
  }

  close(): void {
    if (this.#poll === undefined) return;
    this.flush();
    this.#poll.close();
    this.#poll = undefined;
    this.#socket.close();
  }

  #transmit(batch: SendBatch): void {
    const { vector, count } = batch;
    batch.count = 0;
    if (vector.send(this.#socket.descriptor, 0, count) === 0) return;
    const { errno } = vector;
    // What the kernel has no room for is lost, as any datagram may be.
    if (errno === constants.errno.EAGAIN || errno === constants.errno.ENOBUFS) return;
    process.nextTick(() => this.#fail(systemError('send', errno)));
  }

  /** As in server/listen/batched-udp.ts: nothing is done here but in a callback of the event loop. */
  readonly #onReady = (status: number): void => {
    if (status !== 0) {
      setImmediate(() => this.#fail(this.#takeError()));
    } else if (!this.#isScheduled) {
      this.#isScheduled = true;
      setImmediate(this.#receive);
    }
  };

  /** One batch a tick: what it set off is sent before the next one is taken. */
  readonly #receive = (): void => {
    this.#isScheduled = false;
    if (this.#poll === undefined) return;
    const receiver = this.#receiver;
    const { slots } = receiver;
    const received = receiver.receive(this.#socket.descriptor);
    // What was received may have closed the socket.
    for (let slot = 0; slot < received && this.#isOpen; slot++) {
      const start = slots.startOf(slot);
      this.#events.received(slots.bytes, start, start + receiver.lengthOf(slot));
    }
  };

  #takeError(): Error {
    if (this.#poll === undefined) return new Error('closed');
    return systemError('recv', this.#socket.takeError(this.#share.calls));
  }

  #fail(error: Error): void {
    if (this.#poll === undefined) return;
    this.close();
    this.#events.failed(error);
  }
}
