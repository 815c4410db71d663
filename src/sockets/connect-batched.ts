import type { Poll } from '../runtime/addon.ts';
import type { Peer } from '../wire/query.ts';
import type { ConnectedSocket, ConnectedSocketEvents, ConnectUdp } from './connect-udp.ts';
import { MessageVector } from './message-vector.ts';
import { SendVector } from './send-vector.ts';
import { Slots } from './slots.ts';
import { DatagramSocket } from './socket.ts';
import { systemError, type SystemCalls } from './system-calls.ts';

/** Messages that one call receives. */
const batchSize = 64;

/**
 * Connected UDP sockets in batches: what a tick of the event loop sends over a socket leaves in one sendmmsg, and one recvmmsg
 * takes what has come. All sockets of a worker share the memory, which holds nothing between ticks.
 *
 *     send, send … ─► SendVector ─ end of tick ─► sendmmsg
 *     readable ─► recvmmsg ─► 64 slots ─► received, received …
 */
export function makeConnectBatched(calls: SystemCalls): ConnectUdp {
  const share = new Share(calls);
  return (to, from, events) => new BatchedSocket(share, to, from, events);
}

/** What the sockets of a worker have in common. */
class Share {
  readonly calls: SystemCalls;
  readonly #received: Partial<Record<4 | 6, MessageVector>> = {};
  readonly #slots: Slots;
  readonly #idle: SendVector[] = [];
  readonly #toSend: BatchedSocket[] = [];
  readonly #flush = (): void => {
    for (const socket of this.#toSend) socket.flush();
    this.#toSend.length = 0;
  };

  constructor(calls: SystemCalls) {
    this.calls = calls;
    this.#slots = new Slots(calls, batchSize);
  }

  receiver(family: 4 | 6): MessageVector {
    return (this.#received[family] ??= new MessageVector(this.calls, this.#slots, family, false, false));
  }

  /** A vector for what this socket sends in this tick. */
  take(socket: BatchedSocket): SendVector {
    if (this.#toSend.push(socket) === 1) process.nextTick(this.#flush);
    return this.#idle.pop() ?? new SendVector(this.calls);
  }

  give(vector: SendVector): void {
    this.#idle.push(vector);
  }
}

class BatchedSocket implements ConnectedSocket {
  readonly #share: Share;
  readonly #receiver: MessageVector;
  readonly #events: ConnectedSocketEvents;
  readonly #socket: DatagramSocket;
  #poll: Poll | undefined;
  #vector: SendVector | undefined;
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
    this.#vector ??= this.#share.take(this);
    if (this.#vector.isFull) this.#transmit(this.#vector);
    this.#vector.add(message, length);
  }

  /** Sends what was collected. */
  flush(): void {
    const vector = this.#vector;
    if (vector === undefined) return;
    this.#vector = undefined;
    // One that was closed meanwhile sends no more; its descriptor may be another's by now.
    if (this.#poll !== undefined) this.#transmit(vector);
    this.#share.give(vector);
  }

  close(): void {
    if (this.#poll === undefined) return;
    this.flush();
    this.#poll.close();
    this.#poll = undefined;
    this.#socket.close();
  }

  #transmit(vector: SendVector): void {
    const errno = vector.send(this.#socket.descriptor);
    if (errno !== 0) process.nextTick(() => this.#fail(systemError('send', errno)));
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
