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
    if (this.length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.length++] = value;
  }

  u16(value: number): void {
    this.u8(value >>> 8);
    this.u8(value & 0xff);
  }

  u32(value: number): void {
    this.u16(value >>> 16);
    this.u16(value & 0xffff);
  }

  bytes(value: Uint8Array): void {
    if (this.length + value.length > this.#bytes.length) this.#grow(value.length);
    this.#bytes.set(value, this.length);
    this.length += value.length;
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

  #grow(extra: number): void {
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + extra));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
