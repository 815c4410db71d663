import { isSameQuestion, type Question } from './question.ts';

/** RFC 9520 section 3.2 wants a second at least, and names this for a beginning; nothing else lives on for so long. */
const rememberedMs = 5000;
const maxQuestions = 1024;

interface Failure {
  readonly question: Question;
  readonly reason: string;
  readonly until: number;
}

/** Questions that nobody could answer a moment ago. Times are of a monotonic clock, in milliseconds. */
export class FailedQuestions {
  /** The oldest first; of several with one hash the last. */
  readonly #failures = new Map<number, Failure>();

  add(question: Question, reason: string, now: number): void {
    this.#failures.delete(question.hash);
    for (const hash of this.#failures.keys()) {
      if (this.#failures.size < maxQuestions) break;
      this.#failures.delete(hash);
    }
    const name = question.name.slice(0, question.nameLength);
    this.#failures.set(question.hash, { question: { ...question, name }, reason, until: now + rememberedMs });
  }

  /** Why the question failed a moment ago; `undefined` where it did not. */
  reasonOf(question: Question, now: number): string | undefined {
    if (this.#failures.size === 0) return undefined;
    const failure = this.#failures.get(question.hash);
    if (failure === undefined || !isSameQuestion(failure.question, question)) return undefined;
    if (now < failure.until) return failure.reason;
    this.#failures.delete(question.hash);
    return undefined;
  }
}
