import { maxNameLength } from '../wire/codes.ts';
import { writeName } from '../wire/name.ts';
import { writeAddress } from '../wire/address.ts';

/** Appends numbers in network order to memory that grows. Reused from record to record. */
export class ByteWriter {
  #bytes: Uint8Array;
  length = 0;

  /** `capacity` in octets is what is expected; more is no error. */
  constructor(capacity = 1024) {
    this.#bytes = new Uint8Array(capacity);
  }

  reset(): void {
    this.length = 0;
  }

  u8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.length++] = value;
  }

  u16(value: number): void {
    this.#reserve(2);
    this.#bytes[this.length] = value >>> 8;
    this.#bytes[this.length + 1] = value;
    this.length += 2;
  }

  u32(value: number): void {
    this.#reserve(4);
    this.patch32(this.length, value);
    this.length += 4;
  }

  /** Keeps octets free that are overwritten later. */
  skip(count: number): void {
    this.#reserve(count);
    this.length += count;
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.length);
    this.length += value.length;
  }

  /** The octets of a canonical address. */
  address(canonical: string): void {
    this.#reserve(16);
    this.length = writeAddress(canonical, this.#bytes, this.length);
  }

  /** The wire form of a name in presentation form. Nothing, and false, where it is none. */
  name(text: string): boolean {
    this.#reserve(maxNameLength);
    const end = writeName(text, this.#bytes, this.length);
    if (end < 0) return false;
    this.length = end;
    return true;
  }

  /** Overwrites an octet that was kept free. */
  patch8(at: number, value: number): void {
    this.#bytes[at] = value;
  }

  patch16(at: number, value: number): void {
    this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value;
  }

  /** Overwrites a number of 4 octets with another that was written. */
  copy32(from: number, at: number): void {
    this.#bytes.copyWithin(at, from, from + 4);
  }

  /** Overwrites a number that was kept free. */
  patch32(at: number, value: number): void {
    this.#bytes[at] = value >>> 24;
    this.#bytes[at + 1] = value >>> 16;
    this.#bytes[at + 2] = value >>> 8;
    this.#bytes[at + 3] = value;
  }

  pad(multiple: number): void {
    while (this.length % multiple !== 0) this.u8(0);
  }

  /** A view of what was written, good until the next write. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  #reserve(extra: number): void {
    if (this.length + extra <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + extra));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
