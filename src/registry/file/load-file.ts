import type { Rejection } from '../rejection.ts';
import type { FilePlace, LoadedDocument, ReadObject } from './document.ts';
import { findJsonError } from './json-error.ts';
import { PackedDocuments } from './packed-documents.ts';
import { listItemType, moveDocument, readDocument, withType } from './read-document.ts';
import { splitJson } from './split-json.ts';
import { splitYaml } from './split-yaml.ts';
import { positionOf, textHash } from './text.ts';
import { maxDepth, parseYaml } from './yaml.ts';

export type LoadResult =
  /** Without those that `onPart` was told of. */
  | { readonly type: 'documents'; readonly documents: PackedDocuments }
  /** Nothing can be said of the file as a whole: the caller keeps what it had. */
  | { readonly type: 'problem'; readonly problem: Rejection };

export interface LoadOptions {
  readonly place: FilePlace;
  /** Documents of the same file before; those whose text is still there are not read again. */
  readonly previous: PackedDocuments | undefined;
  readonly readObject: ReadObject;
  readonly onSkipped: (origin: string, what: string) => void;
  /**
   * Told of documents some thousands at a time, before it is known whether the file makes sense as a whole; without it all
   * are in the result.
   */
  readonly onPart?: ((documents: PackedDocuments) => void) | undefined;
}

/** So many documents are a part: to read them takes a tenth of a second. */
const partLength = 8192;

/** A piece of the file that is read on its own. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly line: number;
}

/** Takes the text of a file apart. A name in `.json` holds one JSON value, any other YAML documents. Never throws. */
export function loadFile(text: string, options: LoadOptions): LoadResult {
  return /\.json$/i.test(options.place.path) ? loadJson(text, options) : loadYaml(text, options);
}

function loadYaml(text: string, options: LoadOptions): LoadResult {
  const { place, readObject, onSkipped } = options;
  const pieces = splitYaml(text);
  const documents = reuse(pieces, options, '', text, (piece, hash, index) => {
    const { startLine } = pieces[index]!;
    const { line, start: position } = piece;
    const parsed = parseYaml(text.slice(piece.start, piece.end));
    if (parsed.type === 'value') {
      // `---` with nothing but a comment or `null` behind it.
      if (parsed.value === null) return { place, hash, line, position, claims: [], rejections: [] };
      const document = { place, hash, line, position, label: '', value: parsed.value };
      return withoutWindows(readDocument(document, readObject, onSkipped));
    }
    const at = parsed.line === undefined ? `${line}` : `${startLine + parsed.line}:${parsed.column + 1}`;
    const { reason, message } = parsed;
    const rejection = { reason, object: '', field: '', message, origin: `${place.path}:${at}` };
    return { place, hash, line, position, claims: [], rejections: [rejection] };
  });
  return { type: 'documents', documents };
}

/** What is kept of a document must not hold on to the text of the whole file, into which its strings may be windows. */
function withoutWindows(document: LoadedDocument): LoadedDocument {
  return document.rejections.length === 0 ? document : structuredClone(document);
}

function loadJson(text: string, options: LoadOptions): LoadResult {
  const { place, readObject, onSkipped } = options;
  const split = splitJson(text, maxDepth);
  if (split.type === 'deep')
    return problem(text, place, 'size', split.offset, `nested more than ${maxDepth} levels deep`);
  try {
    const type = split.type === 'list' ? listItemType(JSON.parse(split.rest)) : undefined;
    if (split.type !== 'list' || type === undefined) {
      const pieces = text.trim() === '' ? [] : [{ start: 0, end: text.length, line: 1 }];
      const documents = reuse(pieces, options, '', text, (piece, hash) => {
        const value = JSON.parse(text) as unknown;
        return readDocument({ place, hash, line: 1, position: piece.start, label: '', value }, readObject, onSkipped);
      });
      return { type: 'documents', documents };
    }
    const context = JSON.stringify(type);
    const documents = reuse(split.items, options, context, text, (piece, hash, index) => {
      const value = withType(JSON.parse(text.slice(piece.start, piece.end)), type);
      const { line, start: position } = piece;
      return readDocument({ place, hash, line, position, label: ` items[${index}]`, value }, readObject, onSkipped);
    });
    return { type: 'documents', documents };
  } catch (error) {
    const found = findJsonError(text);
    return problem(text, place, 'parse', found?.offset ?? 0, found?.message ?? String(error));
  }
}

function problem(
  text: string,
  place: FilePlace,
  reason: 'parse' | 'size',
  offset: number,
  message: string,
): LoadResult {
  const { line, column } = positionOf(text, offset);
  const origin = `${place.path}:${line}:${column}`;
  return { type: 'problem', problem: { reason, object: '', field: '', message, origin } };
}

/**
 * Reads only the pieces whose text is new. Most edits leave a common beginning and end; the rest is looked up by hash.
 *
 * @param context what else decides how a piece is read
 */
function reuse(
  pieces: readonly Piece[],
  options: LoadOptions,
  context: string,
  text: string,
  read: (piece: Piece, hash: string, index: number) => LoadedDocument,
): PackedDocuments {
  const hashOf = (piece: Piece): string => textHash(context + text.slice(piece.start, piece.end));
  const { previous, place, onPart } = options;
  const usable = previous?.place.index === place.index ? previous : new PackedDocuments(place);
  // Where there is nothing to compare them with each is made when it is needed: there may be a million.
  const hashes = usable.length === 0 ? [] : pieces.map(hashOf);
  let head = 0;
  while (head < hashes.length && head < usable.length && usable.hashAt(head) === hashes[head]) head++;
  let tail = 0;
  const most = Math.min(hashes.length, usable.length) - head;
  while (tail < most && usable.hashAt(usable.length - 1 - tail) === hashes[hashes.length - 1 - tail]) tail++;
  /** Hash → number of the document, for there may be very many. */
  const moved = new Map<string, number>();
  for (let index = head; index < usable.length - tail; index++) moved.set(usable.hashAt(index), index);

  const documentOf = (piece: Piece, index: number): LoadedDocument => {
    const hash = hashes[index];
    if (hash === undefined) return read(piece, hashOf(piece), index);
    const fromEnd = pieces.length - index;
    const isInPlace = index < head || fromEnd <= tail;
    const number = !isInPlace ? moved.get(hash) : index < head ? index : usable.length - fromEnd;
    if (number === undefined) return read(piece, hash, index);
    const old = usable.at(number);
    if (old.line === piece.line && old.position === piece.start && index < head) return old;
    moved.delete(hash);
    // Rejections name lines and columns, and an item of a list its number.
    if (old.rejections.length > 0 || context !== '') return read(piece, hash, index);
    return moveDocument(old, piece.line, piece.start);
  };
  let documents = new PackedDocuments(place);
  pieces.forEach((piece, index) => {
    documents.push(documentOf(piece, index));
    if (!onPart || documents.length < partLength) return;
    onPart(documents);
    documents = new PackedDocuments(place, index + 1);
  });
  return documents;
}
