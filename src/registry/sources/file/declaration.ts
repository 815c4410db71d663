import type { Origin } from '../../model/object.ts';
import type { ReadResult } from '../../decode/object.ts';
import type { Rejection } from '../../model/rejection.ts';

/** How a document becomes a slim object; the source takes it as an option so that tests can stand in. */
export type ReadObject = (raw: unknown, origin: Origin) => ReadResult;

/** A file's place in the order that decides between duplicates: the path it was found by, then its own path. */
export interface FilePlace {
  readonly index: number;
  readonly path: string;
  /** Of what the file had before and has no more: it stands behind all that files have. */
  readonly isKept?: boolean;
}

/** That a document says an object exists. Whether it is served depends on who else claims the same key. */
export interface Claim {
  /** `objectKey` of the object. */
  readonly key: string;
  /** Number in the document, which may be a list. */
  readonly item: number;
  /** ` items[3]` in a list: the origin of the object without the path and the line. */
  readonly label: string;
  /** `textOfObject`, until the ledger has been told; then the sink has the object. */
  readonly text: string | undefined;
}

/** A document has at most so many claims; one that has more is several, with one position and hash. */
export const maxClaims = 64;

/** What is kept of a YAML document, a JSON value or an item of a JSON list: no text, only its hash. */
export interface LoadedDocument {
  readonly place: FilePlace;
  readonly hash: string;
  readonly line: number;
  /** Offset of its text in the file: the order of documents. */
  readonly position: number;
  readonly claims: readonly Claim[];
  readonly rejections: readonly Rejection[];
}

/** Where a claim stands in the order that decides between duplicates. */
export interface ClaimPlace {
  readonly place: FilePlace;
  readonly position: number;
  readonly item: number;
}

/** Negative when `a` stands before `b`. */
export function compareClaims(a: ClaimPlace, b: ClaimPlace): number {
  const [isKept, isOtherKept] = [a.place.isKept ?? false, b.place.isKept ?? false];
  if (isKept !== isOtherKept) return isKept ? 1 : -1;
  if (a.place.index !== b.place.index) return a.place.index - b.place.index;
  if (a.place.path !== b.place.path) return a.place.path < b.place.path ? -1 : 1;
  return a.position - b.position || a.item - b.item;
}
