import type { Clock } from '../../runtime/clock.ts';
import type { Family } from '../../runtime/metrics/family.ts';
import type { Point } from './api.ts';
import { Counters } from './counters.ts';
import { quantile, type Buckets } from './quantile.ts';

const everyMs = 1000;
/** Between two samples the thread has so many times the duration of one for other things. */
const restFactor = 50;
/** Time that is remembered. */
export const spanMs = 600_000;

/** What was counted up to a moment. */
interface Reading {
  readonly atMs: number;
  readonly codes: ReadonlyMap<string, number>;
  readonly durations: Buckets;
  readonly cacheHits: number;
  readonly cacheMisses: number;
}

/** What the metrics counted in the last ten minutes, second by second: 600 points at most. */
export class History {
  readonly #families: () => readonly Family[];
  readonly #clock: Clock;
  #points: Point[] = [];
  #last: Reading | undefined;
  #cancel = (): void => undefined;

  /** `families` gives those that there are now: a reload may bring others. */
  constructor(families: () => readonly Family[], clock: Clock) {
    this.#families = families;
    this.#clock = clock;
  }

  /** Takes samples from now on. */
  start(): void {
    const began = this.#clock.now();
    this.#sample();
    const tookMs = this.#clock.now() - began;
    this.#cancel = this.#clock.after(Math.max(everyMs, restFactor * tookMs), () => this.start());
  }

  stop(): void {
    this.#cancel();
  }

  /** The points that end behind a time, the oldest first. */
  since(ms: number): readonly Point[] {
    return this.#points.filter(({ atMs }) => atMs > ms);
  }

  #sample(): void {
    const now = readingOf(new Counters(this.#families()), this.#clock.wall());
    const last = this.#last;
    this.#last = now;
    // The clock may have been set back.
    if (!last || now.atMs <= last.atMs) return;
    this.#points.push(pointOf(last, now));
    const first = this.#points.findIndex(({ atMs }) => atMs > now.atMs - spanMs && atMs <= now.atMs);
    if (first > 0) this.#points = this.#points.slice(first);
  }
}

function readingOf(counters: Counters, atMs: number): Reading {
  return {
    atMs,
    codes: counters.byLabel('coredns_dns_responses_total', 'rcode'),
    durations: counters.buckets('coredns_dns_request_duration_seconds'),
    cacheHits: counters.sum('coredns_cache_hits_total'),
    cacheMisses: counters.sum('coredns_cache_misses_total'),
  };
}

function pointOf(last: Reading, now: Reading): Point {
  const seconds = (now.atMs - last.atMs) / 1000;
  const rate = (before: number, after: number): number => increase(before, after) / seconds;
  const codes = Array.from(now.codes, ([code, count]) => [code, rate(last.codes.get(code) ?? 0, count)] as const);
  const durations = new Map(
    Array.from(now.durations, ([bound, count]) => [bound, increase(last.durations.get(bound) ?? 0, count)]),
  );
  const inMs = (share: number): number | null => {
    const inSeconds = quantile(durations, share);
    return inSeconds === undefined ? null : inSeconds * 1000;
  };
  return {
    atMs: now.atMs,
    codes: Object.fromEntries(codes.filter(([, value]) => value > 0)),
    p50Ms: inMs(0.5),
    p99Ms: inMs(0.99),
    cacheHits: rate(last.cacheHits, now.cacheHits),
    cacheMisses: rate(last.cacheMisses, now.cacheMisses),
  };
}

/** A counter that is lower than it was has begun anew: a reload has taken a server block away. */
function increase(before: number, after: number): number {
  return after >= before ? after - before : after;
}
