/**
 * Cuts a TCP stream into messages: two octets of length, then exactly so many octets (RFC 1035 section 4.2.2), in
 * chunks as they come. It holds one unfinished message at most, so never more than 65,535 octets.
 */
export class MessageReader {
  readonly #deliver: (message: Uint8Array) => void;
  #message: Uint8Array | undefined;
  #filled = 0;
  /** The first octet of a length whose second one has not come. */
  #firstOctet = -1;

  /** `deliver` gets each message in memory of its own. */
  constructor(deliver: (message: Uint8Array) => void) {
    this.#deliver = deliver;
  }

  read(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#message === undefined) {
        const octet = chunk[at++]!;
        if (this.#firstOctet < 0) {
          this.#firstOctet = octet;
          continue;
        }
        const length = (this.#firstOctet << 8) | octet;
        this.#firstOctet = -1;
        if (length > 0) this.#message = new Uint8Array(length);
        continue;
      }
      const message = this.#message;
      const size = Math.min(message.length - this.#filled, chunk.length - at);
      message.set(chunk.subarray(at, at + size), this.#filled);
      this.#filled += size;
      at += size;
      if (this.#filled < message.length) return;
      this.#message = undefined;
      this.#filled = 0;
      this.#deliver(message);
    }
  }
}
