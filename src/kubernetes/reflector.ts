import type { SourceState } from '../registry/sources/source.ts';
import { ApiError, BadStreamError, PageTooLargeError, SilenceError } from './api-client.ts';
import { Collection } from './collection.ts';
import { FailureLog } from './failure-log.ts';
import { failureText, isNotStreamed, mayComeInPages, NotStreamedError } from './failure.ts';
import { listInPages } from './list.ts';
import type { WatchEvent } from './messages.ts';
import type { ReflectorOptions, ReflectorStatus } from './reflector-options.ts';
import { endList, tell, type Listing } from './receiver.ts';
import { Retry } from './retry.ts';
import { sleep } from './sleep.ts';
import { quietPace, startPace, Turns } from './turns.ts';
import { watch, type WatchFrom } from './watch.ts';

/** Times that a stream may be broken at one resourceVersion before everything is listed anew. */
const maxBrokenStreams = 3;
/** A watch that says nothing and ends so soon is a failure, or it would be opened again without pause. */
const minWatchMs = 1000;

/**
 * Keeps a receiver in step with one collection of an API server, as client-go's reflector does.
 *
 *     ┌► list ── pages ──► watch ── events, bookmarks ──┐
 *     │   ▲                  ▲                          │
 *     │   └── 410, broken ───┴── ended, reset, silent ──┤
 *     └── back-off ◄── 401, 403, 404, 429, 5xx ◄────────┘
 *
 * A list replaces what is known as a difference: objects go when the list is over, so that the last state is served while
 * it runs. A streamed list is the beginning of a watch.
 */
