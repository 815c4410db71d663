import type { Token } from './ast.ts';
import type { Problems } from './problem.ts';

/** A token with what the parser needs for the same-line rule. */
export interface LexedToken extends Token {
  /** The line on which the token ends: quotes may hold line breaks. */
  readonly endLine: number;
  /** No other token ends on the line on which this one begins. */
  readonly startsLine: boolean;
}

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
  const characters = Array.from(text);
  const tokens: LexedToken[] = [];
  let index = characters[0] === '\uFEFF' ? 1 : 0;
  let line = 1;
  let lineStart = index;
  let lastEndLine = 0;

  while (index < characters.length) {
    const character = characters[index]!;
    if (character === '\n') {
      index++;
      line++;
      lineStart = index;
      continue;
    }
    if (character === '\r' || space.test(character)) {
      index++;
      continue;
    }
    if (character === '#') {
      while (index < characters.length && characters[index] !== '\n') index++;
      continue;
    }

    const position = { file, line, column: index - lineStart + 1 };
    const startsLine = line > lastEndLine;
    const quoted = character === '"';
    if (quoted) {
      let word = readQuoted(characters, index + 1);
      if (word === undefined) {
        problems.error(
          'COREFILE_SYNTAX',
          position,
          `this '"' is never closed: expected another '"' before the file ends`,
        );
        // The rest of the line stands in for the value, so that the lines after it are still checked.
        word = readToLineEnd(characters, index + 1);
      }
      index = word.end;
      if (word.lineBreaks > 0) {
        line += word.lineBreaks;
        lineStart = word.lastLineStart;
      }
      tokens.push({ text: word.text, position, quoted, endLine: line, startsLine });
    } else {
      const word = readWord(characters, index);
      index = word.end;
      tokens.push({ text: word.text, position, quoted, endLine: line, startsLine });
    }
    lastEndLine = line;
  }
  return tokens;
}

interface Word {
  readonly text: string;
  /** Index of the first character after the word. */
  readonly end: number;
}

interface QuotedWord extends Word {
  readonly lineBreaks: number;
  readonly lastLineStart: number;
}

function readWord(characters: readonly string[], start: number): Word {
  const parts: string[] = [];
  let end = start;
  for (; end < characters.length; end++) {
    const character = characters[end]!;
    if (character === '\r') continue;
    if (character === '#' || space.test(character)) break;
    parts.push(character);
  }
  return { text: parts.join(''), end };
}

function readQuoted(characters: readonly string[], start: number): QuotedWord | undefined {
  const parts: string[] = [];
  let lineBreaks = 0;
  let lastLineStart = start;
  let escaped = false;
  for (let index = start; index < characters.length; index++) {
    const character = characters[index]!;
    if (character === '\n') {
      lineBreaks++;
      lastLineStart = index + 1;
    }
    if (escaped) {
      // Regular expressions keep their backslashes this way: only the quote needs one.
      if (character !== '"') parts.push('\\');
      parts.push(character);
      escaped = false;
    } else if (character === '\\') {
      escaped = true;
    } else if (character === '"') {
      return { text: parts.join(''), end: index + 1, lineBreaks, lastLineStart };
    } else {
      parts.push(character);
    }
  }
  return undefined;
}

function readToLineEnd(characters: readonly string[], start: number): QuotedWord {
  let end = start;
  while (end < characters.length && characters[end] !== '\n') end++;
  return { text: characters.slice(start, end).join(''), end, lineBreaks: 0, lastLineStart: start };
}
