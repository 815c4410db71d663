import { headerSize } from './codes.ts';
import { writeUint16 } from './message.ts';
import { Query } from './query.ts';

/** What is asked. */
export interface DerivedQuestion {
  /** Wire form. */
  readonly name: Uint8Array;
  readonly type: number;
  readonly class: number;
}

const noReply = new Uint8Array(0);

/**
 * A query that is asked in place of a client's: another question, and in all else the client's own, with its ID, flags, EDNS,
 * transport, addresses and limit. It may be used again.
 */
export class DerivedQuery extends Query {
  #memory = new Uint8Array(headerSize);

  /** Becomes the query with this question; `reply` is memory for what is answered at once. */
  derive(from: Query, { name, type, class: qclass }: DerivedQuestion, reply: Uint8Array = noReply): void {
    const rest = from.bytes.subarray(from.questionEnd, from.end);
    const end = headerSize + name.length + 4 + rest.length;
    if (this.#memory.length < end) this.#memory = new Uint8Array(end);
    const bytes = this.#memory;
    bytes.set(from.bytes.subarray(from.start, from.start + headerSize));
    bytes.set(name, headerSize);
    writeUint16(bytes, headerSize + name.length, type);
    writeUint16(bytes, headerSize + name.length + 2, qclass);
    bytes.set(rest, headerSize + name.length + 4);
    this.release();
    this.bytes = bytes;
    this.start = 0;
    this.end = end;
    this.out = reply;
    this.outStart = 0;
    this.transport = from.transport;
    this.peer = from.peer;
    this.local = from.local;
    this.recursionAvailable = from.recursionAvailable;
    this.verdict = undefined;
    this.read();
    this.replyLimit = from.replyLimit;
  }
}
