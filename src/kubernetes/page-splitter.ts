import { BadStreamError } from './api-errors.ts';
import { parseJson, textOf } from './lines.ts';

const quote = 0x22;
const comma = 0x2c;
const openList = 0x5b;
const backslash = 0x5c;
const closeList = 0x5d;
const openMap = 0x7b;
const closeMap = 0x7d;
/** The end of the text in front of the list of items, in the object around it. */
const beforeItems = /[{,]\s*"items"\s*:\s*$/;
const maxBeforeItems = 200;

/**
 * Splits a page of a list while it arrives: each item is parsed by itself, so that a page of 500 large objects does not block
 * the thread, and is never in memory as a whole.
 *
 *     {"metadata":{...},"items":[{...},{...}]}     frame: all but the items, `{"metadata":{...},"items":[]}`
 */
export class PageSplitter {
  readonly #maxBytes: number;
  #parts: Uint8Array[] = [];
  #length = 0;
  #frame = '';
  /** The last characters of the frame, a text of its own: to cut them off a long frame each time would take longer. */
  #endOfFrame = '';
  #depth = 0;
  #isInText = false;
  #isEscaped = false;
  #isInItems = false;
  #items = 0;

  /** `maxBytes` is the limit for an item, and for all the rest. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The items that the chunk completes. Throws BadStreamError where one is no JSON, or too long. */
  *push(chunk: Uint8Array): Iterable<unknown> {
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const octet = chunk[at]!;
      if (this.#isInText) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (octet === backslash) this.#isEscaped = true;
        else if (octet === quote) this.#isInText = false;
        continue;
      }
      switch (octet) {
        case quote:
          this.#isInText = true;
          break;
        case openMap:
          this.#depth++;
          break;
        case openList:
          if (this.#depth++ !== 1 || this.#isInItems) break;
          this.#keep(chunk.subarray(start, at));
          start = at;
          this.#takeFrame();
          if (!beforeItems.test(this.#endOfFrame)) break;
          this.#frame += '[';
          start = at + 1;
          this.#isInItems = true;
          this.#items = 0;
          break;
        case comma:
          if (!this.#isInItems || this.#depth !== 2) break;
          this.#keep(chunk.subarray(start, at));
          start = at + 1;
          this.#items++;
          yield parseJson(this.#take());
          break;
        case closeList:
          if (--this.#depth !== 1 || !this.#isInItems) break;
          this.#keep(chunk.subarray(start, at));
          start = at;
          this.#isInItems = false;
          yield* this.#last();
          break;
        case closeMap:
          this.#depth--;
      }
    }
    this.#keep(chunk.subarray(start));
  }

  /** The page without its items. Throws BadStreamError where it is no JSON. */
  end(): unknown {
    return parseJson(this.#frame + this.#take());
  }

  *#last(): Iterable<unknown> {
    const text = this.#take();
    // The list may be empty.
    if (this.#items > 0 || text.trim() !== '') yield parseJson(text);
  }

  #keep(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#length += part.length;
    if (Math.max(this.#length, this.#frame.length) > this.#maxBytes)
      throw new BadStreamError(`an object has more than ${this.#maxBytes} octets`);
    // The chunk may be a window into a larger buffer that is used again.
    this.#parts.push(new Uint8Array(part));
  }

  #takeFrame(): void {
    const text = this.#take();
    this.#frame += text;
    this.#endOfFrame = (this.#endOfFrame + text).slice(-maxBeforeItems);
  }

  #take(): string {
    const text = textOf(this.#parts);
    this.#parts = [];
    this.#length = 0;
    return text;
  }
}
