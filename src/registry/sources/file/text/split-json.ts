/** A part of a text that is read on its own. */
export interface JsonPiece {
  readonly start: number;
  readonly end: number;
  /** Of `start`, from 1. */
  readonly line: number;
}

/** One value of a text that may hold several, one after the other. */
export interface JsonValue extends JsonPiece {
  /** Of `{"kind": …, "items": […]}`. */
  readonly list?: {
    readonly items: readonly JsonPiece[];
    /** The text without the items, to be parsed for what the list says of itself. */
    readonly rest: string;
  };
  /** Nested too deeply, from this offset on: it is not to be parsed. */
  readonly deepAt?: number;
}

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];
const [lineFeed, carriageReturn, space, byteOrderMark] = [0x0a, 0x0d, 0x20, 0xfeff];

/**
 * Splits a text into its JSON values, and lists into their items, in one pass and without parsing: a list of a million objects
 * is never in memory as a whole, one bad value does not cost the others, and only those whose text changed are parsed again.
 * It looks at brackets, strings and commas only; that the parts are JSON is for `JSON.parse` of each to say.
 *
 * A value whose brackets do not fit ends before the next line that begins with `{` where no value can be, as the next object
 * does.
 *
 * Yields where it can be interrupted: behind each value and each item.
 *
 * @param maxDepth nesting of arrays and objects, all levels counted
 */
export function* splitJson(
  text: string,
  start: number,
  end: number,
  line: number,
  maxDepth: number,
): Generator<undefined, JsonValue[]> {
  const values: JsonValue[] = [];
  const splitter = new Splitter(text, end, maxDepth);
  splitter.at = start;
  splitter.line = line;
  for (let value = yield* splitter.next(); value; value = yield* splitter.next()) {
    values.push(value);
    yield undefined;
  }
  return values;
}

class Splitter {
  at = 0;
  line = 1;
  readonly #text: string;
  readonly #end: number;
  readonly #maxDepth: number;

  constructor(text: string, end: number, maxDepth: number) {
    this.#text = text;
    this.#end = end;
    this.#maxDepth = maxDepth;
  }

  *next(): Generator<undefined, JsonValue | undefined> {
    while (this.at < this.#end && isSpace(this.#text.charCodeAt(this.at))) this.#step();
    if (this.at >= this.#end) return undefined;
    const code = this.#text.charCodeAt(this.at);
    if (code === openBrace || code === openBracket) return yield* this.#bracketed();
    const piece = { start: this.at, line: this.line };
    // What is none of a value's beginning: up to the next that is.
    while (this.at < this.#end) {
      const other = this.#text.charCodeAt(this.at);
      if (other === openBrace || other === openBracket) break;
      if (other === quote) this.#skipString();
      else this.#step();
    }
    return { ...piece, end: this.#withoutSpace(piece.start) };
  }

  *#bracketed(): Generator<undefined, JsonValue> {
    const [start, line] = [this.at, this.line];
    const text = this.#text;
    const items: JsonPiece[] = [];
    /** What closes the brackets that are open. */
    const open: number[] = [];
    let isKeyItems = false;
    let [listStart, listEnd, itemStart, itemLine] = [-1, -1, -1, 1];
    let isWhole = false;
    let deepAt: number | undefined;
    /** The sign before, but space; a string counts as a quote. */
    let before = colon;
    const closeItem = (isAfterComma: boolean): void => {
      if (itemStart >= 0) items.push({ start: itemStart, end: this.at, line: itemLine });
      else if (isAfterComma) isWhole = true;
      itemStart = -1;
    };
    while (this.at < this.#end) {
      const code = text.charCodeAt(this.at);
      if (isSpace(code)) {
        this.#step();
        continue;
      }
      const canBegin = before === comma || before === colon || before === openBracket;
      if (code === openBrace && !canBegin && this.#isAtLineStart()) return this.#bad(start, line, deepAt);
      const isInList = listStart >= 0 && listEnd < 0 && open.length === 2;
      if (isInList && itemStart < 0 && code !== comma && code !== closeBracket) {
        itemStart = this.at;
        itemLine = this.line;
      }
      before = code;
      if (code === quote) {
        const string = this.at;
        if (!this.#skipString()) return this.#resume(start, line, deepAt);
        if (open.length === 1) isKeyItems = this.at - string === 7 && text.startsWith('"items"', string);
        continue;
      }
      if (code === openBrace || code === openBracket) {
        open.push(code === openBrace ? closeBrace : closeBracket);
        if (open.length > this.#maxDepth) deepAt ??= this.at;
        if (open.length === 2 && isKeyItems && code === openBracket) {
          if (listStart >= 0) isWhole = true;
          listStart = this.at;
          listEnd = -1;
        }
      } else if (code === closeBrace || code === closeBracket) {
        if (open.pop() !== code) return this.#resume(start, line, deepAt);
        if (isInList) {
          closeItem(items.length > 0);
          listEnd = this.at + 1;
        }
        if (open.length === 0) {
          this.at++;
          const value = { start, end: this.at, line, ...(deepAt === undefined ? {} : { deepAt }) };
          if (listEnd < 0 || isWhole) return value;
          const rest = `${text.slice(start, listStart)}[]${text.slice(listEnd, this.at)}`;
          return { ...value, list: { items, rest } };
        }
      } else if (code === comma) {
        if (isInList) {
          closeItem(true);
          yield undefined;
        }
        if (open.length === 1) isKeyItems = false;
      }
      this.at++;
    }
    return this.#bad(start, line, deepAt);
  }

  /** Goes on behind a value whose brackets or strings do not fit. */
  #resume(start: number, line: number, deepAt: number | undefined): JsonValue {
    let before = 0;
    while (this.at < this.#end) {
      const code = this.#text.charCodeAt(this.at);
      const canBegin = before === comma || before === colon || before === openBracket;
      if (code === openBrace && !canBegin && this.at > start && this.#isAtLineStart()) break;
      if (!isSpace(code)) before = code;
      this.#step();
    }
    return this.#bad(start, line, deepAt);
  }

  /** A value that ends before what is looked at now. */
  #bad(start: number, line: number, deepAt: number | undefined): JsonValue {
    return { start, end: this.#withoutSpace(start), line, ...(deepAt === undefined ? {} : { deepAt }) };
  }

  #withoutSpace(start: number): number {
    let end = this.at;
    while (end > start && isSpace(this.#text.charCodeAt(end - 1))) end--;
    return end;
  }

  #isAtLineStart(): boolean {
    const before = this.at === 0 ? lineFeed : this.#text.charCodeAt(this.at - 1);
    return before === lineFeed || before === carriageReturn;
  }

  /** False where it does not end on its line: then what follows it is looked at next. */
  #skipString(): boolean {
    for (let at = this.at + 1; at < this.#end; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === lineFeed || code === carriageReturn) {
        this.at = at;
        return false;
      }
      if (code === quote) {
        this.at = at + 1;
        return true;
      }
      if (code === backslash && this.#text.charCodeAt(at + 1) > space) at++;
    }
    this.at = this.#end;
    return false;
  }

  /** One character on. */
  #step(): void {
    const code = this.#text.charCodeAt(this.at++);
    if (code === lineFeed) this.line++;
    else if (code === carriageReturn && this.#text.charCodeAt(this.at) !== lineFeed) this.line++;
  }
}

/** Also between values: what `cat` leaves of files with a mark, and RFC 7464's record separator. */
function isSpace(code: number): boolean {
  return code <= space || code === byteOrderMark;
}
