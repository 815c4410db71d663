import { asFields } from '../runtime/untyped.ts';
import { BadStreamError, PageTooLargeError } from './api-client.ts';
import { PageSplitter } from './page-splitter.ts';

/** What a page says beside its items. */
export interface PageEnd {
  readonly resourceVersion: string;
  /** Token of the next page, '' where this is the last. */
  readonly next: string;
}

export interface PageLimits {
  readonly maxPageBytes: number;
  readonly maxLineBytes: number;
}

/**
 * Reads a page of a list. `onItem` gets each object when it has come; the next one waits for its promise, where there is one.
 * Throws BadStreamError where it is no list, PageTooLargeError where it has more than `maxPageBytes`: some objects may have
 * been told by then.
 */
export async function readPage(
  body: AsyncIterable<Uint8Array>,
  { maxPageBytes, maxLineBytes }: PageLimits,
  onItem: (item: unknown) => Promise<void> | undefined,
): Promise<PageEnd> {
  const splitter = new PageSplitter(Math.min(maxLineBytes, maxPageBytes));
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maxPageBytes) throw new PageTooLargeError(`a page has more than ${maxPageBytes} octets`);
    for (const item of splitter.push(chunk)) {
      const done = onItem(item);
      if (done) await done;
    }
  }
  const list = asFields(splitter.end());
  const metadata = asFields(list?.metadata);
  const resourceVersion = metadata?.resourceVersion;
  const items = list?.items ?? [];
  if (!Array.isArray(items) || typeof resourceVersion !== 'string' || resourceVersion === '') {
    throw new BadStreamError('the answer is no list with a resourceVersion');
  }
  const next = metadata?.continue;
  return { resourceVersion, next: typeof next === 'string' ? next : '' };
}
