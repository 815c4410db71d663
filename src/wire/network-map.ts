import type { Network } from './network.ts';

const wordBits = 32;
const wordsOf = { 4: 1, 6: 4 } as const;
/** Of the four words of an IPv4-mapped address the third; those before it are 0. */
const mappedWord = 0xffff;

/** A segment begins at an address and has one value, up to the next one. */
interface Segment {
  readonly start: bigint;
  readonly value: number;
}

/**
 * Numbers by network: an address gets the smallest number of all networks that hold it. However many networks there are, a lookup
 * is one binary search and allocates nothing, and the memory is at most 40 octets for each of them.
 *
 * Networks are either apart or one within the other. So the addresses of a family fall into segments, two more at most for each network,
 * and what an address gets is settled for each segment when the map is made:
 *
 *     10.0.0.0/8 → 5, 10.1.0.0/16 → 2        0.0.0.0 none │ 10.0.0.0 5 │ 10.1.0.0 2 │ 10.2.0.0 5 │ 11.0.0.0 none
 */
export class NetworkMap {
  /** What an address gets that no network holds: larger than any value. */
  static readonly none = 0x7fff_ffff;

  readonly #ipv4: Segments;
  readonly #ipv6: Segments;

  /** Values are 0 to 2^31 - 2. */
  constructor(entries: readonly (readonly [network: Network, value: number])[]) {
    this.#ipv4 = new Segments(entries, 4);
    this.#ipv6 = new Segments(entries, 6);
  }

  /** The number for the address of 16 octets at `at`, where IPv4 addresses are mapped: `::/0` holds none of these. */
  find(octets: DataView, at: number): number {
    const isMapped =
      octets.getUint32(at + 8) === mappedWord && octets.getUint32(at + 4) === 0 && octets.getUint32(at) === 0;
    return isMapped ? this.#ipv4.find(octets, at + 12) : this.#ipv6.find(octets, at);
  }
}

/** The segments of one family, from the smallest address on. */
class Segments {
  readonly #words: number;
  /** Where they start, in words of 32 bits. */
  readonly #starts: Uint32Array;
  readonly #values: Int32Array;

  constructor(entries: readonly (readonly [network: Network, value: number])[], family: 4 | 6) {
    const words = wordsOf[family];
    const segments = segmentsOf(
      entries.filter(([{ octets }]) => octets.length === 4 * words),
      words * wordBits,
    );
    this.#words = words;
    this.#starts = new Uint32Array(segments.length * words);
    this.#values = Int32Array.from(segments, ({ value }) => value);
    for (const [i, { start }] of segments.entries()) {
      for (let word = 0; word < words; word++) {
        const shift = BigInt(wordBits * (words - 1 - word));
        this.#starts[i * words + word] = Number(BigInt.asUintN(wordBits, start >> shift));
      }
    }
  }

  find(octets: DataView, at: number): number {
    const starts = this.#starts;
    const isOneWord = this.#words === 1;
    const first = octets.getUint32(at);
    let low = 0;
    let high = this.#values.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (isOneWord ? starts[middle]! > first : this.#startsBehind(middle, octets, at)) high = middle - 1;
      else low = middle;
    }
    return this.#values[low]!;
  }

  /** Whether the segment starts behind the address. */
  #startsBehind(segment: number, octets: DataView, at: number): boolean {
    const words = this.#words;
    const first = segment * words;
    for (let word = 0; word < words; word++) {
      const own = octets.getUint32(at + 4 * word);
      const start = this.#starts[first + word]!;
      if (start !== own) return start > own;
    }
    return false;
  }
}

/** The first one starts at address 0; those beside each other have different values. */
function segmentsOf(entries: readonly (readonly [network: Network, value: number])[], bits: number): Segment[] {
  const networks = entries
    .map(([{ octets, prefixLength }, value]) => ({ start: numberOf(octets), prefixLength, value }))
    .sort((a, b) => (a.start === b.start ? a.prefixLength - b.prefixLength : a.start < b.start ? -1 : 1));
  const segments: Segment[] = [{ start: 0n, value: NetworkMap.none }];
  const begin = (start: bigint, value: number): void => {
    if (segments.at(-1)!.start === start) segments.pop();
    if (segments.at(-1)?.value !== value) segments.push({ start, value });
  };
  /** Networks that hold the address that is looked at, from the largest to the smallest. */
  const open: { readonly end: bigint; readonly value: number }[] = [];
  const current = (): number => open.at(-1)?.value ?? NetworkMap.none;
  const closeBefore = (address: bigint): void => {
    for (let last = open.at(-1); last !== undefined && last.end <= address; last = open.at(-1)) {
      open.pop();
      begin(last.end, current());
    }
  };
  for (const { start, prefixLength, value } of networks) {
    closeBefore(start);
    open.push({ end: start + (1n << BigInt(bits - prefixLength)), value: Math.min(value, current()) });
    begin(start, current());
  }
  // Behind the last address there is nothing to begin.
  closeBefore((1n << BigInt(bits)) - 1n);
  return segments;
}

function numberOf(octets: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(octets).toString('hex')}`);
}
