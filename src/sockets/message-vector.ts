import { constants } from 'node:os';
import { MSG_DONTWAIT, POLLOUT } from './linux.ts';
import { segmentSizeControl, setSegmentSize, writeSegmentControl } from './segment-size.ts';
import { GsoPlanner, type Replies } from './gso-planner.ts';
import type { Slots } from './slots.ts';
import { portAt, SocketPeer, socketAddressSize } from './socket-address.ts';
import { controlSize, turnAround, writeAnySource } from './source-address.ts';
import { pollRequest, type SystemCalls } from './system-calls.ts';

// struct mmsghdr   [name 8][name length 4][0 4][iovec 8][iovecs 8][control 8][control length 8][flags 4][0 4][length 4][0 4]
const header = { size: 64, name: 0, nameLength: 8, iovec: 16, iovecs: 24, control: 32, controlLength: 40, length: 56 };
// struct iovec     [base 8][length 8]
const iovecSize = 16;
/** The peer's socket address, then the control messages: the query's destination, if it matters, and a segment's size. */
const envelopeSize = 32 + 40 + segmentSizeControl;
const controlAt = 32;
/** Words of a socket address before the end of its IP address. */
const addressEndAt = { 4: 1, 6: 5 } as const;

/** How long to wait for a full send buffer. The event loop is blocked meanwhile, and the kernel keeps what arrives. */
const sendWaitMs = 5;
const maxSendWaits = 4;
/** Runs of replies without GSO after the kernel could not send such a message; then it is tried again. */
const gsoRetryRuns = 1000;

export interface MessageVectorOptions {
  /** Replies leave from the address that the query was sent to; the socket must have been opened so. */
  readonly keepsSource?: boolean;
  readonly usesGso: boolean;
  /** The socket has one peer, and messages name none. */
  readonly isConnected?: boolean;
}

/**
 * What recvmmsg and sendmmsg take, built once over slots. A reply is written over its query, and goes back in
 * the query's own envelope, so that only its length is set:
 *
 *     receive  [header 0][header 1] …      send  [header 0][header 1] …
 *                   │                                 │
 *                   ├──► envelope: peer's address, control messages ◄──┤
 *                   └──► slot, whole                  └──► slot, as long as the reply
 *
 * Where several replies go to the same peer there are headers of another kind, in the envelope of the first of them and with
 * an iovec for each.
 */
export class MessageVector implements Replies {
  readonly slots: Slots;
  readonly #calls: SystemCalls;
  readonly #family: 4 | 6;
  /** Octets of the control message that comes with a query, 0 for none. */
  readonly #controlSize: number;
  /** Envelopes, headers and iovecs in one: the kernel's pointers hold it by nothing but this field. */
  readonly #memory: Uint8Array;
  readonly #words: Uint32Array;
  readonly #address: number;
  readonly #received: number;
  readonly #sent: number;
  readonly #sentIovecs: number;
  readonly #joined: number;
  readonly #joinedIovecs: number;
  readonly #gso: GsoPlanner;
  /** So many more runs of replies are sent without GSO. */
  #gsoDisabledRuns: number;
  /** How often the kernel was waited for, which had no room for the replies. */
  #waits = 0;
  #isFull = false;
  readonly #isConnected: boolean;
  /** Number of the error that the kernel had for the last message that it did not take. */
  errno = 0;

  constructor(calls: SystemCalls, slots: Slots, family: 4 | 6, options: MessageVectorOptions) {
    const { keepsSource = false, usesGso, isConnected = false } = options;
    this.#isConnected = isConnected;
    this.#gsoDisabledRuns = usesGso ? 0 : Infinity;
    this.#calls = calls;
    this.slots = slots;
    this.#family = family;
    this.#controlSize = keepsSource ? controlSize[family] : 0;
    const headers = slots.count * header.size;
    const iovecs = slots.count * iovecSize;
    this.#received = slots.count * envelopeSize;
    this.#sent = this.#received + headers;
    this.#joined = this.#sent + headers;
    const receivedIovecs = this.#joined + headers;
    this.#sentIovecs = receivedIovecs + iovecs;
    this.#joinedIovecs = this.#sentIovecs + iovecs;
    this.#memory = new Uint8Array(this.#joinedIovecs + iovecs);
    this.#words = new Uint32Array(this.#memory.buffer);
    this.#address = calls.addressOf(this.#memory);
    this.#gso = new GsoPlanner(this);
    this.#build(this.#received, receivedIovecs);
    this.#build(this.#sent, this.#sentIovecs);
    this.#build(this.#joined, this.#joinedIovecs);
  }

