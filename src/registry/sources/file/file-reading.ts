import type { Rejection } from '../../model/rejection.ts';
import type { FilePlace, ReadObject } from './declaration.ts';
import type { FileSystem } from './file-system.ts';
import { loadFile, type PartsOf } from './text/read-documents.ts';
import type { PackedDocuments } from './packed-documents.ts';
import { readText } from './text/read-text.ts';

/** How a text ends: a writer that is half-way leaves nothing, or a line without its end. */
export type TextEnd = 'nothing' | 'within a line' | 'whole';

/** What a file says when it is read, beside its documents. */
export type FileReading =
  | { readonly type: 'documents'; readonly hash: string; readonly end: TextEnd }
  /** Its text is known already. */
  | { readonly type: 'known'; readonly hash: string; readonly end: TextEnd }
  /** It cannot be read, or not taken apart: it has no documents. */
  | { readonly type: 'problem'; readonly problem: Rejection };

export interface FileReadingOptions {
  readonly fileSystem: FileSystem;
  readonly maxFileBytes: number;
  readonly readObject: ReadObject;
  /** Told of objects that are not for DNS. */
  readonly onSkipped: (origin: string, what: string) => void;
  /** Hashes of texts that need no second reading. */
  readonly known: readonly string[];
  /** Documents of the same file before. */
  readonly previous: PackedDocuments | undefined;
}

/** Reads a file and takes its text apart. Needs nothing but what it is given, and may do so in any thread. Never throws. */
export function* readFile(place: FilePlace, options: FileReadingOptions): PartsOf<FileReading> {
  const { fileSystem, maxFileBytes, readObject, onSkipped, known, previous } = options;
  const { path } = place;
  const read = readText(fileSystem, path, maxFileBytes);
  if (read.type === 'problem') {
    const { reason, at, message } = read;
    const origin = at === undefined ? path : `${path}:${at.line}:${at.column}`;
    return { type: 'problem', problem: { reason, object: '', field: '', message, origin } };
  }
  const { text, hash } = read;
  const end = endOf(text);
  if (known.includes(hash)) return { type: 'known', hash, end };
  yield undefined;
  yield* loadFile(text, { place, previous, readObject, onSkipped });
  return { type: 'documents', hash, end };
}

/** What ends with a bracket is whole, or does not parse. */
function endOf(text: string): TextEnd {
  if (!/\S/.test(text)) return 'nothing';
  return /[\r\n}\]]$/.test(text.slice(-1)) ? 'whole' : 'within a line';
}
