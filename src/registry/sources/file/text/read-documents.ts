import type { Work } from '../../../../runtime/sliced-work.ts';
import { objectKey, type RegistryObject } from '../../../model/object.ts';
import { FileFaults } from '../faults/file-faults.ts';
import { itemLabel, movedTo, noItem, type FilePlace, type Declaration, type ReadObject } from '../declaration.ts';
import { FileText, type Piece } from './file-text.ts';
import { PreviousDocuments } from './previous-documents.ts';

/** What one reading of a file gives. */
export interface FileDocuments {
  /** In the order in which they are in the file. */
  readonly declarations: readonly Declaration[];
  /** Documents, also those without objects. */
  readonly count: number;
  readonly faults: FileFaults;
}

export function noDocuments({ path }: FilePlace): FileDocuments {
  return { declarations: [], count: 0, faults: new FileFaults(path) };
}

export interface ReadOptions {
  readonly place: FilePlace;
  /** Of the same file and place before; those whose text is still there are not read again. */
  readonly previous: FileDocuments | undefined;
  readonly readObject: ReadObject;
  /** Called for objects of kinds that are not for DNS. */
  readonly onSkipped: (origin: string, what: string) => void;
  /** Called with declarations as soon as they are read, some at a time, in order. */
  readonly onRead?: ((declarations: readonly Declaration[]) => Work<void>) | undefined;
}

/** `onRead` gets the objects of so many documents at a time: few enough to die young. */
const maxAtATime = 30;

/**
 * Takes the text of a file apart: YAML documents, and in each that begins as JSON one JSON value or several. What is wrong
 * with one of them costs none of the others. Never throws.
 */
export function* readDocuments(text: string, options: ReadOptions): Work<FileDocuments> {
  const { place, previous, onRead } = options;
  const previousDocuments = new PreviousDocuments(previous);
  const declarations: Declaration[] = [];
  const faults = new FileFaults(place.path);
  let count = 0;
  let handedOver = 0;
  for (const piece of new FileText(text, place.path).pieces()) {
    yield;
    if (!piece) continue;
    count++;
    const known = previousDocuments.take(piece.hash, piece.label);
    if (known) for (const each of known) declarations.push(inPiece(each, piece));
    else {
      for (const each of read(piece, options, faults)) {
        if (each) declarations.push(each);
        yield;
      }
    }
    if (!onRead || declarations.length - handedOver < maxAtATime) continue;
    yield* onRead(declarations.slice(handedOver));
    handedOver = declarations.length;
  }
  if (onRead) yield* onRead(declarations.slice(handedOver));
  return { declarations, count, faults };
}

/** The same document with its text further up or down: nothing has to be read again. */
function inPiece(known: Declaration, { line, position }: Piece): Declaration {
  if (known.line === line && known.position === position) return known;
  return movedTo(known, known.place, line, position);
}

/** Yields after each object, also after one that declares nothing. */
function* read(
  piece: Piece,
  { place, readObject, onSkipped }: ReadOptions,
  faults: FileFaults,
): Generator<Declaration | undefined> {
  const { hash, line, position } = piece;
  const declared = (key: string | undefined, item: number, label: string, object?: RegistryObject): Declaration => {
    // A literal without a spread, which would take twice the memory.
    const declaration = { place, line, position, hash, key, item, object };
    return label === itemLabel(item) ? declaration : { ...declaration, label };
  };
  let isEmpty = true;
  for (const { item, label, result } of piece.read(readObject)) {
    if (result.type === 'skipped') onSkipped(`${place.path}:${line}${label}`, result.what);
    else if (result.rejections.length > 0) {
      faults.add(hash, position, result.rejections, result.type === 'rejected');
      isEmpty = false;
    }
    if (result.type === 'object') {
      // Its parts are windows into the text of the file, and would keep all of it in memory.
      const key = structuredClone(objectKey(result.object));
      yield declared(key, label === piece.label ? piece.item : item, label, result.object);
      isEmpty = false;
    } else yield undefined;
  }
  if (isEmpty) yield declared(undefined, noItem, '');
}
