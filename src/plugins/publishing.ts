/** How the sub-command `publish` has zones brought into step. */
export interface PublishOptions {
  /** Zones are kept in step until this is resolved, with a log; without it they are compared once. */
  readonly until?: Promise<unknown> | undefined;
  /** Nothing is changed; what would be is given to `print`. */
  readonly isDryRun: boolean;
  /** In place of `max_removals`, as it is written there; throws for what is none. */
  readonly maxRemovals: string | undefined;
  /** Takes whole lines. */
  readonly print: (text: string) => unknown;
}

/** What came of it. */
export interface Publishing {
  /** RRsets that were changed, or would be. */
  readonly changes: number;
  /** Why zones were not brought into step, and hosts that a server refuses: a line each, for people. */
  readonly failures: readonly string[];
}
