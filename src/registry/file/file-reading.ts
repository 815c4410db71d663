import type { Rejection } from '../rejection.ts';
import type { FilePlace, ReadObject } from './document.ts';
import type { FileSystem } from './file-system.ts';
import { loadFile } from './load-file.ts';
import type { PackedDocuments } from './packed-documents.ts';
import { readText } from './text.ts';

/** What a file says when it is read. */
export type FileReading =
  /** Without those that `onPart` was told of. */
  | { readonly type: 'documents'; readonly hash: string; readonly documents: PackedDocuments }
  /** Its text is known already. */
  | { readonly type: 'known'; readonly hash: string }
  /** It cannot be read, or nothing can be said of it as a whole. */
  | { readonly type: 'problem'; readonly problem: Rejection };

export interface FileReadingOptions {
  readonly fileSystem: FileSystem;
  readonly maxFileBytes: number;
  readonly readObject: ReadObject;
  /** Told of objects that are not for DNS. */
  readonly onSkipped: (origin: string, what: string) => void;
  /** Whether the text with this hash needs no second reading. */
  readonly isKnown?: (hash: string) => boolean;
  /** Documents of the same file before. */
  readonly previous?: PackedDocuments | undefined;
  /** As in LoadOptions. */
  readonly onPart?: (documents: PackedDocuments) => void;
}

/** Reads a file and takes its text apart. Needs nothing but what it is given, and may do so in any thread. Never throws. */
export function readFile(place: FilePlace, options: FileReadingOptions): FileReading {
  const { fileSystem, maxFileBytes, readObject, onSkipped, isKnown, previous, onPart } = options;
  const { path } = place;
  const read = readText(fileSystem, path, maxFileBytes);
  if (read.type === 'problem') {
    const { reason, at, message } = read;
    const origin = at === undefined ? path : `${path}:${at.line}:${at.column}`;
    return { type: 'problem', problem: { reason, object: '', field: '', message, origin } };
  }
  const { text, hash } = read;
  if (isKnown?.(hash)) return { type: 'known', hash };
  const result = loadFile(text, { place, previous, readObject, onSkipped, onPart });
  return result.type === 'problem' ? result : { type: 'documents', hash, documents: result.documents };
}
