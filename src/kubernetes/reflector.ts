import { backgroundPace, foregroundPace, TimeSlicer } from '../runtime/time-slicer.ts';
import { sleep } from '../runtime/sleep.ts';
import { ApiError, BadStreamError, describeError, SilenceError } from './api-errors.ts';
import { Collection } from './collection.ts';
import { FailureLog } from './failure-log.ts';
import { ListMode } from './list-mode.ts';
import { listInPages } from './paged-list.ts';
import { flushAll, retainListed } from './receiver.ts';
import type { ReflectorOptions, ReflectorState, ReflectorStatus } from './reflector-options.ts';
import { Retry } from './retry.ts';
import { watch, type WatchStart } from './watch.ts';
import type { WatchEvent } from './watch-events.ts';

/** Broken streams in a row, without an event, before a relist. */
const maxBrokenStreams = 3;
/** A watch without an event that ends sooner is a failure, or it would be opened again without pause. */
const minWatchMs = 1000;

/**
 * Keeps a receiver in step with one collection of an API server, as client-go's reflector does. This folder lists and watches
 * any resource, and knows nothing of what the objects are for.
 *
 *     ┌─► list ──────────► watch ◄─────────────────────┐
 *     │   streamed, or      ADDED, MODIFIED, DELETED,   │
 *     │   in pages          BOOKMARK                    │
 *     │                       └─► ended or silent ──────┤
 *     │                       └─► error ─► back-off ────┤
 *     └── relist ◄─── 410, or three broken streams ─────┘
 *
 * A relist is a difference: objects that are gone are removed when the list is complete, so that the last state is served
 * meanwhile. A streamed list is the beginning of a watch (`sendInitialEvents`), one request for both.
 *
 *     Reflector ─► listInPages, watch ─► Collection ─► request ─► ApiClient ─► Credentials
 *         │        LineSplitter          version,      timeouts   HTTP, TLS    kubeconfig, tokens
 *         │                              selectors
 *         ├─► Receiver      the objects: upsert, remove, retain (after a list), flush
 *         ├─► ListMode      stream or pages, and their size
 *         ├─► Retry         how long to wait after a failure
 *         ├─► FailureLog    each class of failure is logged once
 *         └─► TimeSlicer    many objects are taken in short slices of time
 */
