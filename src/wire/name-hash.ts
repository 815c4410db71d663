import { maxNameLength } from './codes.ts';

const maxWords = (maxNameLength + 1) / 4;

/**
 * The hash of names, for tables that tenants fill: a name is cut into numbers of 16 bits and hashed as NH does (Black
 * et al., UMAC, CRYPTO 1999, section 4), with keys that come from a secret seed.
 *
 *     hash = Σ (a[i] + key[2i]) × (b[i] + key[2i+1]) mod 2³²      a[i], b[i]: the halves of word i, little endian
 *
 * Two names that differ have the same hash for at most one choice of keys in 2¹⁷, whoever chose the names: where
 * a[i] ≠ a'[i] the difference is linear in key[2i+1], with a factor that is no multiple of 2¹⁶. So no set of names
 * collides for every seed. The terms do not depend on each other, and four octets cost one multiplication.
 */
export class NameHasher {
  /** Two for each word of a name. */
  readonly keys = new Int32Array(2 * maxWords);

  constructor(seed: number) {
    // SplitMix32: numbers that look independent, from a counter.
    let state = seed | 0;
    for (let i = 0; i < this.keys.length; i++) {
      state = (state + 0x9e3779b9) | 0;
      let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      this.keys[i] = mixed ^ (mixed >>> 15);
    }
  }

  /** Hash of the wire name in lower case that stands at `start`, without a compression pointer. At most 255 octets. */
  hash(octets: Uint8Array, start: number, end: number): number {
    const { keys } = this;
    let sum = 0;
    let key = 0;
    let at = start;
    for (; at + 4 <= end; at += 4) {
      const low = octets[at]! | (octets[at + 1]! << 8);
      const high = octets[at + 2]! | (octets[at + 3]! << 8);
      sum = (sum + Math.imul(low + keys[key]!, high + keys[key + 1]!)) | 0;
      key += 2;
    }
    if (at === end) return sum;
    // A name ends with an octet of 0, so that those that are added here make no two names alike.
    const low = at + 1 < end ? octets[at]! | (octets[at + 1]! << 8) : octets[at]!;
    const high = at + 2 < end ? octets[at + 2]! : 0;
    return (sum + Math.imul(low + keys[key]!, high + keys[key + 1]!)) | 0;
  }
}
