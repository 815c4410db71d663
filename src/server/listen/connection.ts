/** A connection as its listener sees it. */
export interface Connection {
  /** Queries of it are in flight: it is not closed for another. */
  readonly isBusy: boolean;
  /** It has sent a whole message, which connections that are there only to take places of others do not. */
  readonly hasAsked: boolean;
  /** Monotonic milliseconds at which it is given up. */
  readonly deadline: number;
  /** Takes no more queries; closes when what was asked is answered. */
  finish(): void;
  destroy(): void;
}
