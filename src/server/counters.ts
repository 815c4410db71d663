/**
 * Counters of one worker in shared memory: the worker alone writes them, the main thread reads them when it is asked.
 * An increment is a plain store into a typed array.
 */
export const counter = {
  /** Messages that got no reply because they were no queries. */
  dropped: 0,
  /** Bare FORMERR, NOTIMP and BADVERS. */
  malformed: 1,
  /** No server block has the zone, or the class is not served. */
  refused: 2,
  /** Handlers that threw. */
  panics: 3,
  truncated: 4,
  /** TCP connections that were accepted. */
  connections: 5,
  /** TCP connections that were closed because a time-out or limit was reached. */
  closedConnections: 6,
  /** Datagrams that the kernel did not take. */
  sendErrors: 7,
  /** Log lines that nobody could take. */
  droppedLogLines: 8,
  /** TLS connections that ended before their handshake was complete, or whose client was refused by its certificate. */
  failedHandshakes: 9,
} as const;

/** Numbers that every worker has; behind them stand the series of `prometheus` (metrics/layout.ts). */
export const counterCount = 10;

export type Counters = Float64Array;

/** Memory for the counters of one worker, with so many numbers behind them. */
export function makeCounters(more = 0): SharedArrayBuffer {
  return makeNumbers(counterCount + more);
}

/** Memory for so many numbers of one worker. */
export function makeNumbers(count: number): SharedArrayBuffer {
  return new SharedArrayBuffer(count * Float64Array.BYTES_PER_ELEMENT);
}
