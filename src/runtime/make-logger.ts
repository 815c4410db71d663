import type { Clock } from './clock.ts';
import { JsonLogger } from './json-logger.ts';
import { FdDestination } from './log-destination.ts';
import type { Logger } from './logger.ts';
import { TextLogger } from './text-logger.ts';

/** A logger that can be told whether debug lines are wanted. */
export interface SwitchableLogger extends Logger {
  debugs: boolean;
}

export type LogFormat = 'text' | 'json';

/**
 * The process's logger; one per thread. `onDropped` is called for each line that is dropped. `fd` is 1, standard output,
 * for a server that runs, and 2 for why it does not.
 */
export function makeLogger(
  format: LogFormat,
  debugs: boolean,
  clock: Clock,
  onDropped?: () => void,
  fd: 1 | 2 = 1,
): SwitchableLogger {
  const destination = new FdDestination(fd, clock, undefined, onDropped);
  return format === 'json' ? new JsonLogger(destination, clock, debugs) : new TextLogger(destination, debugs);
}