  /** Takes what has come, at most one message for each slot. Returns how many; 0 where there are none. */
  receive(socket: number): number {
    const count = this.#calls.recvmmsg(socket, this.#address + this.#received, this.slots.count, MSG_DONTWAIT, 0);
    if (count <= 0) return 0;
    if (this.#controlSize > 0) for (let slot = 0; slot < count; slot++) this.#turnAround(slot);
    return count;
  }

  /** Octets of the message that was received into a slot. */
  lengthOf(slot: number): number {
    return this.#words[(this.#received + slot * header.size + header.length) >> 2]!;
  }

  portOf(slot: number): number {
    return portAt(this.#memory, slot * envelopeSize);
  }

  /** A view of the sender of the message in a slot: `free`, one that was kept and is needed no more, or a new one. */
  peerOf(slot: number, nameOfInterface: (index: number) => string, free?: SocketPeer): SocketPeer {
    if (free === undefined) return new SocketPeer(this.#memory, slot * envelopeSize, this.#family, nameOfInterface);
    free.attach(this.#memory, slot * envelopeSize);
    return free;
  }

  /** Keeps the envelope of a message for a reply that comes later; `peer` is that of its slot, and detached from it. */
  static keepEnvelope(peer: SocketPeer): Uint8Array {
    return peer.keep(envelopeSize);
  }

  /** Puts an envelope that was kept and the reply, which stands at `start`, into a slot. */
  fill(slot: number, envelope: Uint8Array, reply: Uint8Array, start: number, length: number): void {
    const { bytes } = this.slots;
    const at = this.slots.startOf(slot);
    this.#memory.set(envelope, slot * envelopeSize);
    for (let i = 0; i < length; i++) bytes[at + i] = reply[start + i]!;
    this.setReply(slot, length);
  }

  /** Puts a message to the peer of a connected socket into a slot. */
  put(slot: number, message: Uint8Array, length: number): void {
    const { bytes } = this.slots;
    const at = this.slots.startOf(slot);
    for (let i = 0; i < length; i++) bytes[at + i] = message[i]!;
    this.setReply(slot, length);
  }

  /** Sets the length of the reply in a slot. */
  setReply(slot: number, length: number): void {
    this.#words[(this.#sentIovecs + slot * iovecSize + 8) >> 2] = length;
  }

  /** Sends the replies of all slots from one to before another. Returns how many of them the kernel did not take. */
  send(socket: number, from: number, to: number): number {
    this.#waits = 0;
    this.#isFull = false;
    if (to - from === 1) return this.#sendEach(socket, from, to);
    if (this.#gsoDisabledRuns > 0) {
      this.#gsoDisabledRuns--;
      return this.#sendEach(socket, from, to);
    }
    const messages = this.#gso.plan(from, to);
    return messages === 0 ? this.#sendEach(socket, from, to) : this.#sendJoined(socket, messages);
  }

  sizeOf(slot: number): number {
    return this.#words[(this.#sentIovecs + slot * iovecSize + 8) >> 2]!;
  }

  hashOf(slot: number): number {
    if (this.#isConnected) return 0;
    const words = this.#words;
    const at = (slot * envelopeSize) >> 2;
    return Math.imul(words[at]! ^ words[at + addressEndAt[this.#family]]!, 0x9e3779b1) >>> 24;
  }

  areSame(a: number, b: number): boolean {
    if (this.#isConnected) return true;
    const words = this.#words;
    const first = (a * envelopeSize) >> 2;
    const second = (b * envelopeSize) >> 2;
    const addressWords = socketAddressSize[this.#family] >> 2;
    for (let i = 0; i < addressWords; i++) if (words[first + i] !== words[second + i]) return false;
    const end = (controlAt + this.#controlSize) >> 2;
    for (let i = controlAt >> 2; i < end; i++) if (words[first + i] !== words[second + i]) return false;
    return true;
  }

  #sendEach(socket: number, from: number, to: number): number {
    let failed = 0;
    let slot = from;
    for (;;) {
      slot = this.#transmit(socket, this.#sent, slot, to);
      if (slot === to) return failed;
      if (this.#isFull) return failed + to - slot;
      // This concerns this reply alone: no route, a filter, one that is too long for a datagram.
      failed++;
      slot++;
    }
  }

  #sendJoined(socket: number, messages: number): number {
    const { slots, ends } = this.#gso;
    this.#writeJoined(messages);
    let failed = 0;
    let message = 0;
    for (;;) {
      message = this.#transmit(socket, this.#joined, message, messages);
      if (message === messages) return failed;
      let reply = this.#gso.startOf(message);
      if (this.#isFull) return failed + ends[messages - 1]! - reply;
      const end = ends[message]!;
      // The way to this peer may have no room for segments, or no means to cut a message.
      if (end - reply > 1) this.#gsoDisabledRuns = gsoRetryRuns;
      for (; reply < end; reply++) failed += this.#sendEach(socket, slots[reply]!, slots[reply]! + 1);
      message++;
    }
  }

  /** Sends messages from one to before another, until the kernel does not take one; returns which. */
  #transmit(socket: number, headers: number, from: number, to: number): number {
    const calls = this.#calls;
    const address = this.#address + headers;
    let retried = -1;
    let message = from;
    while (message < to) {
      const sent = calls.sendmmsg(socket, address + message * header.size, to - message, MSG_DONTWAIT);
      if (sent > 0) {
        message += sent;
        continue;
      }
      const errno = (this.errno = calls.errno());
      if (errno === constants.errno.EINTR) continue;
      if (errno === constants.errno.EAGAIN) {
        if (this.#waits++ < maxSendWaits && calls.poll(pollRequest(socket, POLLOUT), 1, sendWaitMs) > 0) continue;
        this.#isFull = true;
        return message;
      }
      // The queue of the interface may be full for a moment.
      if (errno !== constants.errno.ENOBUFS || retried === message) return message;
      retried = message;
    }
    return message;
  }

  /** Writes headers and iovecs of replies that are joined. */
  #writeJoined(messages: number): void {
    const words = this.#words;
    const { slots, ends } = this.#gso;
    let reply = 0;
    for (let message = 0; message < messages; message++) {
      const first = slots[reply]!;
      const end = ends[message]!;
      const at = (this.#joined + message * header.size) >> 2;
      if (!this.#isConnected) this.#point(at + (header.name >> 2), first * envelopeSize);
      this.#point(at + (header.iovec >> 2), this.#joinedIovecs + reply * iovecSize);
      words[at + (header.iovecs >> 2)] = end - reply;
      this.#point(at + (header.control >> 2), first * envelopeSize + controlAt);
      const isCut = end - reply > 1;
      words[at + (header.controlLength >> 2)] = this.#controlSize + (isCut ? segmentSizeControl : 0);
      if (isCut) setSegmentSize(this.#memory, first * envelopeSize + controlAt + this.#controlSize, this.sizeOf(first));
      for (; reply < end; reply++) {
        const slot = slots[reply]!;
        const source = (this.#sentIovecs + slot * iovecSize) >> 2;
        const target = (this.#joinedIovecs + reply * iovecSize) >> 2;
        words[target] = words[source]!;
        words[target + 1] = words[source + 1]!;
        words[target + 2] = words[source + 2]!;
      }
    }
  }

  /** Makes a pointer of two words that begins at a word point into this memory. */
  #point(at: number, to: number): void {
    const address = this.#address + to;
    this.#words[at] = address;
    this.#words[at + 1] = address / 2 ** 32;
  }

  /** Writes headers that point at slots, envelopes and iovecs. */
  #build(headers: number, iovecs: number): void {
    const { slots } = this;
    const view = new DataView(this.#memory.buffer);
    const set = (at: number, value: number): void => view.setBigUint64(at, BigInt(value), true);
    for (let slot = 0; slot < slots.count; slot++) {
      const envelope = slot * envelopeSize;
      const at = headers + slot * header.size;
      const iovec = iovecs + slot * iovecSize;
      if (!this.#isConnected) {
        set(at + header.name, this.#address + envelope);
        set(at + header.nameLength, socketAddressSize[this.#family]);
      }
      set(at + header.iovec, this.#address + iovec);
      set(at + header.iovecs, 1);
      set(at + header.control, this.#address + envelope + controlAt);
      set(at + header.controlLength, this.#controlSize);
      set(iovec, slots.addressOf(slot));
      set(iovec + 8, slots.capacity);
      writeSegmentControl(this.#memory, envelope + controlAt + this.#controlSize);
    }
  }

  /** Makes a reply to what was received leave from where that was sent to. */
  #turnAround(slot: number): void {
    const at = slot * envelopeSize + controlAt;
    const lengthAt = (this.#received + slot * header.size + header.controlLength) >> 2;
    if (this.#words[lengthAt] === this.#controlSize) {
      turnAround(this.#memory, at, this.#family);
      return;
    }
    // The kernel has written how much it gave; where that was less, the reply takes the way that the kernel chooses.
    this.#words[lengthAt] = this.#controlSize;
    writeAnySource(this.#memory, at, this.#family);
  }
}
