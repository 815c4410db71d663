import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { SourceState } from '../source.ts';
import { ApiError, BadStreamError, PageTooLargeError, SilenceError, type ApiClient } from './api-client.ts';
import { Backoff } from './backoff.ts';
import { Collection } from './collection.ts';
import { FailureLog } from './failure-log.ts';
import { listInPages } from './list.ts';
import type { WatchEvent } from './messages.ts';
import type { Listing, Receiver } from './receiver.ts';
import type { Resource } from './resource.ts';
import { sleep } from './sleep.ts';
import type { ReflectorTiming } from './timing.ts';
import { Turns } from './turns.ts';
import { watch, type WatchFrom } from './watch.ts';

/** What a reflector stands on. */
export interface ReflectorOptions {
  readonly resource: Resource;
  /** `undefined` for all. */
  readonly namespace: string | undefined;
  readonly labelSelector: string;
  readonly api: ApiClient;
  readonly receiver: Receiver;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Stands before messages, `kubernetes(east): ServiceEntry`. */
  readonly title: string;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  readonly timing: ReflectorTiming;
  /** `isSynced` or `state` may have changed. */
  readonly onState: () => void;
}

/** What one has done and heard; times are Unix times in milliseconds. */
export interface ReflectorStatus {
  readonly state: SourceState;
  readonly isSynced: boolean;
  readonly lastEventMs: number | undefined;
  readonly lastBookmarkMs: number | undefined;
  readonly relists: number;
  readonly watchRestarts: number;
  readonly errors: number;
}

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
  readonly #backoff: Backoff;
  readonly #stopping = new AbortController();
  readonly #collection: Collection;
  #running: Promise<void> | undefined;
  #state: SourceState = 'listing';
  #isSynced = false;
  #resourceVersion: string | undefined;
  #pageSize: number;
  #streamsLists: boolean;
  /** A streamed list that is on its way. */
  #streamed: Listing | undefined;
  #brokenStreams = 0;
  #wasAbsent = false;
  readonly #failures: FailureLog;
  #lastEventMs: number | undefined;
  #lastBookmarkMs: number | undefined;
  #lists = 0;
  #watches = 0;
  #errors = 0;

  constructor(options: ReflectorOptions) {
    const { minBackoffMs, maxBackoffMs, resetBackoffMs, pageSize, streamsLists } = options.timing;
    this.#options = options;
    this.#backoff = new Backoff(minBackoffMs, maxBackoffMs, resetBackoffMs, options.random);
    this.#failures = new FailureLog(options);
    this.#collection = new Collection(options, this.#stopping.signal, () => this.#failures.end());
    this.#pageSize = pageSize;
    this.#streamsLists = streamsLists;
  }

  get isSynced(): boolean {
    return this.#isSynced;
  }

  get namespace(): string | undefined {
    return this.#options.namespace;
  }

  get status(): ReflectorStatus {
    return {
      state: this.#state,
      isSynced: this.#isSynced,
      lastEventMs: this.#lastEventMs,
      lastBookmarkMs: this.#lastBookmarkMs,
      relists: Math.max(0, this.#lists - 1),
      watchRestarts: Math.max(0, this.#watches - 1),
      errors: this.#errors,
    };
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves when nothing of it is under way any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
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
    if (this.#streamsLists) {
      await this.#watch('beginning');
      return;
    }
    const listing = receiver.beginList(namespace);
    const turns = this.#turns();
    this.#listed(listing, await listInPages(this.#collection, receiver, listing, this.#pageSize, timing, turns));
  }

  #listed(listing: Listing, resourceVersion: string): void {
    const { receiver, clock, onState } = this.#options;
    // A list that was stopped on its way is none.
    if (this.#isStopped) return;
    listing.end();
    receiver.flush();
    this.#resourceVersion = resourceVersion;
    this.#wasAbsent = false;
    this.#isSynced = true;
    this.#lastEventMs = clock.wall();
    onState();
  }

  async #watch(from: WatchFrom): Promise<void> {
    const { receiver, namespace, clock, timing, random } = this.#options;
    const before = this.#resourceVersion;
    let openedAt = clock.now();
    this.#streamed = from === 'beginning' ? receiver.beginList(namespace) : undefined;
    if (from !== 'beginning') this.#watches++;
    await watch(this.#collection, from, timing, random, this.#turns(), {
      onOpen: () => {
        openedAt = clock.now();
        if (from !== 'beginning') this.#setState('watching');
      },
      onEvent: (event) => this.#event(event),
      onPause: () => receiver.flush(),
    });
    if (this.#isStopped) return;
    if (this.#resourceVersion === undefined) throw new Error('the list broke off');
    if (this.#resourceVersion === before && clock.now() - openedAt < minWatchMs) {
      throw new Error('the watch ended at once, without an event');
    }
  }

  /** What is there at first is waited for; later queries go before lists. */
  #turns(): Turns | undefined {
    return this.#isSynced ? new Turns(this.#options.clock, this.#stopping.signal) : undefined;
  }

  #event(event: WatchEvent): void {
    const { receiver, clock } = this.#options;
    if (event.type === 'ERROR') throw new ApiError(event.status, event.message, event.retryAfterMs);
    const now = clock.wall();
    this.#lastEventMs = now;
    this.#brokenStreams = 0;
    if (event.type === 'BOOKMARK') {
      this.#lastBookmarkMs = now;
      if (this.#streamed) this.#endStreamedList(event);
    } else if (event.type === 'DELETED') receiver.remove(event.object);
    else {
      const key = receiver.upsert(event.object, this.#collection.apiVersion);
      if (key !== undefined) this.#streamed?.saw(key);
    }
    // A list that breaks off is begun anew.
    if (!this.#streamed) this.#resourceVersion = event.resourceVersion;
  }

  #endStreamedList({ endsList, resourceVersion }: { endsList: boolean; resourceVersion: string }): void {
    if (!endsList) throw new NotStreamedError('the API server does not say where a streamed list ends');
    this.#listed(this.#streamed!, resourceVersion);
    this.#streamed = undefined;
    this.#watches++;
    this.#setState('watching');
  }

  async #recover(error: unknown): Promise<void> {
    const { api, resource, clock, timing } = this.#options;
    const status = error instanceof ApiError ? error.status : undefined;
    const isListing = this.#resourceVersion === undefined;
    if (this.#isStopped) return;
    if (status === 404 && resource.isCustom) return this.#absent();
    this.#errors++;
    if (isListing && this.#streamsLists && isNotStreamed(error)) {
      this.#streamsLists = false;
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
    if (isForbidden && resource.isOptional) this.#isSynced = true;
    const backoffMs = this.#backoff.next(clock.now());
    const askedForMs = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
    const waitMs = Math.max(backoffMs, Math.min(askedForMs, timing.maxRetryAfterMs));
    if (isForbidden) this.#failures.tellForbidden(error, waitMs);
    else this.#failures.tell(error, waitMs);
    this.#setState(isForbidden ? 'forbidden' : 'waiting');
    await this.#sleep(waitMs);
  }

  /** The definition is not installed, at least not in this version of its group. */
  async #absent(): Promise<void> {
    const { receiver, namespace, timing, random } = this.#options;
    this.#resourceVersion = undefined;
    if (this.#collection.tryNextVersion()) return;
    // A proxy, or a server that has just been started, may say so once: objects go when it is said again.
    if (this.#wasAbsent || receiver.count(namespace) === 0) {
      receiver.beginList(namespace).end();
      receiver.flush();
      this.#isSynced = true;
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

/** What was taken for a streamed list is none: the API server is older. */
class NotStreamedError extends Error {
  override readonly name = 'NotStreamedError';
}

/**
 * An API server that cannot stream lists refuses the request (400, 422), or takes it for a watch: it sends no bookmark
 * at the end of what exists, or another one later. Then lists come in pages from now on.
 */
function isNotStreamed(error: unknown): boolean {
  if (error instanceof ApiError) return error.status === 400 || error.status === 422;
  return error instanceof NotStreamedError || error instanceof SilenceError;
}
