import { pino, type Logger as Pino } from 'pino';
import type { Clock } from './clock.ts';
import type { LogDestination } from './log-destination.ts';
import type { LogFields, Logger } from './logger.ts';

/** pino's lines, `{"level":"info","time":1767225600000,"msg":"…", fields}`; the warning level is pino's `warn`. */
export class JsonLogger implements Logger {
  readonly debugs: boolean;
  readonly #destination: LogDestination;
  readonly #pino: Pino;

  constructor(destination: LogDestination, clock: Clock, debugs = false) {
    this.debugs = debugs;
    this.#destination = destination;
    this.#pino = pino(
      {
        level: debugs ? 'debug' : 'info',
        base: null,
        formatters: { level: (label) => ({ level: label }) },
        timestamp: () => `,"time":${clock.wall()}`,
      },
      destination,
    );
  }

  debug(message: string, fields?: LogFields): void {
    this.#pino.debug(fields ?? {}, message);
  }

  info(message: string, fields?: LogFields): void {
    this.#pino.info(fields ?? {}, message);
  }

  warning(message: string, fields?: LogFields): void {
    this.#pino.warn(fields ?? {}, message);
  }

  error(message: string, fields?: LogFields): void {
    this.#pino.error(fields ?? {}, message);
  }

  flush(): void {
    this.#destination.flush();
  }
}
