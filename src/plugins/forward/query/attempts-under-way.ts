import type { UpstreamAttempt } from './upstream-attempt.ts';

/** The attempts of one query that wait for replies; linked, as there is nearly always one. */
export class AttemptsUnderWay {
  #first: UpstreamAttempt | undefined;

  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  /** When the next of them is to be sent again, or its time is over. */
  get deadline(): number {
    let deadline = Infinity;
    for (let attempt = this.#first; attempt !== undefined; attempt = attempt.beside)
      deadline = Math.min(deadline, attempt.resendAt, attempt.endsAt);
    return deadline;
  }

  add(attempt: UpstreamAttempt): void {
    attempt.beside = this.#first;
    this.#first = attempt;
  }

  remove(attempt: UpstreamAttempt): void {
    if (this.#first === attempt) this.#first = attempt.beside;
    else {
      let each = this.#first;
      while (each !== undefined && each.beside !== attempt) each = each.beside;
      if (each !== undefined) each.beside = attempt.beside;
    }
    attempt.beside = undefined;
  }

  /** Those that there are now; `visit` may remove and add some. */
  forEach(visit: (attempt: UpstreamAttempt) => void): void {
    let next: UpstreamAttempt | undefined;
    for (let attempt = this.#first; attempt !== undefined; attempt = next) {
      next = attempt.beside;
      visit(attempt);
    }
  }
}
