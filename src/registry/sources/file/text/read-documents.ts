import type { Rejection } from '../../../model/rejection.ts';
import type { FilePlace, LoadedDocument, ReadObject } from '../declaration.ts';
import { findJsonError } from './json-error.ts';
import { namesIn } from './names-in.ts';
import { PackedDocuments } from '../packed-documents.ts';
import { listItemType, readDocument, withType, type ParsedDocument } from './read-document.ts';
import { Reuse, type MovedDocuments } from './previous-documents.ts';
import { splitJson, type JsonValue } from './split-json.ts';
import { splitYaml, type YamlDocument } from './split-yaml.ts';
import { positionOf, textHash, type TextPosition } from './read-text.ts';
import { maxDepth, parseYaml } from './yaml.ts';

export interface LoadOptions {
  readonly place: FilePlace;
  /** Documents of the same file before; those whose text is still there are not read again. */
  readonly previous: PackedDocuments | undefined;
  readonly readObject: ReadObject;
  readonly onSkipped: (origin: string, what: string) => void;
}

/** Documents of a file, in their order: read now, or those of before. */
export type LoadedPart = { readonly type: 'read'; readonly documents: PackedDocuments } | MovedDocuments;

/** Work that can be interrupted where it yields nothing, and else yields what is next in the file. */
export type PartsOf<Result> = Generator<LoadedPart | undefined, Result, undefined>;

/** So many documents are a part: to read them takes a tenth of a second. */
const partLength = 8192;

/** What a file is taken apart into: a document with its hash, and how to read it. */
interface Piece {
  readonly hash: string;
  readonly line: number;
  readonly position: number;
  /** ` items[3]` of an item of a list. */
  readonly label: string;
  readonly read: () => Iterable<LoadedDocument>;
}

/**
 * Takes the text of a file apart: YAML documents, and in each that begins as JSON one JSON value or several. What is wrong with
 * one of them costs none of the others. Never throws.
 */
export function* loadFile(text: string, options: LoadOptions): PartsOf<undefined> {
  const { place } = options;
  const reuse = new Reuse(place, options.previous);
  let read = new PackedDocuments(place);
  let moved: MovedDocuments | undefined;
  for (const piece of new FileText(text, options).pieces()) {
    const again = reuse.take(piece);
    if (again) {
      if (read.length > 0) yield { type: 'read', documents: read };
      if (read.length > 0) read = new PackedDocuments(place);
      const joined = moved && reuse.join(moved, again);
      if (moved && !joined) yield moved;
      moved = joined ?? again;
    } else {
      if (moved) yield moved;
      moved = undefined;
      for (const document of piece.read()) read.push(withoutWindows(document));
      if (read.length >= partLength) {
        yield { type: 'read', documents: read };
        read = new PackedDocuments(place);
      }
    }
    yield undefined;
  }
  if (moved) yield moved;
  if (read.length > 0) yield { type: 'read', documents: read };
  return undefined;
}

/** The text of one file, and what it says. */
class FileText {
  readonly #text: string;
  readonly #options: LoadOptions;
  readonly #isJson: boolean;

  constructor(text: string, options: LoadOptions) {
    this.#text = text;
    this.#options = options;
    this.#isJson = /\.json$/i.test(options.place.path);
  }

  *pieces(): Generator<Piece, undefined> {
    for (const document of splitYaml(this.#text)) {
      const json = this.#startOfJson(document);
      if (json === undefined) yield this.#yamlPiece(document);
      else yield* this.#jsonPieces(document, json);
    }
    return undefined;
  }

  /** Where the first JSON value of a document begins: behind `---`, and behind comments where YAML may stand too. */
  #startOfJson({ contentAt, end }: YamlDocument): number | undefined {
    const first = this.#text.slice(contentAt, Math.min(end, contentAt + 1));
    return first === '{' || first === '[' ? contentAt : undefined;
  }

