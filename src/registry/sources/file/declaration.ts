import type { Origin, RegistryObject } from '../../model/object.ts';
import type { ReadResult } from '../../decode/object.ts';

/** How a parsed value becomes a slim object; an option of the source so that tests can replace it. */
export type ReadObject = (raw: unknown, origin: Origin) => ReadResult;

/** A file's place in the order that decides between duplicates: the path it was found by, then its own path. */
export interface FilePlace {
  readonly index: number;
  readonly path: string;
  /** Of what the file had before and no longer has: it comes after everything that files have. */
  readonly isKept?: boolean;
}

/**
 * That a document declares an object; of a document without objects there is one declaration without a key. There may be a
 * million, so each is one flat object.
 */
export interface Declaration {
  readonly place: FilePlace;
  /** Line of the document, from 1. */
  readonly line: number;
  /** Offset of the document in the file: the order of documents. */
  readonly position: number;
  /** `objectKey` of the object. */
  readonly key: string | undefined;
  /** Number in the list that the document is, or is an item of; `noItem` where it is neither. */
  readonly item: number;
  /** As `labelOf` has it, where that is not the label of the item. */
  readonly label?: string;
  /** Of the text of the document. */
  readonly hash: string;
  /** `undefined` while this is the object that the sink has under the key. Only of an original. */
  object: RegistryObject | undefined;
  /** The declaration as it was first read, which all readings of an unchanged document share; `undefined` of itself. */
  readonly original?: Declaration;
}

/** In place of a number in a list. */
export const noItem = -1;

/** The same declaration elsewhere. */
export function movedTo(known: Declaration, place: FilePlace, line: number, position: number): Declaration {
  return { ...known, place, line, position, object: undefined, original: known.original ?? known };
}

export function itemLabel(item: number): string {
  return item === noItem ? '' : ` items[${item}]`;
}

/** ` items[3]` of an object in a list, ` items[3] items[0]` in a list in a list; '' of one that is in none. */
export function labelOf({ item, label }: Declaration): string {
  return label ?? itemLabel(item);
}

/** `PATH:LINE` of the object, and its label. */
export function originOf(declaration: Declaration): string {
  return `${declaration.place.path}:${declaration.line}${labelOf(declaration)}`;
}

/** Negative when `a` comes before `b` in the order that decides between duplicates. */
export function compareDeclarations(a: Declaration, b: Declaration): number {
  const [isKept, isOtherKept] = [a.place.isKept ?? false, b.place.isKept ?? false];
  if (isKept !== isOtherKept) return isKept ? 1 : -1;
  if (a.place.index !== b.place.index) return a.place.index - b.place.index;
  if (a.place.path !== b.place.path) return a.place.path < b.place.path ? -1 : 1;
  return a.position - b.position || a.item - b.item;
}
