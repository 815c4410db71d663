import type { Interfaces } from '../../plugins/plugin.ts';
import type { Plugins } from '../../plugins/plugins.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { LogFormat } from '../../runtime/make-logger.ts';
import type { CorefileReader } from './reload/reloader.ts';

/** What a running server has of the process and the system. */
export interface ServerEnvironment {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly logFormat: LogFormat;
  readonly interfaces: Interfaces;
  /** Secret of the process, for the hash of names. */
  readonly hashSeed: number;
  /** Workers where the Corefile says no number. */
  readonly cpus: number;
  /** Whether several sockets can share an address (SO_REUSEPORT). */
  readonly canReusePort: boolean;
  /** In place of the list of plugins, for tests and benchmarks. The workers have the list. */
  readonly plugins?: Plugins;
  /** Files and sockets that the process may have open; no limit where it is not said. */
  readonly fileLimit?: number;
  /** For the metrics. */
  readonly version?: string;
  /** What the program was built of. */
  readonly commit?: string;
  /** Log lines that this thread could not write. */
  readonly droppedLogLines?: () => number;
  /** When this is settled a start waits no longer for registries: who starts it will stop it at once. */
  readonly interrupted?: Promise<unknown>;
  /** Reads the Corefile again, for a reload; where there is none, nothing is reloaded. */
  readonly corefile?: CorefileReader;
  /** Says whether debug lines are logged from now on. */
  readonly setDebug?: (isOn: boolean) => void;
}
