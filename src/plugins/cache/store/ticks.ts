import type { Clock } from '../../../runtime/clock.ts';

const tickBits = 4;
/** How fine the times of the cache are. */
export const ticksPerSecond = 1 << tickBits;
/** Four years. */
export const maxTicks = 0x7fff_ffff;

/**
 * Time in whole ticks since the cache was made: small integers, which are handed from function to function without memory of
 * their own.
 */
export class TickClock {
  readonly #clock: Clock;
  readonly #start: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#start = clock.now();
  }

  now(): number {
    return ((this.#clock.now() - this.#start) * (ticksPerSecond / 1000)) | 0;
  }
}

/** The ticks of a duration in milliseconds, rounded up. */
export function ticksOf(ms: number): number {
  return Math.min(Math.ceil((ms * ticksPerSecond) / 1000), maxTicks);
}

/** The whole seconds of so many ticks. */
export function secondsOf(ticks: number): number {
  return ticks >> tickBits;
}
