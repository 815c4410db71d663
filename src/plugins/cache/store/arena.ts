import { viewOf } from '../../../wire/words.ts';

/** Octets of a page, which is the most that a slot may have. */
export const pageSize = 65_536;
const pageBits = 16;
/** Addresses are positive numbers of 31 bits, which cost no memory of their own in maps and lists. */
const maxPages = 32_767;
/** In the first word of a slot that is free; what is stored there begins with a word of 30 bits. */
const freeMark = 0xffff_ffff;

interface Page {
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  slotSize: number;
  /** Slots that have been given out. */
  live: number;
  /** Octets behind which no slot was given out yet. */
  used: number;
  /** The first free slot below `used`, -1 for none; each says in its second word where the next one is. */
  free: number;
}

/**
 * Memory for many records of some hundred octets: pages of 64 KiB, each cut into slots of one size. So nothing is an object
 * for itself, the garbage collector has nothing to look through, and to give a slot back takes two writes.
 *
 *     page 0  [112][112][112] …      page 1  [320][320] …      page 2, free
 */
export class Arena {
  readonly pages: Page[] = [];
  readonly #maxPages: number;
  readonly #freePages: Page[] = [];
  /** Pages with free slots, by the size of these. */
  readonly #open = new Map<number, Page[]>();
  /** The page that was emptied last to make room. */
  #hand = 0;

  /** `maxBytes` is rounded down to whole pages, of which there is one at least. */
  constructor(maxBytes: number) {
    this.#maxPages = Math.min(Math.max(Math.floor(maxBytes / pageSize), 1), maxPages);
  }

  /** Octets that it has of the system. */
  get bytes(): number {
    return this.pages.length * pageSize;
  }

  /** The address of a slot of at least `size` octets, -1 where there is no room. Its first word is for the owner to set. */
  allocate(size: number): number {
    const slotSize = slotSizeOf(size);
    const page = this.#open.get(slotSize)?.at(-1) ?? this.#openPage(slotSize);
    if (page === undefined) return -1;
    let offset = page.free;
    if (offset >= 0) {
      const next = page.view.getInt32(offset + 4);
      page.free = next;
    } else {
      offset = page.used;
      page.used += slotSize;
    }
    page.live++;
    if (isFull(page)) this.#open.get(slotSize)!.pop();
    return (page.number << pageBits) | offset;
  }

  free(address: number): void {
    const page = this.pages[address >>> pageBits]!;
    const offset = address & (pageSize - 1);
    const open = this.#open.get(page.slotSize)!;
    if (isFull(page)) open.push(page);
    page.view.setUint32(offset, freeMark);
    page.view.setInt32(offset + 4, page.free);
    page.free = offset;
    if (--page.live > 0) return;
    open.splice(open.indexOf(page), 1);
    this.#freePages.push(page);
  }

  /** Calls back with the address of each slot in use of one page, another page each time. The callback may free it. */
  visitPage(visit: (address: number) => void): void {
    if (this.pages.length === 0) return;
    this.#hand = (this.#hand + 1) % this.pages.length;
    const { number, view, used, slotSize } = this.pages[this.#hand]!;
    for (let offset = 0; offset < used; offset += slotSize) {
      if (view.getUint32(offset) !== freeMark) visit((number << pageBits) | offset);
    }
  }

  #openPage(slotSize: number): Page | undefined {
    const page = this.#freePages.pop() ?? this.#newPage();
    if (page === undefined) return undefined;
    page.slotSize = slotSize;
    page.used = page.live = 0;
    page.free = -1;
    const open = this.#open.get(slotSize);
    if (open) open.push(page);
    else this.#open.set(slotSize, [page]);
    return page;
  }

  #newPage(): Page | undefined {
    if (this.pages.length >= this.#maxPages) return undefined;
    const bytes = new Uint8Array(pageSize);
    const page = { number: this.pages.length, bytes, view: viewOf(bytes), slotSize: 0, live: 0, used: 0, free: -1 };
    this.pages.push(page);
    return page;
  }
}

function isFull({ free, used, slotSize }: Page): boolean {
  return free < 0 && used + slotSize > pageSize;
}

/** Four sizes for each doubling, from 64 octets on: at most a fifth of a slot is not used. */
function slotSizeOf(size: number): number {
  if (size <= 64) return 64;
  const step = 1 << (29 - Math.clz32(size - 1));
  return (size + step - 1) & -step;
}
