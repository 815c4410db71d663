/**
 * The letters of a name in random upper and lower case: servers send the question back as it was, and whoever forges a reply has
 * to guess that too (draft-vixie-dnsext-dns0x20). Which case each letter has follows from a seed, so that nothing else need be
 * kept to compare it with the reply.
 */
export class LetterCase {
  #state: number;

  /** `seed` is not 0. */
  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** The next octet of the name as it is sent. Length octets are below 64, and stay as they are. */
  next(octet: number): number {
    const lower = octet | 0x20;
    if (lower < 0x61 || lower > 0x7a || octet < 0x40) return octet;
    // A step of xorshift.
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return lower ^ ((x & 0x100) >> 3);
  }
}
