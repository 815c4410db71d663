import type { Clock } from '../../../runtime/clock.ts';

/** With so many times the queries in the same time, clients were waiting. */
const muchMore = 1.5;
/** Batches that a rate is taken of: those behind naps are larger and take longer. */
const measured = { napping: 16, awake: 64 };
/** Batches between two trials: more each time that a trial changes nothing. */
const shortestRest = 64;
const longestRest = 4096;

/**
 * Finds out whether clients wait for the naps. Those that have a few queries under way, and ask the next when one is answered
 * (glibc asks for A and AAAA at once), come back in each nap, and look like many who ask whenever they like; but without naps
 * they ask more. So from time to time that is tried, for milliseconds: where much more is asked without naps, there are none,
 * until a trial with naps shows that it makes no difference any more.
 */
export class NapTrials {
  readonly #clock: Clock;
  #isNapping = true;
  #step: 'rest' | 'measure' | 'trial' = 'rest';
  #rest = shortestRest;
  /** Batches until the next step. */
  #batchesLeft = shortestRest;
  /** Queries since the last step, and when that was. */
  #queries = 0;
  #since = 0;
  /** Queries per millisecond, measured before the trial. */
  #usual = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Told of the queries of each batch; says whether naps are taken at present. */
  isNapping(received: number): boolean {
    this.#queries += received;
    if (--this.#batchesLeft === 0) this.#nextStep();
    return this.#isNapping;
  }

  #nextStep(): void {
    const now = this.#clock.now();
    const rate = this.#queries / (now - this.#since);
    if (this.#step === 'rest') {
      this.#step = 'measure';
    } else if (this.#step === 'measure') {
      this.#step = 'trial';
      this.#usual = rate;
      this.#isNapping = !this.#isNapping;
    } else {
      const [napping, awake] = this.#isNapping ? [rate, this.#usual] : [this.#usual, rate];
      const shouldNap = awake < muchMore * napping;
      this.#rest = shouldNap === this.#isNapping ? shortestRest : Math.min(2 * this.#rest, longestRest);
      this.#step = 'rest';
      this.#isNapping = shouldNap;
    }
    const { napping, awake } = measured;
    this.#batchesLeft = this.#step === 'rest' ? this.#rest : this.#isNapping ? napping : awake;
    this.#queries = 0;
    this.#since = now;
  }
}
