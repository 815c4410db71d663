import { optionHeadSize } from './edns.ts';
import { readUint16, writeUint16 } from './message.ts';

/** An EDNS option (RFC 6891 section 6.1.2). */
export interface EdnsOption {
  readonly code: number;
  readonly data: Uint8Array;
}

/** The options in `bytes[start, end)`, the RDATA of an OPT record that is sound; in memory of their own. */
export function readOptions(bytes: Uint8Array, start = 0, end = bytes.length): EdnsOption[] {
  const options: EdnsOption[] = [];
  for (let at = start, next: number; at < end; at = next) {
    next = at + optionHeadSize + readUint16(bytes, at + 2);
    options.push({ code: readUint16(bytes, at), data: bytes.slice(at + optionHeadSize, next) });
  }
  return options;
}

/** Octets that options take in an OPT record. */
export function sizeOfOptions(options: readonly EdnsOption[]): number {
  return options.reduce((size, { data }) => size + optionHeadSize + data.length, 0);
}

/** The RDATA of an OPT record with these options. */
export function encodeOptions(options: readonly EdnsOption[]): Uint8Array {
  const bytes = new Uint8Array(sizeOfOptions(options));
  let at = 0;
  for (const { code, data } of options) {
    writeUint16(bytes, at, code);
    writeUint16(bytes, at + 2, data.length);
    bytes.set(data, at + optionHeadSize);
    at += optionHeadSize + data.length;
  }
  return bytes;
}
