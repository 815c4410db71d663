import type { FilePlace } from './declaration.ts';
import type { FileReading } from './file-reading.ts';
import type { DocumentParts } from './packed-documents.ts';
import type { MovedDocuments } from './text/previous-documents.ts';

/** What a reading thread is started with. */
export interface ReadingStart {
  readonly maxFileBytes: number;
  /** Whether anybody wants to know what was skipped. */
  readonly tellsSkipped: boolean;
}

/** To a reading thread, which answers it by the parts of the file and then a ReadingReply. */
export interface ReadingRequest {
  readonly place: FilePlace;
  /** Octets, when it was looked at. */
  readonly size: number;
  readonly known: readonly string[];
  /** Which documents the file had before. */
  readonly previous: DocumentParts | undefined;
}

/** From a reading thread: documents of the file that is being read, those that follow what it told before. */
export interface ReadingPart {
  readonly type: 'part';
  readonly part: DocumentParts | MovedDocuments;
}

/** From a reading thread, the last word about a file. */
export interface ReadingReply {
  readonly type: 'end';
  readonly reading: FileReading;
  readonly skipped: readonly (readonly [origin: string, what: string])[];
}
