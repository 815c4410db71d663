import { constants } from 'node:os';
import { MSG_DONTWAIT, POLLOUT } from './linux.ts';
import { portAt, SocketPeer, socketAddressSize } from './socket-address.ts';
import { controlSize, turnAround, writeAnySource } from './source-address.ts';
import type { Slots } from './slots.ts';
import { pollRequest, type SystemCalls } from './system-calls.ts';

// struct mmsghdr   [name 8][name length 4][0 4][iovec 8][iovecs 8][control 8][control length 8][flags 4][0 4][length 4][0 4]
const header = { size: 64, name: 0, nameLength: 8, iovec: 16, iovecs: 24, control: 32, controlLength: 40, length: 56 };
// struct iovec     [base 8][length 8]
const iovecSize = 16;
/** The peer's socket address, then the control message. */
const envelopeSize = 32 + 40;
const controlAt = 32;

/** How long a full send buffer is waited for: the event loop stands still meanwhile, and the kernel keeps what comes. */
const sendWaitMs = 5;
const maxSendWaits = 4;

/**
 * What recvmmsg and sendmmsg take, built once over slots. A reply is written to where its query stands, and goes back in
 * the query's own envelope, so that only its length is set:
 *
 *     receive  [header 0][header 1] …      send  [header 0][header 1] …
 *                   │                                 │
 *                   ├──► envelope: peer's address, control message ◄──┤
 *                   └──► slot, whole                  └──► slot, as long as the reply
 */
export class MessageVector {
  readonly slots: Slots;
  readonly #calls: SystemCalls;
  readonly #family: 4 | 6;
  /** Octets of control messages, 0 for none. */
  readonly #controlSize: number;
  /** Envelopes, headers and iovecs in one: the kernel's pointers hold it by nothing but this field. */
  readonly #memory: Uint8Array;
  readonly #words: Uint32Array;
  readonly #address: number;
  readonly #received: number;
  readonly #sent: number;
  readonly #sentIovecs: number;

  /** `keepsSource`: replies leave from the address that was asked; the socket must have been opened so. */
  constructor(calls: SystemCalls, slots: Slots, family: 4 | 6, keepsSource: boolean) {
    this.#calls = calls;
    this.slots = slots;
    this.#family = family;
    this.#controlSize = keepsSource ? controlSize[family] : 0;
    this.#received = slots.count * envelopeSize;
    this.#sent = this.#received + slots.count * header.size;
    const receivedIovecs = this.#sent + slots.count * header.size;
    this.#sentIovecs = receivedIovecs + slots.count * iovecSize;
    this.#memory = new Uint8Array(this.#sentIovecs + slots.count * iovecSize);
    this.#words = new Uint32Array(this.#memory.buffer);
    this.#address = calls.addressOf(this.#memory);
    this.#build(this.#received, receivedIovecs);
    this.#build(this.#sent, this.#sentIovecs);
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

  /** The view of who sent what stands in a slot. */
  peerOf(slot: number, nameOfInterface: (index: number) => string): SocketPeer {
    return new SocketPeer(this.#memory, slot * envelopeSize, this.#family, nameOfInterface);
  }

  /** Keeps the envelope of a message for a reply that comes later; `peer` is that of its slot, and detached from it. */
  static keepEnvelope(peer: SocketPeer): Uint8Array {
    return peer.keep(envelopeSize);
  }

  /** Puts an envelope that was kept and the reply into a slot. */
  fill(slot: number, envelope: Uint8Array, reply: Uint8Array): void {
    this.#memory.set(envelope, slot * envelopeSize);
    this.slots.bytes.set(reply, this.slots.startOf(slot));
    this.setReply(slot, reply.length);
  }

  /** Says how long the reply is that stands in a slot. */
  setReply(slot: number, length: number): void {
    this.#words[(this.#sentIovecs + slot * iovecSize + 8) >> 2] = length;
  }

  /** Sends the replies of all slots from one to before another. Returns how many of them the kernel did not take. */
  send(socket: number, from: number, to: number): number {
    const calls = this.#calls;
    const headers = this.#address + this.#sent;
    let failed = 0;
    let waits = 0;
    let retried = -1;
    let slot = from;
    while (slot < to) {
      const sent = calls.sendmmsg(socket, headers + slot * header.size, to - slot, MSG_DONTWAIT);
      if (sent > 0) {
        slot += sent;
        continue;
      }
      const errno = calls.errno();
      if (errno === constants.errno.EINTR) continue;
      if (errno === constants.errno.EAGAIN) {
        if (waits++ < maxSendWaits && calls.poll(pollRequest(socket, POLLOUT), 1, sendWaitMs) > 0) continue;
        return failed + to - slot;
      }
      // The queue of the interface may be full for a moment.
      if (errno === constants.errno.ENOBUFS && retried !== slot) {
        retried = slot;
        continue;
      }
      // Anything else concerns this message alone: no route, a filter, a reply that is too long for a datagram.
      failed++;
      slot++;
    }
    return failed;
  }

  /** Writes headers that point at slots, envelopes and iovecs. */
  #build(headers: number, iovecs: number): void {
    const { slots } = this;
    const view = new DataView(this.#memory.buffer);
    const set = (at: number, value: number): void => view.setBigUint64(at, BigInt(value), true);
    for (let slot = 0; slot < slots.count; slot++) {
      const envelope = this.#address + slot * envelopeSize;
      const at = headers + slot * header.size;
      const iovec = iovecs + slot * iovecSize;
      set(at + header.name, envelope);
      set(at + header.nameLength, socketAddressSize[this.#family]);
      set(at + header.iovec, this.#address + iovec);
      set(at + header.iovecs, 1);
      set(at + header.control, this.#controlSize > 0 ? envelope + controlAt : 0);
      set(at + header.controlLength, this.#controlSize);
      set(iovec, slots.addressOf(slot));
      set(iovec + 8, slots.capacity);
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
