/** One document of a YAML stream, as a part of its text. */
export interface YamlDocument {
  /** Offsets in the text; the line of `---` belongs to the document, that of `...` does not. */
  readonly start: number;
  readonly end: number;
  /** Line of `start`, from 1. */
  readonly startLine: number;
  /** Line of the first content, from 1: where a person looks for the document. */
  readonly line: number;
  /** Offset of the first character of it, behind `---` where that is on its line. */
  readonly contentAt: number;
}

/**
 * Splits a YAML stream into its documents, without parsing them, so that one bad document does not cost the others.
 * `---` or `...` at column 0, followed by white space or the end, can be inside no scalar of any style (YAML 1.2.2,
 * section 9.1.2, `c-forbidden`), so a line is enough to know. Documents without content are left out.
 */
export function* splitYaml(text: string): Generator<YamlDocument, undefined> {
  // Files that were put together may have a byte order mark in the middle.
  const markers = /(?:^|[\r\n])\uFEFF?(---|\.\.\.)(?=[ \t\r\n]|$)/g;
  const lines = new LineCounter(text);
  let start = 0;
  let hasMarker = false;

  const documentUpTo = (end: number): YamlDocument[] => {
    const content = firstContent(text, start, end, hasMarker);
    if (content === undefined || content >= end) return [];
    return [{ start, end, startLine: lines.at(start), line: lines.at(content), contentAt: content }];
  };

  for (let match = markers.exec(text); match; match = markers.exec(text)) {
    const at = match.index + match[0].length - 3;
    // The break that ends this line may be the one before the next marker.
    markers.lastIndex = at + 3;
    if (match[1] === '...') {
      yield* documentUpTo(at);
      start = afterLine(text, at);
      hasMarker = false;
      continue;
    }
    // Directives (`%YAML 1.2`) come before the marker of their document.
    if (hasMarker || !hasOnlyDirectives(text, start, at)) {
      yield* documentUpTo(at);
      start = at;
    }
    hasMarker = true;
  }
  yield* documentUpTo(text.length);
  return undefined;
}

/** Offset of the first character that is neither white space nor part of a comment or of the marker. */
function firstContent(text: string, start: number, end: number, hasMarker: boolean): number | undefined {
  let isBeforeMarker = hasMarker;
  for (let at = start; at < end; at = afterLine(text, at)) {
    let from = at;
    if (isBeforeMarker && text.startsWith('---', at)) {
      isBeforeMarker = false;
      from += 3;
    } else if (isBeforeMarker) continue;
    const visible = firstVisible(text, from, end);
    if (visible !== undefined && text[visible] !== '#') return visible;
  }
  return undefined;
}

/** Directives, blanks and comments only, and at least one directive. */
function hasOnlyDirectives(text: string, start: number, end: number): boolean {
  let isFound = false;
  for (let at = start; at < end; at = afterLine(text, at)) {
    if (text[at] === '%') {
      isFound = true;
      continue;
    }
    const visible = firstVisible(text, at, end);
    if (visible !== undefined && text[visible] !== '#') return false;
  }
  return isFound;
}

/** Offset of the first character of a line that is no white space; `undefined` for a blank line. */
function firstVisible(text: string, from: number, end: number): number | undefined {
  for (let at = from; at < end; at++) {
    const character = text[at]!;
    if (character === '\n' || character === '\r') return undefined;
    if (character !== ' ' && character !== '\t') return at;
  }
  return undefined;
}

function afterLine(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 10) return at + 1;
    if (code === 13) return text.charCodeAt(at + 1) === 10 ? at + 2 : at + 1;
  }
  return text.length;
}

/** Line numbers of offsets inside the text. They mostly grow, so each is counted from the one before. */
class LineCounter {
  readonly #text: string;
  #offset = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  at(offset: number): number {
    if (offset < this.#offset) [this.#offset, this.#line] = [0, 1];
    for (let next = afterLine(this.#text, this.#offset); next <= offset; next = afterLine(this.#text, next)) {
      this.#offset = next;
      this.#line++;
    }
    return this.#line;
  }
}
