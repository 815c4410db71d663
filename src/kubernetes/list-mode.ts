import { allowsPages, lacksStreamedLists, PageTooLargeError } from './api-errors.ts';
import type { ReflectorTiming } from './timing.ts';

/** How a reflector lists: a stream if the API server supports that, else pages of a size that both sides can take. */
export class ListMode {
  /** `pages once`: the streamed list has failed, the next one may succeed. */
  #mode: 'stream' | 'pages' | 'pages once';
  #pageSize: number;

  constructor({ streamsLists, pageSize }: ReflectorTiming) {
    this.#mode = streamsLists ? 'stream' : 'pages';
    this.#pageSize = pageSize;
  }

  get isStream(): boolean {
    return this.#mode === 'stream';
  }

  get pageSize(): number {
    return this.#pageSize;
  }

  /** A list is complete. */
  succeeded(): void {
    if (this.#mode === 'pages once') this.#mode = 'stream';
  }

  /** Whether the list is tried in another mode at once; otherwise it is tried again after a back-off. */
  changeAfter(error: unknown): boolean {
    if (this.#mode === 'stream' && allowsPages(error)) {
      this.#mode = lacksStreamedLists(error) ? 'pages' : 'pages once';
      return true;
    }
    if (!(error instanceof PageTooLargeError) || this.#pageSize === 1) return false;
    this.#pageSize = Math.ceil(this.#pageSize / 2);
    return true;
  }
}
