/** An offset takes 14 bits in a compression pointer (RFC 1035 section 4.1.4). */
const maxOffset = 0x3fff;
/** So many places are looked at for a name: of a long message the first names are those that come again. */
const maxPlaces = 128;

/**
 * Writes names into a message with compression (RFC 1035 section 4.1.4). A name is spelt as it is: an end of it is left to a
 * pointer only where the same octets stand in the message, letter case included.
 */
export class NameCompressor {
  readonly #bytes: Uint8Array;
  readonly #messageStart: number;
  /** Where labels begin, from the start of the message. */
  readonly #places: number[] = [];

  constructor(bytes: Uint8Array, messageStart: number) {
    this.#bytes = bytes;
    this.#messageStart = messageStart;
  }

  /** Lets later names point into the name without compression that stands at `at`. */
  add(at: number): void {
    for (let label = at; this.#bytes[label] !== 0; label += this.#bytes[label]! + 1) this.#remember(label);
  }

  /** Writes a wire name at `at` and returns the index behind it; -1 where it would go over `end`, and nothing counts of it. */
  write(name: Uint8Array, at: number, end: number): number {
    let from = 0;
    for (; name[from] !== 0; from += name[from]! + 1) {
      const place = this.#places.find((each) => this.#stands(name, from, each));
      if (place === undefined) continue;
      if (at + from + 2 > end) return -1;
      this.#spell(name, from, at);
      this.#bytes[at + from] = 0xc0 | (place >> 8);
      this.#bytes[at + from + 1] = place & 0xff;
      return at + from + 2;
    }
    if (at + from + 1 > end) return -1;
    this.#spell(name, from, at);
    this.#bytes[at + from] = 0;
    return at + from + 1;
  }

  #spell(name: Uint8Array, size: number, at: number): void {
    for (let i = 0; i < size; i++) this.#bytes[at + i] = name[i]!;
    for (let label = 0; label < size; label += name[label]! + 1) this.#remember(at + label);
  }

  #remember(at: number): void {
    const place = at - this.#messageStart;
    if (place <= maxOffset && this.#places.length < maxPlaces) this.#places.push(place);
  }

  /** Whether the name from `from` on stands at this place of the message, its own pointers followed. */
  #stands(name: Uint8Array, from: number, place: number): boolean {
    const bytes = this.#bytes;
    let at = this.#messageStart + place;
    for (;;) {
      const octet = bytes[at]!;
      if (octet >= 0xc0) {
        at = this.#messageStart + (((octet & 0x3f) << 8) | bytes[at + 1]!);
        continue;
      }
      for (let i = 0; i <= octet; i++) if (bytes[at + i] !== name[from + i]) return false;
      if (octet === 0) return true;
      at += octet + 1;
      from += octet + 1;
    }
  }
}
