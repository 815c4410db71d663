/** Times and limits of a reflector. */
export interface ReflectorTiming {
  /**
   * A watch that is silent for so long is cut. An API server sends a bookmark every 60 to 75 seconds, so a connection
   * without one for longer is dead, though nobody may have said so. It sends none for a collection of which nothing has
   * happened since its own start: such a watch is opened again once, from where it was. That cannot be told from a dead
   * connection (HTTP/1.1 has no ping), and a longer limit would leave dead ones unnoticed.
   */
  readonly watchdogMs: number;
  /** For the head of an answer, and between the octets of a list. */
  readonly responseTimeoutMs: number;
  /**
   * Between the octets of a streamed list. Its end is a bookmark that some API servers send late, or never, while they are
   * busy; pages do not wait for one.
   */
  readonly streamSilenceMs: number;
  /** Between questions whether a definition has been installed. */
  readonly absentRetryMs: number;
  readonly minBackoffMs: number;
  readonly maxBackoffMs: number;
  /** The longest back-off before the first list. */
  readonly maxFirstBackoffMs: number;
  /** The longest back-off where nobody listens: to find that out costs nobody anything. */
  readonly maxRefusedBackoffMs: number;
  /** Without failures for so long, the back-off begins anew. */
  readonly resetBackoffMs: number;
  /** Of Retry-After nothing beyond this is heeded. */
  readonly maxRetryAfterMs: number;
  /** The same before the first list. */
  readonly maxFirstRetryAfterMs: number;
  /**
   * Lists are streamed (KEP-3157) where the API server can do that; else, and where it cannot, they come in pages. Pages are
   * there sooner where there is little to list, and cost the API server less; a stream takes a fifth of our memory less.
   */
  readonly streamsLists: boolean;
  /** Objects that are asked for at once. */
  readonly pageSize: number;
  readonly maxPageBytes: number;
  /** Of an event in a watch, or an object in a page: an API server takes none of more than 3 MiB. */
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
  maxRefusedBackoffMs: 5000,
  resetBackoffMs: 120_000,
  maxRetryAfterMs: 300_000,
  maxFirstRetryAfterMs: 10_000,
  streamsLists: true,
  pageSize: 500,
  maxPageBytes: 64 * 1024 * 1024,
  maxLineBytes: 8 * 1024 * 1024,
};
