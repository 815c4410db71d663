import type {
  BlockChange,
  HostPage as InspectedHosts,
  LeftOutPage as InspectedLeftOut,
  ServerStatus,
} from '../inspection.ts';

/*
 * What the page asks for, below /api/: all with GET, as JSON, but `explain`, which is text. Times are Unix times in
 * milliseconds. An error is `{ "error": TEXT }`.
 *
 *     status                                 Status
 *     hosts?q=&zone=&namespace=&source=&export=&answer=&type=&offset=&limit=      HostPage
 *     explain?name=&type=&client=&namespace=&meshed=                              text
 *     history?since=MS                       History, its points behind that time
 *     upstreams                              Upstream[]
 *     changes                                BlockChange[]
 *     left-out?q=&reason=&offset=&limit=     LeftOutPage
 *     configuration                          Configuration
 */
export type Status = ServerStatus;
export type HostPage = InspectedHosts;
export type LeftOutPage = InspectedLeftOut;
export type Change = BlockChange;

/** What was counted from one sample to the next. Rates are per second. */
export interface Point {
  /** Its end. */
  readonly atMs: number;
  /** Replies by response code: `NOERROR`. Those that did not come are missing. */
  readonly codes: Readonly<Record<string, number>>;
  /** Estimated of the buckets in which durations are counted, in milliseconds; `null` where nothing was answered. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly cacheHits: number;
  readonly cacheMisses: number;
}

export interface History {
  readonly nowMs: number;
  /** Time that is remembered. */
  readonly spanMs: number;
  readonly points: readonly Point[];
}

/** An upstream, over all server blocks and workers that are counted; counts are since the start. */
export interface Upstream {
  readonly address: string;
  readonly state: 'up' | 'partly down' | 'down' | 'turned off';
  readonly requests: number;
  readonly failures: number;
  readonly failedProbes: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

export interface Configuration {
  /** SHA-512 of what it says, '' where it is not known. */
  readonly hash: string;
  readonly loadedMs: number;
  /** `text` is `null` where there is too much of it. */
  readonly files: readonly { readonly path: string; readonly text: string | null }[];
}
