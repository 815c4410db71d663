import { maxNameLength, rrType } from './codes.ts';
import { readRecords, readUint16, readUint32, type RecordPosition } from './message.ts';
import { expandName } from './name.ts';
import { rdataFormOf } from './rdata-form.ts';

/** A record outside of a message. */
export interface ResourceRecord {
  /** On the wire, in the case in which it was written, without compression. */
  readonly owner: Uint8Array;
  readonly type: number;
  readonly class: number;
  /** Seconds. */
  readonly ttl: number;
  /** Its names are not compressed. */
  readonly rdata: Uint8Array;
}

/** The records of a message by section. */
export interface ReplyRecords {
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  /** Without the OPT record. */
  readonly additionals: readonly ResourceRecord[];
  /** The options of the OPT record; none where there is no such record. */
  readonly options: Uint8Array;
}

const noOptions = new Uint8Array(0);

/**
 * Takes the records out of the message at `bytes[start, end)`, in memory of their own. `undefined` where it is malformed. Linear in
 * the message, but for names that are compressed: each becomes at most 255 octets.
 */
export function readReplyRecords(bytes: Uint8Array, start: number, end: number): ReplyRecords | undefined {
  const message = bytes.subarray(start, end);
  const positions = readRecords(message, 0, message.length);
  if (positions === undefined) return undefined;
  const sections: [ResourceRecord[], ResourceRecord[], ResourceRecord[]] = [[], [], []];
  let options = noOptions;
  for (const position of positions) {
    if (position.type === rrType.OPT) {
      options = message.slice(position.rdataStart, position.end);
      continue;
    }
    const record = readRecord(message, position);
    if (record === undefined) return undefined;
    sections[position.section - 1]!.push(record);
  }
  const [answers, authorities, additionals] = sections;
  return { answers, authorities, additionals, options };
}

function readRecord(message: Uint8Array, position: RecordPosition): ResourceRecord | undefined {
  const { start, type, ttlAt, rdataStart, end } = position;
  const owner = readName(message, start, rdataStart);
  const rdata = readRdata(message, type, rdataStart, end);
  if (owner === undefined || rdata === undefined) return undefined;
  return { owner, type, class: readUint16(message, ttlAt - 2), ttl: readUint32(message, ttlAt), rdata };
}

/** The RDATA with its names expanded, where the type is one whose names may be compressed. */
function readRdata(message: Uint8Array, type: number, start: number, end: number): Uint8Array | undefined {
  const form = rdataFormOf(type);
  if (form === undefined || form.names === 0) return message.slice(start, end);
  let at = start + form.fixed;
  for (let i = 0; i < form.strings; i++) at += (message[at] ?? 0) + 1;
  if (at > end) return undefined;
  const parts = [message.subarray(start, at)];
  for (let i = 0; i < form.names; i++) {
    const name = new Uint8Array(maxNameLength);
    at = expandName(message, at, end, name);
    if (at < 0) return undefined;
    parts.push(name.subarray(0, nameSize(name)));
  }
  return Buffer.concat([...parts, message.subarray(at, end)]);
}

function readName(message: Uint8Array, at: number, end: number): Uint8Array | undefined {
  const name = new Uint8Array(maxNameLength);
  if (expandName(message, at, end, name) < 0) return undefined;
  return name.subarray(0, nameSize(name));
}

/** Octets of the wire name that begins at `start`, with its root label; it must be a whole one without compression. */
export function nameSize(bytes: Uint8Array, start = 0): number {
  let at = start;
  while (bytes[at] !== 0) at += bytes[at]! + 1;
  return at + 1 - start;
}
