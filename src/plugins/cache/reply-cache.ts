import { headerFlag, rcode } from '../../wire/codes.ts';
import { extendedError } from '../../wire/extended-error.ts';
import type { Query } from '../../wire/query.ts';
import type { Handler, HandlerEnvironment, Outcome } from '../plugin.ts';
import type { CacheConfig } from './config.ts';
import { noError, writeCachedReply } from './message/cached-reply.ts';
import { cacheSeries } from './meter.ts';
import { isDue } from './refresh/popularity.ts';
import { Refresher, type Verdict } from './refresh/refresher.ts';
import { ReplyStores } from './reply-stores.ts';
import { entry } from './store/entry.ts';
import type { Store } from './store/store.ts';
import { maxTicks, secondsOf, TickClock, ticksOf } from './store/ticks.ts';

/** What was found for a query: it holds, it has expired and may be served on failure, or there is nothing. */
type Found = 'fresh' | 'stale' | 'nothing';

/** So long after a prefetch failed there is none, where nothing stale is served that has a time of its own. */
const prefetchRecheckMs = 5000;
/** Ticks that nothing still holds. */
const nothingLeft = -maxTicks;

/**
 * The cache of one server block in one worker.
 *
 *     fresh ────────────────────────────────────────────────────────────► reply
 *     stale ─► is refreshed, for a client's patience ─► fresh, or stale ─► reply
 *     failed a moment ago ──────────────────────────────────────────────► SERVFAIL
 *     nothing ─► next plugin ─► kept ───────────────────────────────────► reply
 *
 * A hit allocates nothing. All times are in ticks.
 */
export class ReplyCache {
  readonly #config: CacheConfig;
  readonly #next: Handler;
  readonly #stores: ReplyStores;
  readonly #refresher: Refresher;
  readonly #counters: Float64Array;
  readonly #ticks: TickClock;
  /** For how long what has expired may be served; below 0 for not at all. */
  readonly #staleTicks: number;
  readonly #ttl = { age: 0, fixed: -1 };
  /** What `#lookUp` found. */
  #store: Store;
  #address = -1;

