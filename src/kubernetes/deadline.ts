import type { Clock } from '../runtime/clock.ts';

/**
 * Ends a request whose connection is silent for too long. A touch costs no timer: the one that runs looks when the
 * last was.
 */
export class Deadline {
  readonly #clock: Clock;
  readonly #onExpire: () => void;
  #limitMs: number;
  #touchedAt: number;
  #cancel: () => void;
  #hasExpired = false;

  constructor(clock: Clock, limitMs: number, onExpire: () => void) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#onExpire = onExpire;
    this.#touchedAt = clock.now();
    this.#cancel = clock.after(limitMs, () => this.#look());
  }

  get hasExpired(): boolean {
    return this.#hasExpired;
  }

  get limitMs(): number {
    return this.#limitMs;
  }

  /** Something came. */
  touch(): void {
    this.#touchedAt = this.#clock.now();
  }

  /** From now on another limit holds. */
  restart(limitMs: number): void {
    this.#limitMs = limitMs;
    this.touch();
    this.#cancel();
    this.#cancel = this.#clock.after(limitMs, () => this.#look());
  }

  end(): void {
    this.#cancel();
  }

  #look(): void {
    const leftMs = this.#touchedAt + this.#limitMs - this.#clock.now();
    if (leftMs > 0) {
      this.#cancel = this.#clock.after(leftMs, () => this.#look());
      return;
    }
    this.#hasExpired = true;
    this.#onExpire();
  }
}
