/** What is kept of one kind of reply. */
export interface KindConfig {
  /** Replies that are kept at most, in each worker. */
  readonly capacity: number;
  /** Seconds that one is kept at most and at least, whatever its TTLs say. */
  readonly maxTtl: number;
  readonly minTtl: number;
  /** Zones whose replies of this kind are not kept, lower-case and absolute. */
  readonly disabledZones: readonly string[];
}

/** Asked for so often, an entry is fetched again before it expires. */
export interface PrefetchConfig {
  readonly amount: number;
  /** Between two of these queries there is no more than this. */
  readonly gapMs: number;
  /** How much of its time is left then, of 100. */
  readonly percentage: number;
}

/** When replies that have expired are served (RFC 8767). */
export interface StaleConfig {
  /** For so long after they expired. */
  readonly durationMs: number;
  /** Upstream is asked first, and the stale reply sent when it fails or takes too long; or the reply is sent at once. */
  readonly mode: 'verify' | 'immediate';
  /** How long a client waits for upstream; 0 for as long as upstream takes. */
  readonly timeoutMs: number;
  /** TTL of the records, in seconds. */
  readonly replyTtl: number;
  /** So long after a failure upstream is not asked again. */
  readonly recheckMs: number;
  /** An answer is served, though stale, where upstream denies that there is one. */
  readonly preferPositive: boolean;
}

/** The `cache` line of a server block. */
export interface CacheConfig {
  /** Names below these are kept, lower-case and absolute; `undefined` for all that come. */
  readonly zones: readonly string[] | undefined;
  readonly success: KindConfig;
  readonly denial: KindConfig;
  readonly prefetch: PrefetchConfig | undefined;
  readonly stale: StaleConfig | undefined;
  /** SERVFAIL and NOTIMP are kept so long; 0 for never. */
  readonly failureMs: number;
  /** Denials without SOA are kept so long; 0 for never. */
  readonly negativeMs: number;
  /** TTLs are told as they were stored. */
  readonly keepTtl: boolean;
  /** Octets that the entries of each kind may take, in each worker; `undefined` for an amount that goes with the capacity. */
  readonly maxBytes: number | undefined;
}

const defaultCapacity = 9984;

/** CoreDNS's values, but for what is stale: that is served on failure without being asked for (RFC 8767 section 5). */
export const defaultConfig: CacheConfig = Object.freeze<CacheConfig>({
  zones: undefined,
  success: { capacity: defaultCapacity, maxTtl: 3600, minTtl: 5, disabledZones: [] },
  denial: { capacity: defaultCapacity, maxTtl: 1800, minTtl: 5, disabledZones: [] },
  prefetch: undefined,
  stale: {
    durationMs: 3_600_000,
    mode: 'verify',
    timeoutMs: 300,
    replyTtl: 30,
    recheckMs: 5000,
    preferPositive: false,
  },
  failureMs: 5000,
  negativeMs: 0,
  keepTtl: false,
  maxBytes: undefined,
});

const bytesPerEntry = 1024;
const leastBytes = 4 * 1024 * 1024;

/** Octets that so many entries may take where the Corefile does not say: most have a fifth of a KiB, and few have many. */
export function bytesFor(capacity: number): number {
  return Math.max(capacity * bytesPerEntry, leastBytes);
}
