import type { ConnectUdp } from '../../../sockets/connect-udp.ts';
import type { Channel } from './attempt.ts';
import type { UpstreamAddress } from '../config.ts';
import type { Deadlines } from '../query/deadlines.ts';
import { SocketMemory, UdpSocket } from './udp-socket.ts';

/** Sockets, and so source ports, that are open to an upstream at a time. */
const poolSize = 8;
/** After so many queries a socket gives way to one with another port ... */
const maxQueriesPerSocket = 4096;
/** ... and after so long. */
const maxSocketAgeMs = 5000;

export interface UdpPoolOptions {
  readonly upstream: UpstreamAddress;
  readonly sourceAddress: string | undefined;
  readonly deadlines: Deadlines;
  readonly connect: ConnectUdp;
  randomUint16(): number;
}

/** Queries that leave over one socket before another one is picked, if they come within so short a time. */
const batch = { queries: 64, ms: 1 } as const;

/**
 * The UDP sockets to one upstream. Each query picks one of several at random, and each lives shortly, so that whoever
 * wants to forge a reply has to guess port and ID together (RFC 5452 section 9.2), while most queries cost no new socket.
 * Queries that come together share a pick, so that one system call sends them.
 */
export class UdpPool {
  readonly #slots: (UdpSocket | undefined)[] = new Array<UdpSocket | undefined>(poolSize).fill(undefined);
  /** All that are not closed yet, with those that only wait for their last replies. */
  readonly #sockets = new Set<UdpSocket>();
  readonly #memory = new SocketMemory();
  readonly #options: UdpPoolOptions;
  /** Of the last pick: which slot, when, and how many more queries it is for. */
  #slot = 0;
  #pickedAt = 0;
  #left = 0;

  constructor(options: UdpPoolOptions) {
    this.#options = options;
  }

  /** A socket to send one query from. `now` is of the clock of the deadlines. */
  channel(now: number): Channel {
    if (this.#left === 0 || now - this.#pickedAt > batch.ms) {
      this.#slot = this.#options.randomUint16() % poolSize;
      this.#pickedAt = now;
      this.#left = batch.queries;
    }
    this.#left--;
    const slot = this.#slot;
    const socket = this.#slots[slot];
    if (socket !== undefined && !socket.isClosed) {
      if (socket.sent < maxQueriesPerSocket) return socket;
      this.#retire(slot, socket);
    }
    return this.#open(slot);
  }

  /** Open sockets and waiting queries, for tests. */
  get counts(): { sockets: number; pending: number } {
    let sockets = 0;
    let pending = 0;
    for (const socket of this.#sockets) {
      if (!socket.isClosed) sockets++;
      pending += socket.pendingCount;
    }
    return { sockets, pending };
  }

  /** Closes all sockets once they wait for nothing. */
  close(): void {
    for (const socket of this.#sockets) socket.retire();
    this.#slots.fill(undefined);
    this.#sockets.clear();
  }

  #open(slot: number): UdpSocket {
    const { upstream, sourceAddress, deadlines, connect } = this.#options;
    const socket = new UdpSocket(upstream, sourceAddress, connect, () => this.#options.randomUint16(), this.#memory);
    this.#slots[slot] = socket;
    for (const each of this.#sockets) if (each.isClosed) this.#sockets.delete(each);
    this.#sockets.add(socket);
    deadlines.schedule({ expired: () => this.#retire(slot, socket) }, maxSocketAgeMs);
    return socket;
  }

  #retire(slot: number, socket: UdpSocket): void {
    if (this.#slots[slot] === socket) this.#slots[slot] = undefined;
    socket.retire();
  }
}
