import type { RegistryOptions } from '../../registry/options.ts';

/** What the directive says, as plain data. The control half uses `sources` and `registry`, the query half the rest. */
export interface ServiceEntryConfig {
  /** Names the answer table: one per directive, unique in the process. */
  readonly table: string;
  readonly files: readonly string[];
  /** Octets; 0 for the default. */
  readonly maxFileBytes: number;
  readonly registry: RegistryOptions;
  /** TTL of negative answers in seconds. */
  readonly negativeTtl: number;
  readonly startupTimeoutMs: number;
  readonly unsynced: 'servfail' | 'forward';
  /** Zones below which a name that is not served goes to the next plugin; absolute. `undefined` without fallthrough. */
  readonly fallthrough: readonly string[] | undefined;
  /** Addresses that `ns.dns.<zone>` answers; set when the server starts. */
  readonly serverAddresses: readonly string[];
}
