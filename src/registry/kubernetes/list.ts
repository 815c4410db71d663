import { BadStreamError } from './api-client.ts';
import type { Collection } from './collection.ts';
import { readPage } from './messages.ts';
import type { Receiver } from './receiver.ts';
import type { ReflectorTiming } from './timing.ts';

/** A list of more pages than this never ends. */
const maxPages = 100_000;

/** What a list found. */
export interface Listed {
  /** Keys that the receiver has given. */
  readonly seen: ReadonlySet<string>;
  readonly resourceVersion: string;
}

/**
 * Lists a collection in pages; each is given to the receiver when it has come. Pages ask for the latest state and not, as
 * client-go's first list, for any: only then the API server heeds the size of a page, and time never goes backwards.
 */
export async function listInPages(
  collection: Collection,
  receiver: Receiver,
  pageSize: number,
  { responseTimeoutMs, maxPageBytes }: ReflectorTiming,
): Promise<Listed> {
  const seen = new Set<string>();
  let next = '';
  for (let pages = 0; pages < maxPages; pages++) {
    const query = { limit: String(pageSize), continue: next };
    const page = await collection.get(query, responseTimeoutMs, ({ body }) => readPage(body, maxPageBytes));
    for (const item of page.items) {
      const key = receiver.upsert(item, collection.apiVersion);
      if (key !== undefined) seen.add(key);
    }
    receiver.flush();
    next = page.next;
    if (next === '') return { seen, resourceVersion: page.resourceVersion };
  }
  throw new BadStreamError(`a list has more than ${maxPages} pages`);
}
