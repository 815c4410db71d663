import type { TimeSlicer } from '../runtime/time-slicer.ts';
import { asFields } from '../runtime/untyped.ts';
import { BadStreamError, PageTooLargeError } from './api-errors.ts';
import type { Collection } from './collection.ts';
import { parseJson, textOf } from './lines.ts';
import { flushAll, type Receiver } from './receiver.ts';
import type { ReflectorTiming } from './timing.ts';

/** A list with more pages, or with so many pages in a row without an object, never ends. */
const maxPages = 100_000;
const maxEmptyPages = 100;

/** What a page has beside its items. */
interface PageEnd {
  readonly resourceVersion: string;
  /** Token of the next page, '' on the last one. */
  readonly next: string;
}

/**
 * Lists a collection in pages. Each object goes to the receiver, and its key into `listed`. Returns
 * the resourceVersion of the list. Unlike the first list of client-go, which takes any state, it is of the latest one: only
 * then the API server heeds the size of a page, and no relist goes back in time.
 */
export async function listInPages(
  collection: Pick<Collection, 'get' | 'apiVersion'>,
  receiver: Receiver,
  listed: Set<string>,
  pageSize: number,
  timing: ReflectorTiming,
  slicer: TimeSlicer,
): Promise<string> {
  const tokens = new Set<string>();
  let next = '';
  let emptyPages = 0;
  for (let pages = 1; pages <= maxPages; pages++) {
    emptyPages++;
    const onItem = async (item: unknown): Promise<void> => {
      emptyPages = 0;
      const key = receiver.upsert(item, collection.apiVersion);
      if (key !== undefined) listed.add(key);
      if (!slicer.isSliceOver) return;
      await flushAll(receiver, slicer);
      await slicer.rest();
    };
    const query = { limit: String(pageSize), continue: next };
    const page = await collection.get(query, timing.responseTimeoutMs, ({ body }) =>
      readPage(body, timing, slicer, onItem),
    );
    await flushAll(receiver, slicer);
    next = page.next;
    if (next === '') return page.resourceVersion;
    if (tokens.has(next) || emptyPages > maxEmptyPages) throw new BadStreamError('the pages of a list have no end');
    tokens.add(next);
  }
  throw new BadStreamError(`a list has more than ${maxPages} pages`);
}

/** Throws BadStreamError where the body is no list, PageTooLargeError where it exceeds `maxPageBytes`. */
async function readPage(
  body: AsyncIterable<Uint8Array>,
  { maxPageBytes }: ReflectorTiming,
  slicer: TimeSlicer,
  onItem: (item: unknown) => Promise<void>,
): Promise<PageEnd> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maxPageBytes) throw new PageTooLargeError(`a page has more than ${maxPageBytes} octets`);
    // The chunk may be a window into a larger buffer that is used again.
    parts.push(new Uint8Array(chunk));
  }
  slicer.startSlice();
  const list = asFields(parseJson(textOf(parts)));
  const metadata = asFields(list?.metadata);
  const resourceVersion = metadata?.resourceVersion;
  const items = list?.items ?? [];
  if (!Array.isArray(items) || typeof resourceVersion !== 'string' || resourceVersion === '') {
    throw new BadStreamError('the answer is no list with a resourceVersion');
  }
  for (const item of items) await onItem(item);
  const next = metadata?.continue;
  return { resourceVersion, next: typeof next === 'string' ? next : '' };
}
