/** Times and limits of a reflector. */
export interface ReflectorTiming {
  /**
   * A watch that is silent for so long is cut. An API server sends a bookmark every 60 to 75 seconds, so a connection without
   * one for longer is dead, even if nobody has said so. It sends none for a collection in which nothing has happened since
   * its own start: such a watch is opened again from its resourceVersion. That cannot be told from a dead connection
   * (HTTP/1.1 has no ping), and a longer limit would leave dead ones unnoticed.
   */
  readonly watchdogMs: number;
  /** For the head of an answer, and between the chunks of a page. */
  readonly responseTimeoutMs: number;
  /**
   * Between the chunks of a streamed list. It ends with a bookmark that some API servers send late, or never, while they are
   * busy; pages have no such end.
   */
  readonly streamSilenceMs: number;
  /** Between attempts while the CRD is not installed. */
  readonly absentRetryMs: number;
  readonly minBackoffMs: number;
  readonly maxBackoffMs: number;
  /** The longest back-off before the first list. */
  readonly maxFirstBackoffMs: number;
  /** The longest back-off while nothing listens at the address: to find that out costs nobody anything. */
  readonly maxUnreachableBackoffMs: number;
  /** Without failures for so long, the back-off begins anew. */
  readonly resetBackoffMs: number;
  /** Retry-After is honoured up to this limit. */
  readonly maxRetryAfterMs: number;
  /** The same before the first list. */
  readonly maxFirstRetryAfterMs: number;
  /**
   * Lists are streamed (KEP-3157) if the API server supports that, else listed in pages. Pages are faster where there is
   * little to list, and cost the API server less; a stream takes a fifth less of our memory.
   */
  readonly streamsLists: boolean;
  /** Objects in a page. */
  readonly pageSize: number;
  /** A page is parsed in one piece: one that is longer is asked for again with half as many objects. */
  readonly maxPageBytes: number;
  /** For an event of a watch: API servers take objects of up to 3 MiB. */
  readonly maxLineBytes: number;
}

export const defaultTiming: ReflectorTiming = {
  watchdogMs: 90_000,
  responseTimeoutMs: 30_000,
  streamSilenceMs: 3000,
  absentRetryMs: 10_000,
  minBackoffMs: 800,
  maxBackoffMs: 30_000,
  maxFirstBackoffMs: 5000,
  maxUnreachableBackoffMs: 5000,
  resetBackoffMs: 120_000,
  maxRetryAfterMs: 300_000,
  maxFirstRetryAfterMs: 10_000,
  streamsLists: true,
  pageSize: 500,
  maxPageBytes: 8 * 1024 * 1024,
  maxLineBytes: 8 * 1024 * 1024,
};
