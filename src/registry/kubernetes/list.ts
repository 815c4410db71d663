import { BadStreamError } from './api-client.ts';
import type { Collection } from './collection.ts';
import { readPage } from './messages.ts';
import type { Listing, Receiver } from './receiver.ts';
import type { ReflectorTiming } from './timing.ts';
import type { Turns } from './turns.ts';

/** A list of more pages than this never ends. */
const maxPages = 100_000;

/**
 * Lists a collection in pages; each is given to the receiver when it has come. Returns the resourceVersion of the whole. Pages
 * ask for the latest state and not, as client-go's first list, for any: only then the API server heeds the size of a page, and
 * time never goes backwards.
 *
 * @param turns divides what a page holds; without a rest where it is `undefined`
 */
export async function listInPages(
  collection: Pick<Collection, 'get' | 'apiVersion'>,
  receiver: Receiver,
  listing: Listing,
  pageSize: number,
  { responseTimeoutMs, maxPageBytes }: ReflectorTiming,
  turns: Turns | undefined,
): Promise<string> {
  let next = '';
  for (let pages = 0; pages < maxPages; pages++) {
    const query = { limit: String(pageSize), continue: next };
    const page = await collection.get(query, responseTimeoutMs, ({ body }) => readPage(body, maxPageBytes));
    turns?.begin();
    for (const item of page.items) {
      const key = receiver.upsert(item, collection.apiVersion);
      if (key !== undefined) listing.saw(key);
      if (!turns?.isOver) continue;
      receiver.flush();
      await turns.rest();
    }
    receiver.flush();
    next = page.next;
    if (next === '') return page.resourceVersion;
  }
  throw new BadStreamError(`a list has more than ${maxPages} pages`);
}
