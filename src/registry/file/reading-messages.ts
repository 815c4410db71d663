import type { MessagePort } from 'node:worker_threads';
import type { Rejection } from '../rejection.ts';
import type { FilePlace } from './document.ts';
import type { DocumentParts } from './packed-documents.ts';

/** In place of a count: the thread has not begun to read what it is asked. */
export const notBegun = 0;
/** In place of a count: the thread has ended, and there will be no more. */
export const threadEnded = -1;

/** What a reading thread is started with. */
export interface ReadingStart {
  /** Each ReadingRequest that comes in is answered by a ReadingReply, before which parts of the file may be told. */
  readonly port: MessagePort;
  /**
   * Its one word is `notBegun` at first, counts what the thread has said (that it has begun, and the replies), and is
   * `threadEnded` at the end: who cannot be called waits for it.
   */
  readonly replies: Int32Array<SharedArrayBuffer>;
  readonly maxFileBytes: number;
  /** Whether anybody wants to know what was skipped. */
  readonly tellsSkipped: boolean;
}

/** To a reading thread. */
export interface ReadingRequest {
  readonly place: FilePlace;
  /** Octets, when it was looked at. */
  readonly size: number;
}

/** From a reading thread: documents of the file that is being read, those that follow what it told before. */
export interface ReadingPart {
  readonly place: FilePlace;
  readonly part: DocumentParts;
}

/** From a reading thread, the last word about a file; of its documents those that no part was told of. */
export interface ReadingReply {
  readonly place: FilePlace;
  readonly part?: undefined;
  readonly reading:
    | { readonly type: 'documents'; readonly hash: string; readonly parts: DocumentParts }
    | { readonly type: 'problem'; readonly problem: Rejection };
  readonly skipped: readonly (readonly [origin: string, what: string])[];
}
