import type { Attempt } from './attempt.ts';

/** Lists that attempts are spread over by their IDs. A socket has some hundreds at a time. */
const listCount = 256;

/**
 * The attempts that wait for replies at one socket, by their IDs. They are linked to each other, so that one comes and goes
 * without leaving anything behind: a Map that thousands pass through in a second keeps the collector busy.
 */
export class PendingAttempts {
  readonly #lists: (Attempt | undefined)[] = new Array<Attempt | undefined>(listCount).fill(undefined);
  size = 0;

  /** Gives the attempt a random ID that none of the others has. There must be far fewer than 65,536. */
  add(attempt: Attempt, randomUint16: () => number): void {
    let id = randomUint16();
    while (this.find(id) !== undefined) id = randomUint16();
    const list = id % listCount;
    attempt.messageId = id;
    attempt.next = this.#lists[list];
    this.#lists[list] = attempt;
    this.size++;
  }

  find(id: number): Attempt | undefined {
    let attempt = this.#lists[id % listCount];
    while (attempt !== undefined && attempt.messageId !== id) attempt = attempt.next;
    return attempt;
  }

  has(attempt: Attempt): boolean {
    return this.find(attempt.messageId) === attempt;
  }

  /** Does nothing where it is not there. */
  remove(attempt: Attempt): void {
    const list = attempt.messageId % listCount;
    let each = this.#lists[list];
    if (each === attempt) this.#lists[list] = attempt.next;
    else {
      while (each !== undefined && each.next !== attempt) each = each.next;
      if (each === undefined) return;
      each.next = attempt.next;
    }
    attempt.next = undefined;
    this.size--;
  }

  /** All that are there, in no order. */
  list(): Attempt[] {
    const attempts: Attempt[] = [];
    for (let attempt of this.#lists) for (; attempt !== undefined; attempt = attempt.next) attempts.push(attempt);
    return attempts;
  }

  /** Takes all out. */
  takeAll(): Attempt[] {
    const attempts = this.list();
    for (const attempt of attempts) this.remove(attempt);
    return attempts;
  }
}
