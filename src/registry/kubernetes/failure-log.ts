import type { Logger } from '../../runtime/logger.ts';
import type { Resource } from './resource.ts';

export interface FailureLogOptions {
  readonly logger: Logger;
  /** Stands before messages, `kubernetes(east): ServiceEntry`. */
  readonly title: string;
  readonly resource: Resource;
}

/** Tells of what keeps a collection from being read: each failure once, however often it is met again, and its end. */
export class FailureLog {
  readonly #options: FailureLogOptions;
  /** What was met last; `undefined` since the API server has answered. */
  #last: string | undefined;

  constructor(options: FailureLogOptions) {
    this.#options = options;
  }

  tell(error: unknown, waitMs: number): void {
    const text = errorText(error);
    this.#tell(text, text, waitMs);
  }

  /** The same failure, whatever the API server says to it. */
  tellForbidden(error: unknown, waitMs: number): void {
    const without = this.#options.resource.isOptional ? 'may not be read, the rest is served: ' : '';
    this.#tell('forbidden', `${without}${errorText(error)}`, waitMs);
  }

  /** The definition (CRD) is not installed; `isNews` where it may have been at the last look. */
  tellAbsent(retryMs: number, isNews: boolean): void {
    const { logger, title } = this.#options;
    this.#last = 'absent';
    if (!isNews) return;
    const again = `asked again every ${retryMs / 1000} s`;
    logger.warning(`${title}: the definition (CRD) is not installed; there are none, and it is ${again}`);
  }

  /** The API server has answered. */
  end(): void {
    const { logger, title } = this.#options;
    if (this.#last !== undefined) logger.info(`${title}: the API server answers again`);
    this.#last = undefined;
  }

  #tell(failure: string, text: string, waitMs: number): void {
    const { logger, title } = this.#options;
    const isNews = this.#last !== failure;
    this.#last = failure;
    const again = `trying again in ${(waitMs / 1000).toFixed(1)} s`;
    if (isNews) logger.warning(`${title}: ${text}; ${again}`);
    else if (logger.debugs) logger.debug(`${title}: ${text}; ${again}`);
  }
}

function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  return error.message === '' && typeof code === 'string' ? code : error.message;
}
