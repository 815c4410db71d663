import type { Origin, RegistryObject } from '../object.ts';
import type { ReadResult } from '../read/object.ts';
import type { Rejection } from '../rejection.ts';

/** How a document becomes a slim object; the source takes it as an option so that tests can stand in. */
export type ReadObject = (raw: unknown, origin: Origin) => ReadResult;

/** A file's place in the order that decides between duplicates: the path it was found by, then its own path. */
export interface FilePlace {
  readonly index: number;
  readonly path: string;
}

/** An object that a document says exists. Whether it is served depends on who else claims the same key. */
export interface Claim {
  readonly object: RegistryObject;
  readonly document: LoadedDocument;
  /** Number in the document, which may be a list. */
  readonly item: number;
}

/** What is kept of a YAML document or of an item of a JSON list: no text, only its hash. */
export interface LoadedDocument {
  readonly place: FilePlace;
  readonly hash: string;
  readonly line: number;
  /** Offset of its text in the file: the order of documents. */
  readonly position: number;
  readonly claims: readonly Claim[];
  readonly rejections: readonly Rejection[];
}

/** Negative when `a` stands before `b`. */
export function compareClaims(a: Claim, b: Claim): number {
  const [left, right] = [a.document, b.document];
  if (left.place.index !== right.place.index) return left.place.index - right.place.index;
  if (left.place.path !== right.place.path) return left.place.path < right.place.path ? -1 : 1;
  return left.position - right.position || a.item - b.item;
}
