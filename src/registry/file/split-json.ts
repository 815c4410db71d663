/** Where one item of a list stands in the text. */
export interface JsonItem {
  readonly start: number;
  readonly end: number;
  /** From 1. */
  readonly line: number;
}

export type JsonSplit =
  /** `{"kind": …, "items": […]}`: `rest` is the text without the items, to be parsed for what the list says of itself. */
  | { readonly type: 'list'; readonly items: readonly JsonItem[]; readonly rest: string }
  /** Anything else, malformed text too: to be parsed as a whole. */
  | { readonly type: 'whole' }
  | { readonly type: 'deep'; readonly offset: number };

const quote = 0x22;
const backslash = 0x5c;

/**
 * Finds the items of a JSON list in one pass, without parsing: a list of a million objects never stands in memory as a
 * whole, and only the items whose text changed are parsed again. It looks at brackets, strings and commas only; that
 * the parts are JSON is for `JSON.parse` of each to say.
 *
 * @param maxDepth nesting of arrays and objects, all levels counted
 */
export function splitJson(text: string, maxDepth: number): JsonSplit {
  const items: JsonItem[] = [];
  let depth = 0;
  let line = 1;
  let isKeyItems = false;
  let listStart = -1;
  let listEnd = -1;
  let itemStart = -1;
  let itemLine = 1;
  let isOdd = false as boolean;

  const closeItem = (end: number, isAfterComma: boolean): void => {
    if (itemStart >= 0) items.push({ start: itemStart, end, line: itemLine });
    else if (isAfterComma) isOdd = true;
    itemStart = -1;
  };

  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x0a) line++;
    if (code <= 0x20) continue;
    const isInList = listStart >= 0 && listEnd < 0;
    if (isInList && depth === 2 && itemStart < 0 && code !== 0x2c && code !== 0x5d) {
      itemStart = at;
      itemLine = line;
    }
    if (code === quote) {
      const start = at;
      for (at++; at < text.length && text.charCodeAt(at) !== quote; at++) if (text.charCodeAt(at) === backslash) at++;
      if (depth === 1) isKeyItems = at - start === 6 && text.startsWith('"items"', start);
    } else if (code === 0x7b || code === 0x5b) {
      if (++depth > maxDepth) return { type: 'deep', offset: at };
      if (depth === 2 && isKeyItems && code === 0x5b) {
        if (listStart >= 0) return { type: 'whole' };
        listStart = at;
      }
    } else if (code === 0x7d || code === 0x5d) {
      if (isInList && depth === 2) {
        if (code !== 0x5d) return { type: 'whole' };
        closeItem(at, items.length > 0);
        listEnd = at + 1;
      }
      depth--;
    } else if (code === 0x2c) {
      if (isInList && depth === 2) closeItem(at, true);
      if (depth === 1) isKeyItems = false;
    }
  }
  if (listEnd < 0 || depth !== 0 || isOdd) return { type: 'whole' };
  return { type: 'list', items, rest: `${text.slice(0, listStart)}[]${text.slice(listEnd)}` };
}
