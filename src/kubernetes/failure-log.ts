import type { Logger } from '../runtime/logger.ts';
import { errorClass } from './api-errors.ts';
import type { Resource } from './resource.ts';

/** No more than so many classes of errors are logged until the collection recovers. */
const maxLogged = 20;

export interface FailureLogOptions {
  readonly logger: Logger;
  /** In front of messages, `kubernetes(east): ServiceEntry`. */
  readonly title: string;
  readonly resource: Resource;
}

/** Logs why a collection cannot be read: each class of error once, however often it occurs, and the recovery. */
export class FailureLog {
  readonly #options: FailureLogOptions;
  /** Classes of errors since the last recovery. */
  readonly #logged = new Set<string>();
  readonly #loggedExpected = new Set<string>();
  #last: string | undefined;

  constructor(options: FailureLogOptions) {
    this.#options = options;
  }

  /** The last failure, where there was no recovery since. */
  get last(): string | undefined {
    return this.#last;
  }

  /** @param text of the error, without credentials */
  failed(error: unknown, text: string, waitMs: number): void {
    const { logger, title, resource } = this.#options;
    const kind = errorClass(error);
    this.#last = kind === '403' && resource.isOptional ? `may not be read, the rest is served: ${text}` : text;
    const line = `${title}: ${this.#last}; trying again in ${(waitMs / 1000).toFixed(1)} s`;
    if (this.#logged.has(kind) || this.#logged.size >= maxLogged) {
      if (logger.debugs) logger.debug(line);
      return;
    }
    this.#logged.add(kind);
    logger.warning(line);
  }

  /** Something that happens to a healthy collection too, and is dealt with at once; logged once in its life. */
  expected(text: string): void {
    const { logger, title } = this.#options;
    if (!this.#loggedExpected.has(text)) logger.info(`${title}: ${text}`);
    else if (logger.debugs) logger.debug(`${title}: ${text}`);
    this.#loggedExpected.add(text);
  }

  /** The CRD is not installed; `isNew` where it may have been at the last attempt. */
  notInstalled(retryMs: number, isNew: boolean): void {
    const { logger, title } = this.#options;
    this.#last = 'the definition (CRD) is not installed';
    this.#logged.add(this.#last);
    if (!isNew) return;
    const again = `asked again every ${retryMs / 1000} s`;
    logger.warning(`${title}: ${this.#last}; there are none, and it is ${again}`);
  }

  recovered(): void {
    const { logger, title } = this.#options;
    if (this.#last === undefined) return;
    this.#logged.clear();
    this.#last = undefined;
    logger.info(`${title}: the API server answers again`);
  }
}
