import type { Cidr } from '../../wire/network.ts';

/** How endpoints are checked. Plain data. */
export interface CheckConfig {
  /** An endpoint is checked so often, where there are not too many. */
  readonly intervalMs: number;
  /** A connection that takes longer has failed. */
  readonly timeoutMs: number;
  /** Successes in a row after which an endpoint that was down is up. */
  readonly rise: number;
  /** Failures in a row after which one that was up is down. */
  readonly fall: number;
  /** By how much the time between two steps differs from what it should be, at most: 0 to 1. */
  readonly jitter: number;
  /** Connections at a time, at most. */
  readonly maxConcurrent: number;
  /** Only addresses in these networks are connected to; empty for all but those that are never meant (`CheckPolicy`). */
  readonly allowed: readonly Cidr[];
}

export const defaultCheckConfig: CheckConfig = {
  intervalMs: 5000,
  timeoutMs: 1000,
  rise: 2,
  fall: 3,
  jitter: 0.1,
  maxConcurrent: 64,
  allowed: [],
};
