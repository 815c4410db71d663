import { itemLabel, noItem, type ReadObject } from '../declaration.ts';
import { findJsonError } from './json-error.ts';
import { namesIn } from './names-in.ts';
import { listItemType, readDocument, withType, type DocumentItem } from './read-document.ts';
import { positionOf, textHash, type TextPosition } from './read-text.ts';
import { splitJson, type JsonPiece, type JsonValue } from './split-json.ts';
import { splitYaml, type YamlDocument } from './split-yaml.ts';
import { maxDepth, parseYaml } from './yaml.ts';

/** What a file is taken apart into: a YAML document, a JSON value or an item of a JSON list. */
export interface Piece {
  readonly hash: string;
  /** From 1. */
  readonly line: number;
  /** Offset in the file. */
  readonly position: number;
  /** Number in a list, of an item of one; else `noItem`. */
  readonly item: number;
  /** As `labelOf` has it. */
  readonly label: string;
  /** Parses it, and decodes the objects in it one by one. */
  readonly read: (readObject: ReadObject) => Iterable<DocumentItem>;
}

type PiecePlace = Omit<Piece, 'read'>;

/** The text of one file. */
export class FileText {
  readonly #text: string;
  readonly #path: string;
  readonly #isJson: boolean;

  constructor(text: string, path: string) {
    this.#text = text;
    this.#path = path;
    this.#isJson = /\.json$/i.test(path);
  }

  /** In their order; `undefined` where there is time for other work before the next one is found. */
  *pieces(): Generator<Piece | undefined, undefined> {
    for (const document of splitYaml(this.#text)) {
      const json = this.#startOfJson(document);
      if (json === undefined) yield this.#yamlPiece(document);
      else yield* this.#jsonPieces(document, json);
    }
    return undefined;
  }

  /** Where the first JSON value of a document begins: behind `---`, and behind comments where YAML may begin too. */
  #startOfJson({ contentAt, end }: YamlDocument): number | undefined {
    const first = this.#text.slice(contentAt, Math.min(end, contentAt + 1));
    return first === '{' || first === '[' ? contentAt : undefined;
  }

  *#jsonPieces(document: YamlDocument, start: number): Generator<Piece | undefined, undefined> {
    const values = yield* splitJson(this.#text, start, document.end, document.line, maxDepth);
    if (yield* this.#isYaml(document, values)) {
      yield this.#yamlPiece(document);
      return undefined;
    }
    for (const value of values) {
      const type = this.#listType(value);
      if (value.list && type) {
        const context = JSON.stringify(type);
        for (const [item, piece] of value.list.items.entries())
          yield this.#jsonPiece(piece, context, item, itemLabel(item), (parsed) => withType(parsed, type));
      } else yield this.#jsonPiece(value, '', noItem, '', (parsed) => parsed, value.deepAt);
    }
    return undefined;
  }

  /** YAML in braces looks like JSON until it is read. */
  *#isYaml({ start, end }: YamlDocument, values: readonly JsonValue[]): Generator<undefined, boolean> {
    if (this.#isJson) return false;
    for (const value of values) {
      for (const text of value.deepAt === undefined ? this.#textsOf(value) : []) {
        const isJson = parseJson(text) !== undefined;
        if (!isJson) return values.length === 1 || parseYaml(this.#text.slice(start, end)).type === 'value';
        yield undefined;
      }
    }
    return false;
  }

  *#textsOf({ start, end, list }: JsonValue): Generator<string> {
    yield list ? list.rest : this.#text.slice(start, end);
    for (const item of list?.items ?? []) yield this.#text.slice(item.start, item.end);
  }

  /** What the items of a list are; `undefined` for a value that is to be read as a whole. */
  #listType({ list }: JsonValue): ReturnType<typeof listItemType> {
    const rest = list && parseJson(list.rest);
    return rest && listItemType(rest.value);
  }

  #jsonPiece(
    { start, end, line }: JsonPiece,
    context: string,
    item: number,
    label: string,
    typed: (value: unknown) => unknown,
    deepAt?: number,
  ): Piece {
    const text = this.#text.slice(start, end);
    const place = { line, position: start, item, label, hash: textHash(context + text) };
    const read = (readObject: ReadObject): Iterable<DocumentItem> => {
      if (deepAt !== undefined) {
        const at = this.#positionAt(start, line, deepAt);
        return [this.#rejected(text, place, 'size', at, `nested more than ${maxDepth} levels deep`)];
      }
      const parsed = parseJson(text);
      if (parsed) return this.#objectsOf(typed(parsed.value), place, readObject);
      const error = findJsonError(text) ?? { offset: 0, message: 'is no JSON' };
      return [this.#rejected(text, place, 'parse', this.#positionAt(start, line, start + error.offset), error.message)];
    };
    return { ...place, read };
  }

  #yamlPiece({ start, end, startLine, line }: YamlDocument): Piece {
    const text = this.#text.slice(start, end);
    const place = { line, position: start, item: noItem, label: '', hash: textHash(text) };
    const read = (readObject: ReadObject): Iterable<DocumentItem> => {
      const parsed = parseYaml(text);
      // `---` with nothing but a comment or `null` behind it has no objects.
      if (parsed.type === 'value') return parsed.value === null ? [] : this.#objectsOf(parsed.value, place, readObject);
      const { reason, message, column } = parsed;
      const at = parsed.line === undefined ? undefined : { line: startLine + parsed.line, column: column + 1 };
      return [this.#rejected(text, place, reason, at, message)];
    };
    return { ...place, read };
  }

  #objectsOf(value: unknown, { line, label }: PiecePlace, readObject: ReadObject): Iterable<DocumentItem> {
    return readDocument(value, { path: this.#path, line, label }, readObject);
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
    { line, label }: PiecePlace,
    reason: 'parse' | 'size',
    found: TextPosition | undefined,
    message: string,
  ): DocumentItem {
    const where = found ? `${found.line}:${found.column}` : `${line}`;
    const rejection = { reason, object: '', field: '', message, origin: `${this.#path}:${where}` } as const;
    const written = namesIn(text);
    const rejections = [written === undefined ? rejection : { ...rejection, written }];
    return { item: 0, label, result: { type: 'rejected', rejections } };
  }
}

function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}
