/** A TCP or TLS connection as its listener sees it. */
export interface Connection {
  /** It has queries in flight, and is not closed to make room for another. */
  readonly isBusy: boolean;
  /** It has sent a whole message, unlike connections that only occupy places. */
  readonly hasQueried: boolean;
  /** Monotonic milliseconds at which it times out. */
  readonly deadline: number;
  /** Takes no more queries; closes when those in flight are answered. */
  finish(): void;
  destroy(): void;
}