  *#jsonPieces(document: YamlDocument, start: number): Generator<Piece, undefined> {
    const values = splitJson(this.#text, start, document.end, document.line, maxDepth);
    // YAML in braces looks like JSON until it is read.
    const isYaml = !this.#isJson && values.some((value) => !this.#isJsonValue(value));
    if (isYaml && (values.length === 1 || this.#parsesAsYaml(document))) {
      yield this.#yamlPiece(document);
      return undefined;
    }
    for (const value of values) {
      const type = this.#listType(value);
      if (value.list && type) {
        const context = JSON.stringify(type);
        for (const [item, piece] of value.list.items.entries())
          yield this.#jsonPiece(piece, context, ` items[${item}]`, (parsed) => withType(parsed, type));
      } else yield this.#jsonPiece(value, '', '', (parsed) => parsed, value.deepAt);
    }
    return undefined;
  }

  #isJsonValue({ start, end, list, deepAt }: JsonValue): boolean {
    if (deepAt !== undefined) return true;
    const texts = list ? [list.rest, ...list.items.map((item) => this.#text.slice(item.start, item.end))] : [];
    return (list ? texts : [this.#text.slice(start, end)]).every((text) => parseJson(text) !== undefined);
  }

  #parsesAsYaml({ start, end }: YamlDocument): boolean {
    return parseYaml(this.#text.slice(start, end)).type === 'value';
  }

  /** What the items of a list are; `undefined` for a value that is to be read as a whole. */
  #listType({ list }: JsonValue): ReturnType<typeof listItemType> {
    const rest = list && parseJson(list.rest);
    return rest && listItemType(rest.value);
  }

  #jsonPiece(
    { start, end, line }: { start: number; end: number; line: number },
    context: string,
    label: string,
    typed: (value: unknown) => unknown,
    deepAt?: number,
  ): Piece {
    const text = this.#text.slice(start, end);
    const place = { line, position: start, hash: textHash(context + text) };
    const read = (): Iterable<LoadedDocument> => {
      if (deepAt !== undefined) {
        const at = this.#positionAt(start, line, deepAt);
        return [this.#rejected(text, place, 'size', at, `nested more than ${maxDepth} levels deep`)];
      }
      const parsed = parseJson(text);
      if (parsed) return this.#read({ ...place, label, value: typed(parsed.value) });
      const error = findJsonError(text) ?? { offset: 0, message: 'is no JSON' };
      return [this.#rejected(text, place, 'parse', this.#positionAt(start, line, start + error.offset), error.message)];
    };
    return { ...place, label, read };
  }

  #yamlPiece({ start, end, startLine, line }: YamlDocument): Piece {
    const text = this.#text.slice(start, end);
    const place = { line, position: start, hash: textHash(text) };
    const read = (): Iterable<LoadedDocument> => {
      const parsed = parseYaml(text);
      if (parsed.type === 'value') {
        // `---` with nothing but a comment or `null` behind it.
        if (parsed.value === null) return [{ place: this.#options.place, ...place, claims: [], rejections: [] }];
        return this.#read({ ...place, label: '', value: parsed.value });
      }
      const { reason, message, column } = parsed;
      const at = parsed.line === undefined ? undefined : { line: startLine + parsed.line, column: column + 1 };
      return [this.#rejected(text, place, reason, at, message)];
    };
    return { ...place, label: '', read };
  }

  #read(document: Omit<ParsedDocument, 'place'>): Iterable<LoadedDocument> {
    const { place, readObject, onSkipped } = this.#options;
    return readDocument({ place, ...document }, readObject, onSkipped);
  }

  /** The place of an offset behind that of a piece. */
  #positionAt(start: number, line: number, offset: number): TextPosition {
    const at = positionOf(this.#text.slice(start, offset), offset - start);
    if (at.line > 1) return { line: line + at.line - 1, column: at.column };
    const lineStart = Math.max(this.#text.lastIndexOf('\n', start - 1), this.#text.lastIndexOf('\r', start - 1)) + 1;
    return { line, column: start === 0 ? at.column : start - lineStart + at.column };
  }

  #rejected(
    text: string,
    at: { readonly line: number; readonly position: number; readonly hash: string },
    reason: 'parse' | 'size',
    found: TextPosition | undefined,
    message: string,
  ): LoadedDocument {
    const { place } = this.#options;
    const where = found ? `${found.line}:${found.column}` : `${at.line}`;
    const written = namesIn(text);
    const told = { reason, object: '', field: '', message, origin: `${place.path}:${where}` } as const;
    const rejection: Rejection = written === undefined ? told : { ...told, written };
    return { place, ...at, claims: [], rejections: [rejection] };
  }
}

/** What is kept of a document must not hold on to the text of the whole file, into which its strings may be windows. */
function withoutWindows(document: LoadedDocument): LoadedDocument {
  return document.rejections.length === 0 ? document : structuredClone(document);
}

function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}
