import type { Clock } from '../../../runtime/clock.ts';
import { errorStack } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/logger.ts';
import type { Query } from '../../../wire/query.ts';
import type { Handler } from '../../plugin.ts';
import { QuestionKey } from '../store/question-key.ts';
import { RefreshQuery } from './refresh-query.ts';

/** What became of a reply: it is kept, it is a failure, it can be given to whoever asked alone, or it is not there in time. */
export type Verdict = 'kept' | 'failed' | 'other' | 'late';

/** A question that is asked again in the background. */
export interface Refresh {
  /** What came of it; `late` when the time that clients wait is over. It never rejects. */
  readonly verdict: Promise<Verdict>;
  /** Nobody waits for it any more. */
  readonly isLate: boolean;
}

interface RefreshInFlight extends Refresh {
  readonly key: QuestionKey;
  isLate: boolean;
  conclude(verdict: Verdict): void;
}

/** Questions that are asked again at a time; what is stale is served as it is, over that. */
const maxInFlight = 2000;

/** What the refresher has of its surroundings. */
export interface RefresherParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly next: Handler;
  /** How long clients wait for it; 0 for as long as it takes. */
  readonly timeoutMs: number;
  onBegin(): void;
  /** Takes the reply, which stands in the query's `out`. */
  keep(query: Query, length: number): Verdict;
}

/** Asks the next plugin in the background, for each question once at a time. */
export class Refresher {
  readonly #parts: RefresherParts;
  /** By the key's hash; of several questions with one hash one at a time. */
  readonly #inFlight = new Map<number, RefreshInFlight>();
  #isClosed = false;

  constructor(parts: RefresherParts) {
    this.#parts = parts;
  }

  /** The refresh of the key's question that is under way, or that begins now; `undefined` where none may begin. */
  join(key: QuestionKey): Refresh | undefined {
    const known = this.#inFlight.get(key.hash);
    if (known === undefined) return this.begin(key);
    return known.key.isSame(key) ? known : undefined;
  }

  /** Begins no more; nobody waits any longer for those that are under way. */
  close(): void {
    this.#isClosed = true;
    for (const refresh of this.#inFlight.values()) refresh.conclude('late');
  }

  /** Begins to ask the key's question again, unless that is under way or none may begin. */
  begin({ query: client, hash, isScoped }: QuestionKey): Refresh | undefined {
    if (this.#isClosed || this.#inFlight.size >= maxInFlight || this.#inFlight.has(hash)) return undefined;
    const { clock, next, logger, timeoutMs } = this.#parts;
    this.#parts.onBegin();
    const query = new RefreshQuery(client);
    const key = new QuestionKey();
    key.read(query);
    key.useScope(isScoped);
    let resolve: (verdict: Verdict) => void = () => undefined;
    const refresh: RefreshInFlight = {
      key,
      isLate: false,
      verdict: new Promise((resolved) => (resolve = resolved)),
      conclude(verdict) {
        this.isLate = true;
        cancelTimer?.();
        resolve(verdict);
      },
    };
    const cancelTimer = timeoutMs > 0 ? clock.after(timeoutMs, () => refresh.conclude('late')) : undefined;
    this.#inFlight.set(hash, refresh);
    // Begun when what is written for the client at present is done.
    void Promise.resolve()
      .then(() => next(query))
      .catch((error: unknown) => {
        logger.error(`plugin/cache: a refresh met a defect: ${errorStack(error)}`);
        return 0;
      })
      .then((length) => {
        this.#inFlight.delete(hash);
        refresh.conclude(this.#parts.keep(query, length));
      });
    return refresh;
  }
}
