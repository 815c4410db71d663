import type { Logger } from '../runtime/logger.ts';
import { failureKind } from './failure.ts';
import type { Resource } from './resource.ts';

/** What differs each time is told no more often than this. */
const maxTold = 20;

export interface FailureLogOptions {
  readonly logger: Logger;
  /** Stands before messages, `kubernetes(east): ServiceEntry`. */
  readonly title: string;
  readonly resource: Resource;
}

/**
 * Tells of what keeps a collection from being read: each kind of failure once, however often it is met again and whatever
 * the API server says to it, and its end.
 */
export class FailureLog {
  readonly #options: FailureLogOptions;
  /** What was met since all was well. */
  readonly #told = new Set<string>();
  readonly #usual = new Set<string>();
  #last: string | undefined;

  constructor(options: FailureLogOptions) {
    this.#options = options;
  }

  /** What was met last, without end since. */
  get last(): string | undefined {
    return this.#last;
  }

  /** @param text of the error, as it may be shown */
  tell(error: unknown, text: string, waitMs: number): void {
    const { resource } = this.#options;
    const kind = failureKind(error);
    const isDoneWithout = kind === '403' && resource.isOptional;
    this.#tell(kind, isDoneWithout ? `may not be read, the rest is served: ${text}` : text, waitMs);
  }

  /** Something that happens where all is well, and that is not waited for; told once in the life of the collection. */
  tellUsual(text: string): void {
    const { logger, title } = this.#options;
    if (!this.#usual.has(text)) logger.info(`${title}: ${text}`);
    else if (logger.debugs) logger.debug(`${title}: ${text}`);
    this.#usual.add(text);
  }

  /** The definition (CRD) is not installed; `isNews` where it may have been at the last look. */
  tellAbsent(retryMs: number, isNews: boolean): void {
    const { logger, title } = this.#options;
    this.#last = 'the definition (CRD) is not installed';
    this.#told.add(this.#last);
    if (!isNews) return;
    const again = `asked again every ${retryMs / 1000} s`;
    logger.warning(`${title}: ${this.#last}; there are none, and it is ${again}`);
  }

  /** All is well. */
  end(): void {
    const { logger, title } = this.#options;
    if (this.#last === undefined) return;
    this.#told.clear();
    this.#last = undefined;
    logger.info(`${title}: the API server answers again`);
  }

  #tell(kind: string, text: string, waitMs: number): void {
    const { logger, title } = this.#options;
    this.#last = text;
    const line = `${title}: ${text}; trying again in ${(waitMs / 1000).toFixed(1)} s`;
    if (this.#told.has(kind) || this.#told.size >= maxTold) {
      if (logger.debugs) logger.debug(line);
      return;
    }
    this.#told.add(kind);
    logger.warning(line);
  }
}
