import { hash } from 'node:crypto';
import { fileErrorText } from '../../../../runtime/errors.ts';
import { release } from '../../../../runtime/tuning/heap.ts';
import type { Work } from '../../../../runtime/sliced-work.ts';
import type { RejectionReason } from '../../../model/rejection.ts';
import { decodeText } from './decode-text.ts';
import type { FileSystem } from '../../../../runtime/files/file-system.ts';

/** Line and column from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

export type TextResult =
  /** With the hash of its octets. */
  | { readonly type: 'text'; readonly text: string; readonly hash: string }
  | {
      readonly type: 'problem';
      readonly reason: RejectionReason;
      readonly at?: TextPosition;
      readonly message: string;
    };

/** Reads a file as text, as `decodeText` says. Reads no more than one byte over the cap. Never throws. */
export function* readText(fileSystem: FileSystem, path: string, maxFileBytes: number): Work<TextResult> {
  let bytes: Buffer<ArrayBuffer>;
  try {
    bytes = fileSystem.read(path, maxFileBytes + 1);
  } catch (error) {
    return { type: 'problem', reason: 'file', message: fileErrorText(error) };
  }
  if (bytes.length > maxFileBytes)
    return { type: 'problem', reason: 'size', message: `larger than ${maxFileBytes} bytes (max_file)` };
  yield;
  const hash = textHash(bytes);
  yield;
  try {
    const decoded = decodeText(bytes);
    release(bytes.buffer);
    if (decoded.type === 'text') return { type: 'text', text: decoded.text, hash };
    const { before, message } = decoded;
    const at = before === undefined ? {} : { at: positionOf(before, before.length) };
    return { type: 'problem', reason: 'parse', ...at, message };
  } catch {
    return { type: 'problem', reason: 'size', message: 'larger than a string can be' };
  }
}

/** A character for each of 8 octets of SHA-256: there may be a million of them in memory. */
export function textHash(text: string | Uint8Array): string {
  return hash('sha256', text, 'buffer').toString('latin1', 0, 8);
}

/** Line and column of an offset; a line ends with LF, CRLF or CR. */
export function positionOf(text: string, offset: number): TextPosition {
  const before = text.slice(0, offset);
  const lines = before.split(/\r\n|\n|\r/);
  return { line: lines.length, column: lines[lines.length - 1]!.length + 1 };
}
