import type { Clock } from './clock.ts';
import { JsonLogger } from './json-logger.ts';
import { FdDestination } from './log-destination.ts';
import type { Logger } from './logger.ts';
import { TextLogger } from './text-logger.ts';

export type LogFormat = 'text' | 'json';

/** The process's logger on standard output; one per thread. `onDropped` is told of each line that nobody could take. */
export function makeLogger(format: LogFormat, debugs: boolean, clock: Clock, onDropped?: () => void): Logger {
  const destination = new FdDestination(1, clock, undefined, onDropped);
  return format === 'json' ? new JsonLogger(destination, clock, debugs) : new TextLogger(destination, debugs);
}
