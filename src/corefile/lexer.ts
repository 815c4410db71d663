import type { Token } from './ast.ts';
import type { Problems } from './problem.ts';

/** A token with what the parser needs for the same-line rule. */
export interface LexedToken extends Token {
  /** The line on which the token ends: quotes may hold line breaks. */
  readonly endLine: number;
  /** No other token ends on the line on which this one begins. */
  readonly startsLine: boolean;
}

/** A whole Corefile has a few thousand; this bounds time and memory for files that are none. */
export const maxWords = 2_000_000;

/** Go's `unicode.IsSpace` without `\r`, which is skipped even inside a word. JavaScript's `\s` differs in U+0085 and U+FEFF. */
const space = /[\t\n\v\f \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/**
 * Splits the text of one file into tokens, by the rules of caddy's `caddyfile/lexer.go`:
 * a leading byte order mark and every `\r` outside quotes are dropped, `#` starts a comment even inside a word,
 * `"` opens a quoted token only where a token begins, and inside quotes only `\"` is an escape.
 * Lines and columns start at 1; a column counts characters (code points).
 * Differs on purpose: a quote without end is an error (COREFILE_SYNTAX at the quote), and reading goes on at the next line.
 */
export function lex(input: { readonly file: string; readonly text: string }, problems: Problems): LexedToken[] {
  const { file, text } = input;
  const tokens: LexedToken[] = [];
  let index = text.startsWith('\uFEFF') ? 1 : 0;
  let line = 1;
  let lastEndLine = 0;
  const columns = new Columns(text, index);

  while (index < text.length) {
    const character = text[index]!;
    if (character === '\n') {
      index++;
      line++;
      columns.startLine(index);
      continue;
    }
    if (character === '\r' || space.test(character)) {
      index++;
      continue;
    }
    if (character === '#') {
      index = lineEnd(text, index);
      continue;
    }

    const position = { file, line, column: columns.of(index) };
    if (tokens.length === maxWords) {
      problems.error(
        'COREFILE_SYNTAX',
        position,
        `more than ${maxWords} words, which is the most that one file may have`,
      );
      return tokens;
    }
    const startsLine = line > lastEndLine;
    const quoted = character === '"';
    if (quoted) {
      let word = readQuoted(text, index + 1);
      if (word === undefined) {
        problems.error(
          'COREFILE_SYNTAX',
          position,
          `this '"' is never closed: expected another '"' before the file ends`,
        );
        // The rest of the line stands in for the value, so that the lines after it are still checked.
        word = readToLineEnd(text, index + 1);
      }
      index = word.end;
      if (word.lineBreaks > 0) {
        line += word.lineBreaks;
        columns.startLine(word.lastLineStart);
      }
      tokens.push({ text: word.text, position, quoted, endLine: line, startsLine });
    } else {
      const word = readWord(text, index);
      index = word.end;
      tokens.push({ text: word.text, position, quoted, endLine: line, startsLine });
    }
    lastEndLine = line;
  }
  return tokens;
}

/** Counts the code points of a line up to a place, each of them once however many places are asked for. */
class Columns {
  readonly #text: string;
  #at: number;
  #column = 1;

  constructor(text: string, start: number) {
    this.#text = text;
    this.#at = start;
  }

  startLine(index: number): void {
    this.#at = index;
    this.#column = 1;
  }

  /** The column of an index, which is not before the last one that was asked for. */
  of(index: number): number {
    while (this.#at < index) {
      this.#at += this.#text.codePointAt(this.#at)! > 0xffff ? 2 : 1;
      this.#column++;
    }
    return this.#column;
  }
}

interface Word {
  readonly text: string;
  /** Index of the first code unit after the word. */
  readonly end: number;
}

interface QuotedWord extends Word {
  readonly lineBreaks: number;
  readonly lastLineStart: number;
}

function lineEnd(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end < 0 ? text.length : end;
}

function readWord(text: string, start: number): Word {
  let end = start;
  for (; end < text.length; end++) {
    const character = text[end]!;
    if (character === '#' || (character !== '\r' && space.test(character))) break;
  }
  return { text: text.slice(start, end).replaceAll('\r', ''), end };
}

function readQuoted(text: string, start: number): QuotedWord | undefined {
  const parts: string[] = [];
  let lineBreaks = 0;
  let lastLineStart = start;
  let copied = start;
  for (let index = start; index < text.length; index++) {
    const character = text[index]!;
    if (character === '\n') {
      lineBreaks++;
      lastLineStart = index + 1;
    } else if (character === '"') {
      parts.push(text.slice(copied, index));
      return { text: parts.join(''), end: index + 1, lineBreaks, lastLineStart };
    } else if (character === '\\' && index + 1 < text.length) {
      // Regular expressions keep their backslashes this way: only the quote needs one.
      if (text[index + 1] === '"') {
        parts.push(text.slice(copied, index));
        copied = index + 1;
      }
      index++;
      if (text[index] === '\n') {
        lineBreaks++;
        lastLineStart = index + 1;
      }
    }
  }
  return undefined;
}

function readToLineEnd(text: string, start: number): QuotedWord {
  const end = lineEnd(text, start);
  return { text: text.slice(start, end), end, lineBreaks: 0, lastLineStart: start };
}
