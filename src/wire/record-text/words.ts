/** A word of a record's text, with its escapes. */
export interface Word {
  readonly text: string;
  /** Stood in double quotes. */
  readonly isQuoted: boolean;
}

/** The words of one record. */
export interface RecordLine {
  readonly words: readonly Word[];
  /** It begins with a blank, where a zone file has the owner name of the record before. */
  readonly isIndented: boolean;
}

const blanks = ' \t\r';
/** What ends a word that is not quoted. */
const ends = ' \t\r\n();"';

/**
 * Takes the words of the first record out of a text in the form of a zone file (RFC 1035 section 5.1): comments are left out, and
 * parentheses group lines. `undefined` where there is no record, a text where it is malformed. Each character stands for one octet.
 */
export function recordLine(text: string): RecordLine | string | undefined {
  const words: Word[] = [];
  let isIndented = false;
  let depth = 0;
  let at = 0;
  while (at < text.length) {
    const char = text[at]!;
    if (char === '\n' && depth === 0) {
      if (words.length > 0) break;
      isIndented = false;
      at++;
    } else if (char === '\n' || blanks.includes(char)) {
      if (words.length === 0 && char !== '\n' && char !== '\r') isIndented = true;
      at++;
    } else if (char === ';') {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
    } else if (char === '(' || char === ')') {
      depth += char === '(' ? 1 : -1;
      if (depth < 0) return `a ')' closes no '('`;
      at++;
    } else if (char === '"') {
      const end = endOfWord(text, at + 1, '"');
      if (end >= text.length) return `a '"' has no second one`;
      words.push({ text: text.slice(at + 1, end), isQuoted: true });
      at = end + 1;
    } else {
      const end = endOfWord(text, at, ends);
      words.push({ text: text.slice(at, end), isQuoted: false });
      at = end;
    }
  }
  if (depth > 0) return `a '(' has no ')'`;
  return words.length === 0 ? undefined : { words, isIndented };
}

/** Index of the first of some characters that no backslash stands before. */
function endOfWord(text: string, start: number, characters: string): number {
  let at = start;
  while (at < text.length && !characters.includes(text[at]!)) at += text[at] === '\\' ? 2 : 1;
  return Math.min(at, text.length);
}
