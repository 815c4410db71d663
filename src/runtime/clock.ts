import { performance } from 'node:perf_hooks';

/** Time and timers. Passed in everywhere, so that tests decide what time it is. */
export interface Clock {
  /** Monotonic milliseconds, with a fraction. */
  now(): number;
  /** Unix time in milliseconds. */
  wall(): number;
  /** Calls back once after `delayMs`; the result cancels. A timer never keeps the process alive. */
  after(delayMs: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