  constructor(config: CacheConfig, environment: HandlerEnvironment, next: Handler) {
    this.#config = config;
    this.#ticks = new TickClock(environment.clock);
    this.#staleTicks = config.stale === undefined ? -1 : ticksOf(config.stale.durationMs);
    this.#next = next;
    this.#counters = environment.counters ?? new Float64Array(cacheSeries.length);
    this.#stores = new ReplyStores(config, environment.clock, this.#ticks, this.#counters);
    this.#store = this.#stores.successes;
    const { stale } = config;
    this.#refresher = new Refresher({
      clock: environment.clock,
      logger: environment.logger,
      next,
      timeoutMs: stale?.mode === 'verify' ? stale.timeoutMs : 0,
      onBegin: () => this.#counters[cacheSeries.prefetches]!++,
      keep: (query, length) => this.#refreshed(query, length),
    });
  }

  /** Answers with what is kept, or what the next plugin says. Needs `query.readName()`. */
  answer(query: Query): Outcome {
    this.#counters[cacheSeries.requests]!++;
    if (!this.#stores.key.read(query)) return this.#next(query);
    const now = this.#ticks.now();
    const found = this.#lookUp(now);
    if (found === 'fresh') return this.#hit(query, now);
    // Who wants no recursion is told what is known; what the next plugin knows without is nothing for others.
    if ((query.bytes[query.start + 2]! & headerFlag.RD) === 0) return this.#next(query);
    if (found === 'stale') return this.#answerStale(query, now);
    return this.#findFailure(now) ? this.#hit(query, now) : this.#miss(query, now);
  }

  close(): void {
    this.#refresher.close();
  }

  /** Looks for the question of the key: an answer first, which a denial has taken the place of where one came later. */
  #lookUp(now: number): Found {
    const stores = this.#stores;
    const staleTicks = this.#staleTicks;
    const success = stores.find(stores.successes, now);
    const successLeft = success < 0 ? nothingLeft : stores.left(stores.successes, success, now);
    if (successLeft > 0) return this.#found(stores.successes, success, 'fresh');
    const isUsable = successLeft > -staleTicks;
    if (isUsable && this.#config.stale?.preferPositive) return this.#found(stores.successes, success, 'stale');
    const denial = stores.find(stores.denials, now);
    const denialLeft = denial < 0 ? nothingLeft : stores.left(stores.denials, denial, now);
    if (denialLeft > 0) return this.#found(stores.denials, denial, 'fresh');
    if (isUsable) return this.#found(stores.successes, success, 'stale');
    if (denialLeft > -staleTicks) return this.#found(stores.denials, denial, 'stale');
    return 'nothing';
  }

  #findFailure(now: number): boolean {
    const { failures } = this.#stores;
    const address = this.#stores.find(failures, now);
    if (address < 0 || this.#stores.left(failures, address, now) <= 0) return false;
    this.#found(failures, address, 'fresh');
    return true;
  }

  #found(store: Store, address: number, found: Found): Found {
    this.#store = store;
    this.#address = address;
    return found;
  }

  #hit(query: Query, now: number): number {
    const { successes, failures } = this.#stores;
    const { prefetch } = this.#config;
    const isFailure = this.#store === failures;
    this.#counters[cacheSeries.hits + (this.#store === successes ? 0 : 1)]!++;
    if (prefetch !== undefined && !isFailure) {
      const view = this.#store.viewOf(this.#address);
      const at = this.#store.offsetOf(this.#address);
      if (isDue(view, at, prefetch, now)) this.#refresher.begin(this.#stores.key);
    }
    return this.#write(query, now, -1, isFailure ? extendedError.cachedError : noError);
  }

  /** Asks the next plugin. What it says at once needs no cache; it is kept where it had to wait. */
  #miss(query: Query, now: number): Outcome {
    this.#counters[cacheSeries.misses]!++;
    const { bytes, out, outStart } = query;
    const flagsAt = query.start + 3;
    const understandsAd = (bytes[flagsAt]! & headerFlag.AD) !== 0;
    // Whether it is authentic is kept for those who ask for it (RFC 6840 section 5.7).
    bytes[flagsAt]! |= headerFlag.AD;
    const outcome = this.#next(query);
    if (typeof outcome === 'number') {
      const isOverwritten = bytes === query.bytes && bytes === out && query.start === outStart;
      if (!understandsAd && !isOverwritten) query.bytes[query.start + 3]! &= ~headerFlag.AD;
      return outcome;
    }
    return outcome.then((length) => this.#finish(query, length, now, understandsAd));
  }

  #finish(query: Query, length: number, since: number, understandsAd: boolean): number {
    if (!understandsAd) query.bytes[query.start + 3]! &= ~headerFlag.AD;
    this.#stores.keep(query, length, since);
    if (length === 0) return 0;
    const { out, outStart } = query;
    if (!understandsAd && !query.dnssecOk) out[outStart + 3]! &= ~headerFlag.AD;
    if (query.recursionAvailable) out[outStart + 3]! |= headerFlag.RA;
    return length;
  }

  #answerStale(query: Query, now: number): Outcome {
    const view = this.#store.viewOf(this.#address);
    const at = this.#store.offsetOf(this.#address);
    if (now < view.getInt32(at + entry.retryAt)) return this.#writeStale(query, now);
    const refresh = this.#refresher.join(this.#stores.key);
    if (refresh === undefined || refresh.isLate || this.#config.stale?.mode === 'immediate') {
      return this.#writeStale(query, now);
    }
    query.hold();
    return refresh.verdict.then((verdict) => this.#answerWaiting(query, verdict));
  }

  /** Answers who has waited for a refresh. */
  #answerWaiting(query: Query, verdict: Verdict): Outcome {
    const now = this.#ticks.now();
    this.#stores.key.read(query);
    const found = this.#lookUp(now);
    if (found === 'fresh') return this.#write(query, now, -1, noError);
    // Preferred to denials an answer is still the one to give, whatever came but an answer.
    const isPreferred = this.#config.stale?.preferPositive === true && this.#store === this.#stores.successes;
    const isToServe = isPreferred || verdict === 'failed' || verdict === 'late';
    return found === 'stale' && isToServe ? this.#writeStale(query, now) : this.#miss(query, now);
  }

  /** Takes the reply of a refresh. Where it failed what is stale stays, and rests for a while. */
  #refreshed(query: Query, length: number): Verdict {
    const verdict = this.#stores.keep(query, length);
    if (verdict === 'kept') return verdict;
    const { stale } = this.#config;
    const recheckMs = stale?.recheckMs ?? prefetchRecheckMs;
    const now = this.#ticks.now();
    if (this.#stores.key.read(query) && this.#lookUp(now) !== 'nothing') {
      const view = this.#store.viewOf(this.#address);
      const at = this.#store.offsetOf(this.#address);
      view.setInt32(at + entry.retryAt, verdict === 'failed' ? now + ticksOf(recheckMs) : 0);
    }
    return verdict;
  }

  #writeStale(query: Query, now: number): number {
    this.#counters[cacheSeries.servedStale]!++;
    const code = this.#store.viewOf(this.#address).getUint8(this.#store.offsetOf(this.#address) + entry.code);
    const isNxdomain = (code & headerFlag.RCODE) === rcode.NXDOMAIN;
    const error = isNxdomain ? extendedError.staleNxdomain : extendedError.staleAnswer;
    return this.#write(query, now, this.#config.stale?.replyTtl ?? 0, error);
  }

  /** Writes what was found, with its TTLs as they are now, or all of `fixedTtl` seconds. */
  #write(query: Query, now: number, fixedTtl: number, error: number): number {
    const view = this.#store.viewOf(this.#address);
    const at = this.#store.offsetOf(this.#address);
    const ttl = this.#ttl;
    ttl.fixed = fixedTtl;
    ttl.age = this.#config.keepTtl ? 0 : secondsOf(now - view.getInt32(at + entry.storedAt));
    if (view.getUint8(at + entry.hasScope) !== 0) this.#stores.key.putScope(view.getUint8(at + entry.scope));
    return writeCachedReply(query, view, at, ttl, error);
  }
}
