import type { Clock } from './clock.ts';

/**
 * Work that can be interrupted wherever it yields: so that a thread that has other things to do is never held for long. What
 * it yields is a promise where it cannot go on before that has resolved.
 */
export type Work<Result> = Generator<Promise<void> | undefined, Result, undefined>;

/** A slice of work; between two that it may be held for longer, everything else has its turn. */
export const usualSliceMs = 20;

/** Does all of the work at once, where nothing else waits; what it throws rejects. */
export async function workToEnd<Result>(work: Work<Result>): Promise<Result> {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    await step.value;
  }
}

/**
 * Does work in slices: the first now, the others by timers of the clock. What the work throws is thrown.
 *
 * @returns ends it: no part of it runs any more, but what is behind `finally`
 */
export function workInSlices(work: Work<void>, clock: Clock, sliceMs: number, onDone: () => void): () => void {
  let isCancelled = false as boolean;
  let isRunning = false;
  let cancelTimer = (): void => undefined;
  const end = (): void => {
    // Who ends it from within is waited for.
    if (!isRunning) work.return(undefined);
  };
  const later = (): void => {
    cancelTimer = clock.after(0, slice);
  };
  const slice = (): void => {
    const endsAt = clock.now() + sliceMs;
    for (;;) {
      isRunning = true;
      let step: IteratorResult<Promise<void> | undefined, void>;
      try {
        step = work.next();
      } finally {
        isRunning = false;
      }
      if (isCancelled) {
        end();
        return;
      }
      if (step.done) {
        onDone();
        return;
      }
      if (step.value) {
        void step.value.then(() => {
          if (!isCancelled) slice();
        });
        return;
      }
      if (clock.now() >= endsAt) {
        later();
        return;
      }
    }
  };
  slice();
  return () => {
    if (isCancelled) return;
    isCancelled = true;
    cancelTimer();
    end();
  };
}
