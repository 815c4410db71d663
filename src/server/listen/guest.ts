/** A connection as its listener sees it. */
export interface Guest {
  /** It may be closed for another: nothing is in flight. */
  readonly isIdle: boolean;
  /** Monotonic milliseconds at which it is given up. */
  readonly deadline: number;
  /** Takes no more queries; closes when what was asked is answered. */
  finish(): void;
  destroy(): void;
}
