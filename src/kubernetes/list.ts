import { BadStreamError } from './api-client.ts';
import type { Collection } from './collection.ts';
import { readPage } from './page.ts';
import { tell, type Listing, type Receiver } from './receiver.ts';
import type { ReflectorTiming } from './timing.ts';
import type { Turns } from './turns.ts';

/** A list of more pages than this never ends, and so does one of so many pages in a row without an object. */
const maxPages = 100_000;
const maxEmptyPages = 100;

/**
 * Lists a collection in pages; each object is given to the receiver when it has come. Returns the resourceVersion of the
 * whole. Pages ask for the latest state and not, as client-go's first list, for any: only then the API server heeds the size
 * of a page, and time never goes backwards.
 *
 * @param turns divides what a page holds
 */
export async function listInPages(
  collection: Pick<Collection, 'get' | 'apiVersion'>,
  receiver: Receiver,
  listing: Listing,
  pageSize: number,
  timing: ReflectorTiming,
  turns: Turns,
): Promise<string> {
  let count = 0;
  const onItem = (item: unknown): Promise<void> | undefined => {
    count++;
    const key = receiver.upsert(item, collection.apiVersion);
    if (key !== undefined) listing.saw(key);
    return turns.isOver ? tell(receiver, turns).then(() => turns.rest()) : undefined;
  };
  let next = '';
  let emptyPages = 0;
  /** Of a page some way back: where it comes again, the list goes in a circle (Brent's algorithm). */
  let earlier = '';
  for (let pages = 1; pages <= maxPages; pages++) {
    const query = { limit: String(pageSize), continue: next };
    const before = count;
    const page = await collection.get(query, timing.responseTimeoutMs, ({ body }) =>
      readPage(eachInTurn(body, turns), timing, onItem),
    );
    await tell(receiver, turns);
    next = page.next;
    if (next === '') return page.resourceVersion;
    emptyPages = count === before ? emptyPages + 1 : 0;
    if (next === earlier || emptyPages > maxEmptyPages) throw new BadStreamError('the pages of a list have no end');
    // At powers of two.
    if ((pages & (pages - 1)) === 0) earlier = next;
  }
  throw new BadStreamError(`a list has more than ${maxPages} pages`);
}

async function* eachInTurn(body: AsyncIterable<Uint8Array>, turns: Turns): AsyncIterable<Uint8Array> {
  for await (const chunk of body) {
    turns.begin();
    yield chunk;
  }
}
