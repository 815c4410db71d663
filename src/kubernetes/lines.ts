import { quoted } from '../runtime/untyped.ts';
import { BadStreamError } from './api-errors.ts';

const newline = 0x0a;

/** Splits a stream into lines. An incomplete line is kept as octets, `maxBytes` of them at most. */
export class LineSplitter {
  readonly #maxBytes: number;
  #parts: Uint8Array[] = [];
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that the chunk completes, without newline; empty ones are left out. Throws BadStreamError on a long one. */
  *push(chunk: Uint8Array): Iterable<string> {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(newline, start);
      const part = chunk.subarray(start, end < 0 ? chunk.length : end);
      this.#length += part.length;
      if (this.#length > this.#maxBytes) throw new BadStreamError(`a line is longer than ${this.#maxBytes} octets`);
      if (end < 0) {
        // The chunk may be a window into a larger buffer that is used again.
        if (part.length > 0) this.#parts.push(new Uint8Array(part));
        return;
      }
      const line = textOf([...this.#parts, part]);
      this.#parts = [];
      this.#length = 0;
      start = end + 1;
      if (line !== '') yield line;
    }
  }
}

/** UTF-8. */
export function textOf(parts: readonly Uint8Array[]): string {
  const [first] = parts;
  const bytes = parts.length === 1 && first ? first : Buffer.concat(parts);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}

/** Throws BadStreamError where the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadStreamError(`found ${quoted(text)}, expected JSON`);
  }
}