export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #retry: Retry;
  readonly #stopping = new AbortController();
  readonly #collection: Collection;
  readonly #failures: FailureLog;
  readonly #listMode: ListMode;
  readonly #slicer: TimeSlicer;
  #running: Promise<void> | undefined;
  #state: ReflectorState = 'listing';
  #isSynced = false;
  /** Where the next watch begins; `undefined` before a list is complete. */
  #resourceVersion: string | undefined;
  /** Keys of the list that is under way. */
  #listed = new Set<string>();
  /** The watch that is under way is a streamed list so far. */
  #isStreaming = false;
  /** The API server has accepted the watch that is under way. */
  #isOpen = false;
  #brokenStreams = 0;
  /** The last list said that the CRD is not installed. */
  #wasAbsent = false;
  #startedMs: number | undefined;
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
    this.#slicer = new TimeSlicer(clock, signal, foregroundPace);
    this.#listMode = new ListMode(timing);
  }

  get isSynced(): boolean {
    return this.#isSynced;
  }

  get status(): ReflectorStatus {
    return {
      state: this.#state,
      isSynced: this.#isSynced,
      startedMs: this.#startedMs,
      trouble: this.#failures.last ?? (this.#isSynced ? '' : progressText(this.#listed.size)),
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

  /** Resolves when no request is under way any more. */
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
    const { receiver, timing } = this.#options;
    this.#setState('listing');
    this.#lists++;
    this.#listed = new Set();
    if (this.#listMode.isStream) return this.#watch('streamed list');
    this.#isStreaming = false;
    const list = listInPages(this.#collection, receiver, this.#listed, this.#listMode.pageSize, timing, this.#slicer);
    await this.#finishList(await list);
  }

  async #finishList(resourceVersion: string): Promise<void> {
    const { receiver, namespace, clock, onState } = this.#options;
    await retainListed(receiver, namespace, this.#listed, this.#slicer);
    if (this.#isStopped) return;
    this.#listed = new Set();
    this.#resourceVersion = resourceVersion;
    this.#wasAbsent = false;
    this.#listMode.succeeded();
    this.#lastEventMs = clock.wall();
    this.#failures.recovered();
    this.#setSynced();
    onState();
  }

  async #watch(start: WatchStart): Promise<void> {
    const { receiver, clock, timing, random } = this.#options;
    const before = this.#resourceVersion;
    let openedAt = clock.now();
    let cancelRecovered = (): void => undefined;
    this.#isOpen = false;
    this.#isStreaming = start === 'streamed list';
    if (!this.#isStreaming) this.#watches++;
    const onOpen = (): void => {
      openedAt = clock.now();
      this.#isOpen = true;
      if (this.#isStreaming) return;
      if (this.#failures.last !== undefined)
        cancelRecovered = clock.after(minWatchMs, () => this.#failures.recovered());
      this.#setState('watching');
    };
    try {
      await watch(this.#collection, start, timing, random, this.#slicer, {
        onOpen,
        onEvent: (event) => this.#takeEvent(event),
        onPause: () => flushAll(receiver, this.#slicer),
      });
    } finally {
      cancelRecovered();
    }
    if (this.#isStopped) return;
    if (this.#resourceVersion === undefined) throw new Error('the list broke off');
    if (this.#resourceVersion === before && clock.now() - openedAt < minWatchMs) {
      throw new Error('the watch ended at once, without an event');
    }
  }

  async #takeEvent(event: WatchEvent): Promise<void> {
    const { receiver, clock } = this.#options;
    if (event.type === 'ERROR') throw new ApiError(event.status, event.message, event.retryAfterMs);
    this.#lastEventMs = clock.wall();
    this.#brokenStreams = 0;
    if (event.type === 'BOOKMARK') {
      this.#lastBookmarkMs = this.#lastEventMs;
      if (this.#isStreaming) return this.#finishStreamedList(event.resourceVersion);
    } else if (event.type === 'DELETED') receiver.remove(event.object);
    else {
      const key = receiver.upsert(event.object, this.#collection.apiVersion);
      if (key !== undefined && this.#isStreaming) this.#listed.add(key);
    }
    // A list that breaks off begins anew.
    if (this.#isStreaming) return;
    this.#retry.succeeded();
    this.#failures.recovered();
    this.#resourceVersion = event.resourceVersion;
  }

  async #finishStreamedList(resourceVersion: string): Promise<void> {
    await this.#finishList(resourceVersion);
    this.#isStreaming = false;
    this.#watches++;
    this.#setState('watching');
  }

  async #recover(error: unknown): Promise<void> {
    const { api, resource, clock } = this.#options;
    const status = error instanceof ApiError ? error.status : undefined;
    if (this.#isStopped) return;
    if (status === 404 && resource.isCustom) return this.#retryAbsent();
    if (this.#retriesAtOnce(error)) return;
    if (status === 401) api.reloadCredentials();
    if (this.#mustRelist(error)) this.#resourceVersion = undefined;
    if (status === 403 && resource.isOptional) this.#setSynced();
    const now = clock.now();
    if (status === 410 && this.#retry.relistsAtOnce(now)) {
      this.#failures.expected('the resourceVersion has expired; everything is listed again');
      return;
    }
    const waitMs = this.#retry.next(error, now, !this.#isSynced);
    this.#failures.failed(error, api.redact(describeError(error)), waitMs);
    this.#setState(status === 403 ? 'forbidden' : 'waiting');
    await sleep(clock, waitMs, this.#stopping.signal);
  }

  /** Whether the next attempt is another one, which needs no back-off. Counts the error. */
  #retriesAtOnce(error: unknown): boolean {
    const isListing = this.#resourceVersion === undefined;
    if (error instanceof SilenceError && this.#isOpen && !isListing) {
      // A dead connection, or a collection without events: they cannot be told apart (see `watchdogMs`).
      this.#failures.expected(`${error.message}; the watch is opened again`);
      return true;
    }
    this.#errors++;
    if (!isListing || !this.#listMode.changeAfter(error)) return false;
    // Pages instead of a stream count as the same list.
    if (this.#isStreaming) this.#lists--;
    return true;
  }

  /** 410: the resourceVersion has expired. Other refusals of a watch that are not about the client mean the same. */
  #mustRelist(error: unknown): boolean {
    if (error instanceof ApiError) return [400, 404, 410].includes(error.status);
    if (!(error instanceof BadStreamError) || this.#resourceVersion === undefined) return false;
    this.#brokenStreams = (this.#brokenStreams + 1) % maxBrokenStreams;
    return this.#brokenStreams === 0;
  }

  /** The CRD is not installed, at least not in this version of its group. */
  async #retryAbsent(): Promise<void> {
    const { receiver, namespace, clock, timing, random } = this.#options;
    this.#resourceVersion = undefined;
    this.#retry.answered();
    if (this.#collection.tryNextVersion()) return;
    // A proxy, or an API server that has just started, may say so by mistake: objects are removed the second time.
    if (this.#wasAbsent || receiver.count(namespace) === 0) {
      await retainListed(receiver, namespace, new Set(), this.#slicer);
      this.#setSynced();
    }
    this.#failures.notInstalled(timing.absentRetryMs, !this.#wasAbsent);
    this.#wasAbsent = true;
    this.#setState('absent');
    await sleep(clock, timing.absentRetryMs * (0.9 + 0.2 * random()), this.#stopping.signal);
  }

  #setSynced(): void {
    this.#isSynced = true;
    // From now on queries go first.
    this.#slicer.pace = backgroundPace;
  }

  #setState(state: ReflectorState): void {
    this.#state = state;
    this.#options.onState();
  }

  get #isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }
}

function progressText(listed: number): string {
  return listed > 0 ? `${listed} objects have come so far` : 'no answer yet';
}
