import type { FilePlace } from './document.ts';
import type { FileReading } from './file-reading.ts';
import type { DueFile, FileLoader } from './loaded-file.ts';
import type { PackedDocuments } from './packed-documents.ts';

/**
 * Files that are read by somebody else while what the ones before them say is put in place. Whoever starts it owns it,
 * and closes it. Calls come in the order in which the files are due.
 *
 *     take(place, onPart)   what the file says; may wait for it. `undefined` where nobody has read it: the caller does so itself.
 *
 * A large file is told part by part while it is read: `onPart` gets all documents that are known so far, each time the same
 * object, which the result has as well. Where the result has another or none, what was told does not count.
 */
export interface ReadAhead {
  take(place: FilePlace, onPart: (documents: PackedDocuments) => void): FileReading | undefined;
  close(): void;
}

/** `undefined` where it is not worth it, or not possible. */
export type StartReadAhead = (files: readonly DueFile[], loader: FileLoader) => ReadAhead | undefined;
