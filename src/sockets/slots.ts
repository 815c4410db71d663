import { maxMessageSize } from '../wire/codes.ts';
import type { SystemCalls } from './system-calls.ts';

/**
 * Not a power of 2: then the beginnings of all slots, which are all that most messages need, would fall into few lines of
 * the processor's caches.
 */
const slotSize = maxMessageSize + 1 + 256;

/**
 * Memory for so many messages, each of which is received into its slot and answered in place. A slot has room for the
 * longest message there is, so that nothing is cut and no reply is too long; the system gives memory only to the parts
 * that are written.
 */
export class Slots {
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly #address: number;

  constructor(calls: SystemCalls, count: number) {
    this.bytes = new Uint8Array(count * slotSize);
    this.count = count;
    this.#address = calls.addressOf(this.bytes);
  }

  /** Octets of a message that a slot takes. */
  readonly capacity = maxMessageSize;

  /** Index in `bytes` at which a slot begins. */
  startOf(slot: number): number {
    return slot * slotSize;
  }

  addressOf(slot: number): number {
    return this.#address + slot * slotSize;
  }
}
