import { constants } from 'node:os';
import { MSG_DONTWAIT } from './linux.ts';
import type { SystemCalls } from './system-calls.ts';

/** Messages that one call sends. */
const slotCount = 64;
/** Octets of a slot: the longest question with an OPT record and a few options, which is all that is sent here. */
export const maxSendSize = 512;

// struct mmsghdr   [name 8][name length 4][0 4][iovec 8][iovecs 8][control 8][control length 8][flags 4][0 4][length 4][0 4]
const header = { size: 64, iovec: 16, iovecs: 24 };
// struct iovec     [base 8][length 8]
const iovecSize = 16;

/** Messages to one peer that are collected, and what sendmmsg takes to send them from a connected socket. */
export class SendVector {
  readonly #calls: SystemCalls;
  readonly #slots = new Uint8Array(slotCount * maxSendSize);
  /** Headers, then iovecs. The kernel's pointers hold it by nothing but this field. */
  readonly #memory = new Uint8Array(slotCount * (header.size + iovecSize));
  readonly #words = new Uint32Array(this.#memory.buffer);
  readonly #address: number;
  #count = 0;

  constructor(calls: SystemCalls) {
    this.#calls = calls;
    this.#address = calls.addressOf(this.#memory);
    const slots = calls.addressOf(this.#slots);
    const view = new DataView(this.#memory.buffer);
    const set = (at: number, value: number): void => view.setBigUint64(at, BigInt(value), true);
    for (let slot = 0; slot < slotCount; slot++) {
      const iovec = slotCount * header.size + slot * iovecSize;
      set(slot * header.size + header.iovec, this.#address + iovec);
      set(slot * header.size + header.iovecs, 1);
      set(iovec, slots + slot * maxSendSize);
    }
  }

  get isFull(): boolean {
    return this.#count === slotCount;
  }

  /** Copies a message of at most `maxSendSize` octets behind the others. */
  add(message: Uint8Array, length: number): void {
    const slots = this.#slots;
    const at = this.#count * maxSendSize;
    for (let i = 0; i < length; i++) slots[at + i] = message[i]!;
    this.#words[(slotCount * header.size + this.#count * iovecSize + 8) >> 2] = length;
    this.#count++;
  }

  /**
   * Sends what was added, and is empty. What the kernel has no room for is lost, as any datagram may be. Returns the number of
   * an error that says of the peer that it cannot be reached; 0 for none.
   */
  send(socket: number): number {
    const count = this.#count;
    this.#count = 0;
    let isRetried = false;
    for (let first = 0; first < count;) {
      const sent = this.#calls.sendmmsg(socket, this.#address + first * header.size, count - first, MSG_DONTWAIT);
      if (sent > 0) {
        first += sent;
        continue;
      }
      const errno = this.#calls.errno();
      if (errno === constants.errno.EINTR) continue;
      if (errno === constants.errno.EAGAIN || errno === constants.errno.ENOBUFS) return 0;
      // An error that the peer's host has reported for an earlier message: it is taken back by reporting it once.
      if (errno !== constants.errno.ECONNREFUSED || isRetried) return errno;
      isRetried = true;
    }
    return isRetried ? constants.errno.ECONNREFUSED : 0;
  }
}
