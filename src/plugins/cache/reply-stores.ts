import type { Clock } from '../../runtime/clock.ts';
import { writeUint32 } from '../../wire/message.ts';
import type { Query } from '../../wire/query.ts';
import { zoneList } from '../../wire/zone-map.ts';
import { bytesFor, type CacheConfig } from './config.ts';
import { readStorable, type KeepingRules, type ReplyKind } from './message/storable-reply.ts';
import { cacheSeries, slotOf } from './meter.ts';
import type { Verdict } from './refresh/refresher.ts';
import { entry } from './store/entry.ts';
import { QuestionKey } from './store/question-key.ts';
import { Store } from './store/store.ts';
import { maxTicks, type TickClock } from './store/ticks.ts';

/** Questions whose failure is remembered: enough for what clients repeat, and bounded (RFC 9520 section 3.2). */
const maxFailures = 2048;
const failureBytes = 512 * 1024;

/**
 * What is kept, by kind: denials and failures never make room for each other's sake, nor for that of answers. A question has
 * an answer or a denial, the one that came last; a failure may stand beside what has expired.
 */
export class ReplyStores {
  readonly key = new QuestionKey();
  readonly successes: Store;
  readonly denials: Store;
  readonly failures: Store;
  readonly #rules: KeepingRules;
  readonly #keepsSuccess: boolean;
  readonly #disabled: Readonly<Record<ReplyKind, ReturnType<typeof zoneList>>>;
  readonly #counters: Float64Array;
  readonly #clock: Clock;
  readonly #ticks: TickClock;

  constructor(config: CacheConfig, clock: Clock, ticks: TickClock, counters: Float64Array) {
    const { success, denial, maxBytes, failureMs, negativeMs, stale } = config;
    const storeOf = (kind: ReplyKind, entries: number, bytes: number): Store =>
      new Store({ entries, bytes }, () => counters[cacheSeries.evictions + slotOf(kind)]!++);
    this.successes = storeOf('success', success.capacity, maxBytes ?? bytesFor(success.capacity));
    this.denials = storeOf('denial', denial.capacity, maxBytes ?? bytesFor(denial.capacity));
    this.failures = storeOf('failure', maxFailures, failureBytes);
    this.#rules = {
      success: { min: success.minTtl, max: success.maxTtl },
      denial: { min: denial.minTtl, max: denial.maxTtl },
      failureTtl: Math.ceil(failureMs / 1000),
      negativeTtl: Math.ceil(negativeMs / 1000),
    };
    this.#keepsSuccess = stale?.preferPositive === true;
    const denied = zoneList(denial.disabledZones);
    this.#disabled = { success: zoneList(success.disabledZones), denial: denied, failure: denied };
    this.#counters = counters;
    this.#clock = clock;
    this.#ticks = ticks;
    this.#countEntries();
  }

  /** The address of the entry for the key's question: what is for the client's subnet comes before what is for all. */
  find(store: Store, now: number): number {
    const { key } = this;
    if (key.hasSubnet) {
      key.useScope(true);
      const scoped = store.find(key, now);
      if (scoped >= 0) return scoped;
      key.useScope(false);
    }
    return store.find(key, now);
  }

  /** Ticks that an entry still holds; 0 and below when it has expired. */
  left(store: Store, address: number, now: number): number {
    const view = store.viewOf(address);
    const at = store.offsetOf(address);
    return view.getInt32(at + entry.lifetime) - (now - view.getInt32(at + entry.storedAt));
  }

  /**
   * Stores the reply that stands in the query's `out`, where it may be kept, and has it say the TTLs that were stored. Of those
   * who waited for the same reply the first stores it: what was stored at tick `since` or later stays.
   */
  keep(query: Query, length: number, since = maxTicks): Verdict {
    if (length === 0) return 'failed';
    const { key } = this;
    const now = this.#ticks.now();
    const message = query.out.subarray(query.outStart, query.outStart + length);
    const reply = readStorable(query, message, this.#rules, Math.floor(this.#clock.wall() / 1000));
    if (!key.read(query)) return 'other';
    if (typeof reply === 'string') {
      if (reply === 'mismatch') this.#counters[cacheSeries.drops]!++;
      // Upstream knows better by now, though nothing says for how long.
      if (reply === 'no soa') {
        this.#counters[cacheSeries.withoutSoa]!++;
        this.#forget(this.denials, now);
        if (!this.#keepsSuccess) this.#forget(this.successes, now);
        this.#countEntries();
      }
      return reply === 'error' ? 'failed' : 'other';
    }
    const { kind } = reply;
    const isDisabled = this.#disabled[kind].contains(query);
    if (kind === 'failure') {
      if (!isDisabled) this.failures.put(key, reply, now);
      this.#countEntries();
      return 'failed';
    }
    if (isDisabled) return 'other';
    for (const [i, offset] of reply.ttlOffsets.entries())
      writeUint32(message, reply.tailStart + offset, reply.ttls[i]!);
    const store = kind === 'success' ? this.successes : this.denials;
    if (this.#isStoredSince(store, since)) return 'kept';
    this.#forget(this.failures, now);
    if (kind === 'success') this.#forget(this.denials, now);
    else if (!this.#keepsSuccess) this.#forget(this.successes, now);
    key.useScope(reply.scope > 0);
    const address = store.put(key, reply, now);
    this.#countEntries();
    return address < 0 ? 'other' : 'kept';
  }

  #isStoredSince(store: Store, since: number): boolean {
    const address = this.find(store, since);
    return address >= 0 && store.viewOf(address).getInt32(store.offsetOf(address) + entry.storedAt) >= since;
  }

  /** Forgets what a store has for the key's question. */
  #forget(store: Store, now: number): void {
    const { key } = this;
    if (key.hasSubnet) {
      key.useScope(true);
      store.delete(key, now);
      key.useScope(false);
    }
    store.delete(key, now);
  }

  #countEntries(): void {
    this.#counters[cacheSeries.entries] = this.successes.size;
    this.#counters[cacheSeries.entries + 1] = this.denials.size + this.failures.size;
  }
}
