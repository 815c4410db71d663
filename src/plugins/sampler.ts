/** Of two numbers of 16 bits. */
const randomRange = 2 ** 32;

/**
 * Takes one of N by chance, each whatever became of the others: clients ask for A and AAAA in turn, and to count would take one of the
 * two only. The dice are not thrown for each, but when one is taken, for how many are left out until the next one (the geometric
 * distribution, which is what throwing them for each comes to). So what is left out costs next to nothing.
 */
export class Sampler {
  readonly #n: number;
  readonly #randomUint16: () => number;
  #untilTaken: number;

  /** `n` is at least 1, which takes all. */
  constructor(n: number, randomUint16: () => number) {
    this.#n = n;
    this.#randomUint16 = randomUint16;
    this.#untilTaken = this.#draw();
  }

  isTaken(): boolean {
    if (--this.#untilTaken > 0) return false;
    this.#untilTaken = this.#draw();
    return true;
  }

  #draw(): number {
    if (this.#n === 1) return 1;
    const share = (this.#randomUint16() * 0x1_0000 + this.#randomUint16() + 1) / randomRange;
    return 1 + Math.floor(Math.log(share) / Math.log1p(-1 / this.#n));
  }
}
