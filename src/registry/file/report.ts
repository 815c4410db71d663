import { isDeepStrictEqual } from 'node:util';
import type { Logger } from '../../runtime/logger.ts';
import type { Rejection } from '../rejection.ts';
import type { FileRejection } from './ledger.ts';

/** Lines of one change in the log; the list that the sink gets is whole. */
const maxLoggedRejections = 1000;

/** Keeps what is left out at present, and logs what comes and goes. */
export class RejectionReport {
  readonly #logger: Logger;
  #present: readonly Rejection[] = [];
  /** What was logged, without its line: a document that moves is no news. */
  #known = new Set<string>();
  #files = new Set<string>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /**
   * @param isPresent whether a file or path is still there: one that was deleted is not fine again
   * @returns the list to tell when it is another than before
   */
  update(found: readonly FileRejection[], isPresent: (file: string) => boolean): readonly Rejection[] | undefined {
    const known = new Set<string>();
    const files = new Set<string>();
    let news = 0;
    for (const { file, rejection } of found) {
      const { reason, object, field, message, origin } = rejection;
      // A message may name the place of another document.
      const identity = JSON.stringify([file, reason, object, field, reason === 'duplicate' ? '' : message]);
      files.add(file);
      if (!this.#known.has(identity) && !known.has(identity) && ++news <= maxLoggedRejections)
        this.#logger.warning(logText(rejection), { reason, object, field, origin });
      known.add(identity);
    }
    if (news > maxLoggedRejections)
      this.#logger.warning(`${news - maxLoggedRejections} more parts of the registry's files are left out`);
    for (const file of this.#files)
      if (!files.has(file) && isPresent(file)) this.#logger.info(`${file}: fine again, nothing of it is left out`);
    this.#known = known;
    this.#files = files;
    const list = found.map(({ rejection }) => rejection);
    if (isDeepStrictEqual(list, this.#present)) return undefined;
    this.#present = list;
    return list;
  }
}

/** `FILE:LINE: ServiceEntry ns/name: spec.hosts[1]: message`. */
function logText({ origin, object, field, message }: Rejection): string {
  return [origin, object, field, message].filter((part) => part !== '').join(': ');
}
