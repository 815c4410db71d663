import { defaultUdpPayload, headerSize, optRecordSize } from './codes.ts';
import { writeOpt } from './edns.ts';
import { writeUint16 } from './message.ts';
import { Query } from './query.ts';
import { viewOf } from './words.ts';

/** What is asked. */
export interface DerivedQuestion {
  /** Wire form. */
  readonly name: Uint8Array;
  readonly type: number;
  readonly class: number;
  /** EDNS options in place of the client's, as the RDATA of an OPT record; without it those of the client stay. */
  readonly options?: DerivedOptions | undefined;
}

export interface DerivedOptions {
  readonly all: Uint8Array;
  /** Those of them that other servers are told, as `Query` has them. */
  readonly upstream: Uint8Array;
  readonly tellsSubnet: boolean;
}

const noReply = new Uint8Array(0);

/**
 * A query that is asked in place of a client's: another question, and in all else the client's own, with its ID, flags, EDNS,
 * transport, addresses and limit. It may be used again.
 */
export class DerivedQuery extends Query {
  #memory = new Uint8Array(headerSize);

  /** Becomes the query with this question; `reply` is memory for what is answered at once. */
  derive(from: Query, { name, type, class: qclass, options }: DerivedQuestion, reply: Uint8Array = noReply): void {
    const rest = options ? optWith(from, options.all) : from.bytes.subarray(from.questionEnd, from.end);
    const end = headerSize + name.length + 4 + rest.length;
    if (this.#memory.length < end) this.#memory = new Uint8Array(end);
    const bytes = this.#memory;
    bytes.set(from.bytes.subarray(from.start, from.start + headerSize));
    bytes.set(name, headerSize);
    writeUint16(bytes, headerSize + name.length, type);
    writeUint16(bytes, headerSize + name.length + 2, qclass);
    bytes.set(rest, headerSize + name.length + 4);
    // One question, and of records nothing but the OPT.
    if (options) bytes.set([0, 1, 0, 0, 0, 0, 0, 1], 4);
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
    this.resolve = from.resolve;
    this.derivations = from.derivations + 1;
    this.read();
    this.replyLimit = from.replyLimit;
    this.deadline = from.deadline;
    this.metadata = from.metadata;
    this.trace = from.trace;
    this.upstreamOptions = options?.upstream ?? from.upstreamOptions;
    this.tellsSubnet = options?.tellsSubnet ?? from.tellsSubnet;
  }
}

/** An OPT record with these options: the client's in all else, where it has one. */
function optWith({ edns, clientPayload, dnssecOk }: Query, options: Uint8Array): Uint8Array {
  const record = new Uint8Array(optRecordSize + options.length);
  writeOpt(viewOf(record), 0, edns ? clientPayload : defaultUdpPayload, 0, dnssecOk);
  writeUint16(record, optRecordSize - 2, options.length);
  record.set(options, optRecordSize);
  return record;
}
