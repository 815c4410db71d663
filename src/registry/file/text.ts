import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import { release } from '../../runtime/heap.ts';
import type { RejectionReason } from '../rejection.ts';
import { errorText, type FileSystem } from './file-system.ts';

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

/** Reads a file as UTF-8 text without a byte order mark. Reads no more than one byte over the cap. Never throws. */
export function readText(fileSystem: FileSystem, path: string, maxFileBytes: number): TextResult {
  let bytes: Buffer<ArrayBuffer>;
  try {
    bytes = fileSystem.read(path, maxFileBytes + 1);
  } catch (error) {
    return { type: 'problem', reason: 'file', message: errorText(error) };
  }
  if (bytes.length > maxFileBytes)
    return { type: 'problem', reason: 'size', message: `larger than ${maxFileBytes} bytes (max_file)` };
  const nul = bytes.indexOf(0);
  if (nul >= 0) {
    const at = positionOf(bytes.toString('latin1', 0, nul), nul);
    return { type: 'problem', reason: 'parse', at, message: 'a NUL byte, expected text' };
  }
  if (!isUtf8(bytes)) return { type: 'problem', reason: 'parse', message: 'not UTF-8 text' };
  try {
    const hash = textHash(bytes);
    const text = bytes.toString('utf8');
    release(bytes.buffer);
    return { type: 'text', text: text.startsWith('\uFEFF') ? text.slice(1) : text, hash };
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
