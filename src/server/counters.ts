/**
 * Counters of one worker in shared memory: the worker alone writes them, the main thread reads them when it is asked.
 * An increment is a plain store into a typed array.
 */
export const counter = {
  udpQueries: 0,
  tcpQueries: 1,
  tlsQueries: 2,
  /** Messages that got no reply because they were no queries. */
  dropped: 3,
  /** Bare FORMERR, NOTIMP and BADVERS. */
  malformed: 4,
  /** No server block has the zone, or the class is not served. */
  refused: 5,
  /** Handlers that threw. */
  panics: 6,
  truncated: 7,
  /** TCP connections that were accepted. */
  connections: 8,
  /** TCP connections that were closed because a time-out or limit was reached. */
  closedConnections: 9,
  /** Datagrams that the kernel did not take. */
  sendErrors: 10,
  /** Replies by response code: 16 counters from here. */
  replies: 11,
  /** Log lines that nobody could take. */
  droppedLogLines: 27,
  /** TLS connections that ended before their handshake was complete, or whose client was refused by its certificate. */
  failedHandshakes: 28,
} as const;

/** Numbers that every worker has; behind them stand the series of `prometheus` (metrics/layout.ts). */
export const counterCount = 29;

export type Counters = Float64Array;

/** Memory for the counters of one worker, with so many numbers behind them. */
export function makeCounters(more = 0): SharedArrayBuffer {
  return new SharedArrayBuffer((counterCount + more) * Float64Array.BYTES_PER_ELEMENT);
}

/** Sum of one counter over all workers. */
export function total(workers: readonly SharedArrayBuffer[], index: number): number {
  return workers.reduce((sum, memory) => sum + new Float64Array(memory)[index]!, 0);
}
