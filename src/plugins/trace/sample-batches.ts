import type { Clock } from '../../runtime/clock.ts';
import type { QuerySample, SampleBatch } from './sample.ts';

/** How long samples are gathered, in milliseconds: a message for each would cost more than the sample. */
const gatherMs = 200;
/** Samples of one message; others until it is sent are left out. So the main thread gets 1,280 a second from a worker at most. */
const maxSamples = 256;

/** Gathers the samples of a worker, and hands them on a few times a second. */
export class SampleBatches {
  readonly #clock: Clock;
  readonly #send: (batch: SampleBatch) => void;
  #samples: QuerySample[] = [];
  #dropped = 0;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, send: (batch: SampleBatch) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  add(sample: QuerySample): void {
    if (this.#samples.length < maxSamples) this.#samples.push(sample);
    else this.#dropped++;
    this.#cancel ??= this.#clock.after(gatherMs, () => this.flush());
  }

  /** Sends what is there. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#samples.length === 0) return;
    this.#send({ samples: this.#samples, dropped: this.#dropped });
    this.#samples = [];
    this.#dropped = 0;
  }
}