export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #retry: Retry;
  readonly #stopping = new AbortController();
  readonly #collection: Collection;
  readonly #failures: FailureLog;
  #running: Promise<void> | undefined;
  #state: SourceState = 'listing';
  #isSynced = false;
  #startedMs: number | undefined;
  #resourceVersion: string | undefined;
  #pageSize: number;
  #streamsLists: boolean;
  /** A streamed list that failed is followed by pages. */
  #streamsNext = true;
  /** A streamed list that is on its way. */
  #streamed: Listing | undefined;
  readonly #turns: Turns;
  /** The API server has taken the watch that is under way. */
  #isOpen = false;
  #brokenStreams = 0;
  #wasAbsent = false;
  /** Of the list that is under way. */
  #listed = 0;
  #lastEventMs: number | undefined;
  #lastBookmarkMs: number | undefined;
  #lists = 0;
  #watches = 0;
  #errors = 0;

  constructor(options: ReflectorOptions) {
    const { timing, random, clock } = options;
    const { signal } = this.#stopping;
    this.#options = options;
    this.#retry = new Retry(timing, random);
    this.#failures = new FailureLog(options);
    this.#collection = new Collection(options, signal, () => this.#retry.answered());
    this.#turns = new Turns(clock, signal, startPace);
    this.#pageSize = timing.pageSize;
    this.#streamsLists = timing.streamsLists;
  }

  get isSynced(): boolean {
    return this.#isSynced;
  }

  get status(): ReflectorStatus {
    return {
      state: this.#state,
      isSynced: this.#isSynced,
      startedMs: this.#startedMs,
      trouble: this.#trouble,
      lastEventMs: this.#lastEventMs,
      lastBookmarkMs: this.#lastBookmarkMs,
      relists: Math.max(0, this.#lists - 1),
      watchRestarts: Math.max(0, this.#watches - 1),
      errors: this.#errors,
    };
  }

  start(): void {
    this.#startedMs ??= this.#options.clock.wall();
    this.#running ??= this.#run().catch((error: unknown) => {
      if (!this.#isStopped) throw error;
    });
  }

  /** Resolves when nothing of it is under way any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  get #trouble(): string {
    const { last } = this.#failures;
    if (last !== undefined || this.#isSynced) return last ?? '';
    return this.#listed > 0 ? `${this.#listed} objects have come so far` : 'no answer yet';
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        if (this.#resourceVersion === undefined) await this.#list();
        else await this.#watch({ resourceVersion: this.#resourceVersion });
      } catch (error) {
        await this.#recover(error);
      }
    }
  }

  async #list(): Promise<void> {
    const { receiver, namespace, timing } = this.#options;
    this.#setState('listing');
    this.#lists++;
    this.#listed = 0;
    if (this.#streamsLists && this.#streamsNext) {
      await this.#watch('beginning');
      return;
    }
    this.#streamed = undefined;
    const listing = this.#counting(receiver.beginList(namespace));
    const turns = this.#turns;
    await this.#endList(listing, await listInPages(this.#collection, receiver, listing, this.#pageSize, timing, turns));
  }

  #counting(listing: Listing): Listing {
    const saw = (key: string): void => {
      this.#listed++;
      listing.saw(key);
    };
    return { saw, end: () => listing.end() };
  }

  async #endList(listing: Listing, resourceVersion: string): Promise<void> {
    const { receiver, clock, onState } = this.#options;
    await endList(receiver, listing, this.#turns);
    // A list that was stopped on its way is none.
    if (this.#isStopped) return;
    this.#resourceVersion = resourceVersion;
    this.#wasAbsent = false;
    this.#streamsNext = true;
    this.#lastEventMs = clock.wall();
    this.#failures.end();
    this.#sync();
    onState();
  }

  #sync(): void {
    this.#isSynced = true;
    this.#turns.pace = quietPace;
  }

  async #watch(from: WatchFrom): Promise<void> {
    const { receiver, namespace, clock, timing, random } = this.#options;
    const before = this.#resourceVersion;
    const turns = this.#turns;
    let openedAt = clock.now();
    let cancelSettled = (): void => undefined;
    this.#isOpen = false;
    this.#streamed = from === 'beginning' ? this.#counting(receiver.beginList(namespace)) : undefined;
    if (from !== 'beginning') this.#watches++;
    try {
      await watch(this.#collection, from, timing, random, turns, {
        onOpen: () => {
          openedAt = clock.now();
          this.#isOpen = true;
          if (from === 'beginning') return;
          if (this.#failures.last !== undefined) cancelSettled = clock.after(minWatchMs, () => this.#failures.end());
          this.#setState('watching');
        },
        onEvent: (event) => this.#event(event),
        onPause: () => tell(receiver, turns),
      });
    } finally {
      cancelSettled();
    }
    if (this.#isStopped) return;
    if (this.#resourceVersion === undefined) throw new Error('the list broke off');
    if (this.#resourceVersion === before && clock.now() - openedAt < minWatchMs) {
      throw new Error('the watch ended at once, without an event');
    }
  }

  #event(event: WatchEvent): Promise<void> | undefined {
    const { receiver, clock } = this.#options;
    if (event.type === 'ERROR') throw new ApiError(event.status, event.message, event.retryAfterMs);
    const now = clock.wall();
    this.#lastEventMs = now;
    this.#brokenStreams = 0;
    if (event.type === 'BOOKMARK') {
      this.#lastBookmarkMs = now;
      if (this.#streamed) return this.#endStreamedList(this.#streamed, event);
    } else if (event.type === 'DELETED') receiver.remove(event.object);
    else {
      const key = receiver.upsert(event.object, this.#collection.apiVersion);
      if (key !== undefined) this.#streamed?.saw(key);
    }
    // A list that breaks off is begun anew.
    if (this.#streamed) return undefined;
    this.#retry.succeeded();
    this.#failures.end();
    this.#resourceVersion = event.resourceVersion;
    return undefined;
  }

  async #endStreamedList(
    listing: Listing,
    { endsList, resourceVersion }: { endsList: boolean; resourceVersion: string },
  ): Promise<void> {
    if (!endsList) throw new NotStreamedError('the API server does not say where a streamed list ends');
    await this.#endList(listing, resourceVersion);
    this.#streamed = undefined;
    this.#watches++;
    this.#setState('watching');
  }

  async #recover(error: unknown): Promise<void> {
    const { api, resource, clock } = this.#options;
    const status = error instanceof ApiError ? error.status : undefined;
    const isListing = this.#resourceVersion === undefined;
    if (this.#isStopped) return;
    if (status === 404 && resource.isCustom) return this.#absent();
    if (error instanceof SilenceError && this.#isOpen && !isListing) {
      // A dead connection, or a quiet cluster: it cannot be told which (see `watchdogMs`).
      this.#failures.tellUsual(`${error.message}; the watch is opened again`);
      return;
    }
    this.#errors++;
    if (this.#streamed && isListing && mayComeInPages(error)) {
      this.#streamsLists &&= !isNotStreamed(error);
      this.#streamsNext = false;
      // It is one list still.
      this.#lists--;
      return;
    }
    if (error instanceof PageTooLargeError && this.#pageSize > 1) {
      this.#pageSize = Math.ceil(this.#pageSize / 2);
      return;
    }
    if (status === 401) api.reload();
    // 410: what was watched from is forgotten. Other refusals of a watch that are no refusals of us mean the same.
    if (status === 410 || status === 400 || status === 404) this.#resourceVersion = undefined;
    if (error instanceof BadStreamError && !isListing && ++this.#brokenStreams >= maxBrokenStreams) {
      this.#brokenStreams = 0;
      this.#resourceVersion = undefined;
    }
    const isForbidden = status === 403;
    if (isForbidden && resource.isOptional) this.#sync();
    const now = clock.now();
    if (status === 410 && this.#retry.listsAtOnce(now)) {
      this.#failures.tellUsual('the resourceVersion has expired; everything is listed again');
      return;
    }
    const waitMs = this.#retry.next(error, now, !this.#isSynced);
    this.#failures.tell(error, api.hide(failureText(error)), waitMs);
    this.#setState(isForbidden ? 'forbidden' : 'waiting');
    await this.#sleep(waitMs);
  }

  /** The definition is not installed, at least not in this version of its group. */
  async #absent(): Promise<void> {
    const { receiver, namespace, timing, random } = this.#options;
    this.#resourceVersion = undefined;
    this.#retry.answered();
    if (this.#collection.tryNextVersion()) return;
    // A proxy, or a server that has just been started, may say so once: objects go when it is said again.
    if (this.#wasAbsent || receiver.count(namespace) === 0) {
      await endList(receiver, receiver.beginList(namespace), this.#turns);
      this.#sync();
    }
    this.#failures.tellAbsent(timing.absentRetryMs, !this.#wasAbsent);
    this.#wasAbsent = true;
    this.#setState('absent');
    await this.#sleep(timing.absentRetryMs * (0.9 + 0.2 * random()));
  }

  #setState(state: SourceState): void {
    this.#state = state;
    this.#options.onState();
  }

  #sleep(ms: number): Promise<void> {
    return sleep(this.#options.clock, ms, this.#stopping.signal);
  }

  get #isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }
}
