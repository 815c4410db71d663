import { pino, type Logger as Pino } from 'pino';
import type { Clock } from './clock.ts';
import type { LogDestination } from './log-destination.ts';
import type { LogFields, Logger } from './logger.ts';

/** Names of the levels as CoreDNS writes them, by pino's. */
const levels: Readonly<Record<string, string>> = { debug: 'DEBUG', info: 'INFO', warn: 'WARN', error: 'ERROR' };
/** What the text form begins with where a plugin speaks; here it is a field. */
const pluginPrefix = /^plugin\/([\w-]+): /;

/**
 * Lines with the keys of CoreDNS's JSON form, `{"level":"INFO","time":"2026-01-01T00:00:00.000Z","plugin":"forward",
 * fields, "msg":"…"}`; time is RFC 3339 in UTC.
 */
export class JsonLogger implements Logger {
  readonly #destination: LogDestination;
  readonly #pino: Pino;

  constructor(destination: LogDestination, clock: Clock, debugs = false) {
    this.#destination = destination;
    this.#pino = pino(
      {
        level: debugs ? 'debug' : 'info',
        base: null,
        formatters: { level: (label) => ({ level: levels[label] ?? label }) },
        timestamp: () => `,"time":"${new Date(clock.wall()).toISOString()}"`,
      },
      destination,
    );
  }

  get debugs(): boolean {
    return this.#pino.level === 'debug';
  }

  set debugs(isOn: boolean) {
    this.#pino.level = isOn ? 'debug' : 'info';
  }

  debug(message: string, fields?: LogFields): void {
    this.#write('debug', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#write('info', message, fields);
  }

  warning(message: string, fields?: LogFields): void {
    this.#write('warn', message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#write('error', message, fields);
  }

  flush(): void {
    this.#destination.flush();
  }

  #write(level: 'debug' | 'info' | 'warn' | 'error', message: string, fields: LogFields = {}): void {
    const [prefix, plugin] = pluginPrefix.exec(message) ?? [];
    if (prefix === undefined) this.#pino[level](fields, message);
    else this.#pino[level]({ plugin, ...fields }, message.slice(prefix.length));
  }
}
