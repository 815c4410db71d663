import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { SourceState } from '../source.ts';
import { ApiError, BadStreamError, PageTooLargeError, type ApiClient, type ApiResponse } from './api-client.ts';
import { Backoff } from './backoff.ts';
import { exchange } from './exchange.ts';
import { LineSplitter } from './lines.ts';
import { parseJson, readEvent, readPage, type Page } from './messages.ts';
import type { Receiver } from './receiver.ts';
import { apiVersionOf, collectionPath, type Resource } from './resource.ts';
import type { ReflectorTiming } from './timing.ts';

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
/** A list of more pages than this never ends. */
const maxPages = 100_000;
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
 * it runs. Lists ask for the latest state and not, as client-go's first one, for any: only then the API server heeds
 * the size of a page, and time never goes backwards.
 */
export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #backoff: Backoff;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #state: SourceState = 'listing';
  #isSynced = false;
  #resourceVersion: string | undefined;
  #version = 0;
  #pageSize: number;
  #brokenStreams = 0;
  #wasAbsent = false;
  #lastFailure: string | undefined;
  #lastEventMs: number | undefined;
  #lastBookmarkMs: number | undefined;
  #lists = 0;
  #watches = 0;
  #errors = 0;

  constructor(options: ReflectorOptions) {
    const { minBackoffMs, maxBackoffMs, resetBackoffMs, pageSize } = options.timing;
    this.#options = options;
    this.#backoff = new Backoff(minBackoffMs, maxBackoffMs, resetBackoffMs, options.random);
    this.#pageSize = pageSize;
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
        else await this.#watch(this.#resourceVersion);
      } catch (error) {
        await this.#recover(error);
      }
    }
  }

  async #list(): Promise<void> {
    const { receiver, namespace } = this.#options;
    this.#setState('listing');
    this.#lists++;
    const apiVersion = apiVersionOf(this.#versionPath);
    const seen = new Set<string>();
    let resourceVersion: string | undefined;
    let next = '';
    for (let pages = 0; pages === 0 || next !== ''; pages++) {
      if (pages === maxPages) throw new BadStreamError(`a list has more than ${maxPages} pages`);
      const page = await this.#page(next);
      if (this.#isStopped) return;
      for (const item of page.items) {
        const key = receiver.upsert(item, apiVersion);
        if (key !== undefined) seen.add(key);
      }
      receiver.flush();
      resourceVersion = page.resourceVersion;
      next = page.next;
    }
    receiver.retain(namespace, seen);
    receiver.flush();
    this.#resourceVersion = resourceVersion;
    this.#wasAbsent = false;
    this.#isSynced = true;
    this.#lastEventMs = this.#options.clock.wall();
    this.#options.onState();
  }

  async #page(next: string): Promise<Page> {
    const { responseTimeoutMs, maxPageBytes } = this.#options.timing;
    const query = { limit: String(this.#pageSize), continue: next };
    return this.#request(query, responseTimeoutMs, async (response) => readPage(response.body, maxPageBytes));
  }

  async #watch(from: string): Promise<void> {
    const { random, clock, timing } = this.#options;
    this.#watches++;
    const query = {
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: from,
      // Replicas that were started together shall not come back together.
      timeoutSeconds: String(300 + Math.floor(random() * 300)),
    };
    await this.#request(query, timing.watchdogMs, async (response) => {
      const openedAt = clock.now();
      this.#setState('watching');
      const lines = new LineSplitter(timing.maxLineBytes);
      for await (const chunk of response.body) {
        if (this.#isStopped) return;
        try {
          for (const line of lines.push(chunk)) this.#event(line);
        } finally {
          this.#options.receiver.flush();
        }
      }
      if (this.#resourceVersion === from && clock.now() - openedAt < minWatchMs) {
        throw new Error('the watch ended at once, without an event');
      }
    });
  }

  /** A GET of the collection; the body of the answer may be silent for `silenceMs` at the most. */
  #request<Result>(
    query: Readonly<Record<string, string>>,
    silenceMs: number,
    read: (response: ApiResponse) => Promise<Result>,
  ): Promise<Result> {
    const { resource, namespace, labelSelector, api, clock, timing } = this.#options;
    const { fieldSelector } = resource;
    const path = collectionPath(resource, this.#versionPath, namespace, { ...query, labelSelector, fieldSelector });
    const { signal } = this.#stopping;
    const options = { api, clock, responseTimeoutMs: timing.responseTimeoutMs, signal };
    return exchange(options, path, silenceMs, (response) => {
      this.#succeeded();
      return read(response);
    });
  }

  #event(line: string): void {
    const { receiver, clock } = this.#options;
    const event = readEvent(parseJson(line));
    if (event.type === 'ERROR') throw new ApiError(event.status, event.message, event.retryAfterMs);
    const now = clock.wall();
    this.#lastEventMs = now;
    if (event.type === 'BOOKMARK') this.#lastBookmarkMs = now;
    else if (event.type === 'DELETED') receiver.remove(event.object);
    else receiver.upsert(event.object, apiVersionOf(this.#versionPath));
    this.#resourceVersion = event.resourceVersion;
    this.#brokenStreams = 0;
  }

  async #recover(error: unknown): Promise<void> {
    const { api, resource, clock, timing } = this.#options;
    const status = error instanceof ApiError ? error.status : undefined;
    const isListing = this.#resourceVersion === undefined;
    if (this.#isStopped) return;
    if (status === 404 && resource.isCustom) return this.#absent();
    this.#errors++;
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
    this.#logFailure(error, isForbidden, waitMs);
    this.#setState(isForbidden ? 'forbidden' : 'waiting');
    await this.#sleep(waitMs);
  }

  /** The definition is not installed, at least not in this version of its group. */
  async #absent(): Promise<void> {
    const { resource, receiver, namespace, timing, random, logger, title } = this.#options;
    this.#resourceVersion = undefined;
    this.#version = (this.#version + 1) % resource.versions.length;
    if (this.#version !== 0) return;
    // A proxy, or a server that has just been started, may say so once: objects go when it is said again.
    if (this.#wasAbsent || receiver.count(namespace) === 0) {
      receiver.retain(namespace, new Set());
      receiver.flush();
      this.#isSynced = true;
    }
    if (!this.#wasAbsent) {
      const again = `asked again every ${timing.absentRetryMs / 1000} s`;
      logger.warning(`${title}: the definition (CRD) is not installed; there are none, and it is ${again}`);
    }
    this.#wasAbsent = true;
    this.#lastFailure = 'absent';
    this.#setState('absent');
    await this.#sleep(timing.absentRetryMs * (0.9 + 0.2 * random()));
  }

  #logFailure(error: unknown, isForbidden: boolean, waitMs: number): void {
    const { logger, title, resource } = this.#options;
    const text = errorText(error);
    const isNews = this.#lastFailure !== (isForbidden ? 'forbidden' : text);
    this.#lastFailure = isForbidden ? 'forbidden' : text;
    const again = `trying again in ${(waitMs / 1000).toFixed(1)} s`;
    const without = isForbidden && resource.isOptional ? 'may not be read, the rest is served: ' : '';
    if (isNews) logger.warning(`${title}: ${without}${text}; ${again}`);
    else if (logger.debugs) logger.debug(`${title}: ${text}; ${again}`);
  }

  #succeeded(): void {
    const { logger, title } = this.#options;
    if (this.#lastFailure !== undefined) logger.info(`${title}: the API server answers again`);
    this.#lastFailure = undefined;
  }

  #setState(state: SourceState): void {
    this.#state = state;
    this.#options.onState();
  }

  #sleep(ms: number): Promise<void> {
    const { signal } = this.#stopping;
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.#options.clock.after(ms, done);
      signal.addEventListener('abort', done, { once: true });
      if (signal.aborted) done();
    });
  }

  get #isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  get #versionPath(): string {
    return this.#options.resource.versions[this.#version]!;
  }
}

function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  return error.message === '' && typeof code === 'string' ? code : error.message;
}
