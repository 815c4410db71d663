import { hash } from 'node:crypto';
import { fileErrorText } from '../../../../runtime/errors.ts';
import { release } from '../../../../runtime/heap.ts';
import type { RejectionReason } from '../../../model/rejection.ts';
import { decodeText } from './decode-text.ts';
import type { FileSystem } from '../file-system.ts';

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
export function readText(fileSystem: FileSystem, path: string, maxFileBytes: number): TextResult {
  let bytes: Buffer<ArrayBuffer>;
  try {
    bytes = fileSystem.read(path, maxFileBytes + 1);
  } catch (error) {
    return { type: 'problem', reason: 'file', message: fileErrorText(error) };
  }
  if (bytes.length > maxFileBytes)
    return { type: 'problem', reason: 'size', message: `larger than ${maxFileBytes} bytes (max_file)` };
  try {
    const hash = textHash(bytes);
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

/** 132 bits: that two texts share them does not happen. */
const hashLength = 22;

export function textHash(text: string | Uint8Array): string {
  return hash('sha256', text, 'base64url').slice(0, hashLength);
}

/** Where an offset stands; a line ends with LF, CRLF or CR. */
export function positionOf(text: string, offset: number): TextPosition {
  const before = text.slice(0, offset);
  const lines = before.split(/\r\n|\n|\r/);
  return { line: lines.length, column: lines[lines.length - 1]!.length + 1 };
}
