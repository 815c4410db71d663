import type { Attempt, Channel } from './attempt.ts';

/** Queries for which no connection is free at present; their time runs all the same. */
export class AttemptQueue implements Channel {
  readonly isDatagram = false;
  readonly replies = 0;
  readonly #attempts = new Set<Attempt>();

  get length(): number {
    return this.#attempts.size;
  }

  send(attempt: Attempt): void {
    this.#attempts.add(attempt);
  }

  resend(): void {
    // Nothing was sent.
  }

  forget(attempt: Attempt): void {
    this.#attempts.delete(attempt);
  }

  /** Takes out who has waited longest. */
  take(): Attempt | undefined {
    for (const attempt of this.#attempts) {
      this.#attempts.delete(attempt);
      return attempt;
    }
    return undefined;
  }
}
