import type { LogLevel } from '../../runtime/logger.ts';

export interface ErrorsConfig {
  /** In file order; the first that matches counts. */
  readonly consolidations: readonly Consolidation[];
}

/** Errors that are counted and logged in one line per period. */
export interface Consolidation {
  readonly periodMs: number;
  /** A regular expression of RE2, tried on the reason. */
  readonly pattern: string;
  readonly level: LogLevel;
  /** Whether the first error of a period is logged in full. */
  readonly showsFirst: boolean;
}
