import type { FileReading } from './file-reading.ts';
import type { LoadedPart } from './text/read-documents.ts';
import type { DueFile, FileLoader } from './loaded-file.ts';

/** Parts of a file as they are read; a promise where they must be waited for, nothing where there is time for other things. */
export type ReadingOf<Result> = Generator<LoadedPart | Promise<void> | undefined, Result, undefined>;

/**
 * Files that are read by somebody else while what the ones before them say is put in place. Whoever starts it owns it,
 * and closes it. Calls come in the order in which the files are due.
 *
 *     read(due)   what the file says. `undefined` in the end where nobody has read it, or not all of it: the caller does
 *                 so himself, and forgets the parts that it had.
 */
export interface ReadAhead {
  read(due: DueFile): ReadingOf<FileReading | undefined>;
  close(): void;
}

/** `undefined` where it is not worth it, or not possible. */
export type StartReadAhead = (files: readonly DueFile[], loader: FileLoader) => ReadAhead | undefined;
