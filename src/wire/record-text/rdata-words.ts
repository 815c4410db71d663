import { encodeNameAsWritten } from '../name.ts';
import type { Word } from './words.ts';

/**
 * The words of a record's RDATA, read one after the other, and the octets that were made of them. What cannot be read becomes the
 * `fault`, a clause for people; the first one counts, and whatever is read then means nothing.
 */
export class RdataWords {
  readonly #words: readonly Word[];
  readonly #octets: number[] = [];
  #next = 0;
  fault: string | undefined;

  constructor(words: readonly Word[]) {
    this.#words = words;
  }

  get octets(): Uint8Array {
    return Uint8Array.from(this.#octets);
  }

  get isAtEnd(): boolean {
    return this.#next >= this.#words.length;
  }

  /** `expected`: what has no place in the clause "expected …, found 'x'". */
  fail(expected: string, found: Word | undefined): void {
    this.fault ??= `expected ${expected}, found ${found === undefined ? 'no more' : `'${shortened(found.text)}'`}`;
  }

  /** The next word; an empty one, and a fault, where there is no more. */
  take(expected: string): Word {
    const word = this.#words[this.#next++];
    if (word === undefined) this.fail(expected, undefined);
    return word ?? { text: '', isQuoted: false };
  }

  /** The next word, which stays the next one. */
  peek(): Word | undefined {
    return this.#words[this.#next];
  }

  /** All words that are left. */
  takeRest(): readonly Word[] {
    const rest = this.#words.slice(this.#next);
    this.#next = this.#words.length;
    return rest;
  }

  put(octets: Iterable<number>): void {
    for (const octet of octets) this.#octets.push(octet);
  }

  /** Writes a number in network order. */
  putNumber(value: number, size: number): void {
    for (let shift = size - 1; shift >= 0; shift--) this.#octets.push(Math.floor(value / 2 ** (8 * shift)) & 0xff);
  }

  /** Reads a decimal number of at most `max`. */
  number(expected: string, max: number): number {
    const word = this.take(expected);
    const value = /^\d{1,16}$/.test(word.text) ? Number(word.text) : NaN;
    if (value <= max) return value;
    this.fail(`${expected} from 0 to ${max}`, word);
    return 0;
  }

  /** Reads a name and writes it in the case in which it is written; one without a dot at the end is of the root. */
  name(expected: string): void {
    const word = this.take(expected);
    const name = word.text === '@' ? Uint8Array.of(0) : encodeNameAsWritten(word.text);
    if (name === undefined) this.fail(expected, word);
    else this.put(name);
  }

  /** The octets of a word, its escapes taken away; a fault where one is none. */
  unescape(word: Word): readonly number[] {
    const octets = unescaped(word.text);
    if (octets === undefined)
      this.fail(`escapes of a backslash and three digits up to 255, or one other character`, word);
    return octets ?? [];
  }
}

/** The octets of a text with `\DDD` and `\X` (RFC 1035 section 5.1); `undefined` where an escape is none. */
export function unescaped(text: string): readonly number[] | undefined {
  const octets: number[] = [];
  for (let i = 0; i < text.length; i++) {
    let octet = text.charCodeAt(i);
    if (octet === 0x5c) {
      const digits = /^\d{3}/.exec(text.slice(i + 1, i + 4))?.[0];
      octet = digits === undefined ? text.charCodeAt(i + 1) : Number(digits);
      i += digits === undefined ? 1 : 3;
    }
    // NaN is no octet either: a backslash at the end.
    if (!(octet <= 0xff)) return undefined;
    octets.push(octet);
  }
  return octets;
}

const shownLength = 60;

function shortened(text: string): string {
  return text.length <= shownLength ? text : `${text.slice(0, shownLength)}…`;
}
