import { defaultUdpPayload, headerFlag, headerSize, optRecordSize, rrClass, rrType } from './codes.ts';
import { writeOpt } from './edns.ts';
import { skipName } from './name.ts';

/** 16-bit number in network order. */
export function readUint16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

/** 32-bit unsigned number in network order. */
export function readUint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

export function writeUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

export function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** Where a record stands in a message. `section` is 1 for answer, 2 for authority, 3 for additional. */
export interface RecordPosition {
  readonly section: 1 | 2 | 3;
  readonly start: number;
  readonly type: number;
  readonly ttlAt: number;
  readonly rdataStart: number;
  readonly end: number;
}

/**
 * The records of a message in their order, or `undefined` where it is malformed: a name or RDATA over the end, counts
 * that promise more than there is, a question that is not one plain name. Linear in the message, whatever it holds.
 */
export function readRecords(bytes: Uint8Array, start: number, end: number): RecordPosition[] | undefined {
  let at = skipQuestion(bytes, start, end);
  if (at < 0) return undefined;
  const records: RecordPosition[] = [];
  for (const section of [1, 2, 3] as const) {
    const count = readUint16(bytes, start + 4 + 2 * section);
    for (let i = 0; i < count; i++) {
      const recordStart = at;
      at = skipName(bytes, start, at, end);
      if (at < 0 || at + 10 > end) return undefined;
      const type = readUint16(bytes, at);
      const rdataStart = at + 10;
      const recordEnd = rdataStart + readUint16(bytes, at + 8);
      if (recordEnd > end) return undefined;
      records.push({ section, start: recordStart, type, ttlAt: at + 4, rdataStart, end: recordEnd });
      at = recordEnd;
    }
  }
  return records;
}

/** Index behind the question, or behind the header where there is none; -1 where it is malformed or one of several. */
function skipQuestion(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < headerSize) return -1;
  const questions = readUint16(bytes, start + 4);
  if (questions === 0) return start + headerSize;
  const nameEnd = questions === 1 ? skipName(bytes, start, start + headerSize, end) : -1;
  return nameEnd < 0 || nameEnd + 4 > end ? -1 : nameEnd + 4;
}

/**
 * Cuts a message to `limit` octets (at least 512, so that header, question and OPT fit) by leaving out whole records
 * from its end, the additional section first and without TC; only a cut answer or authority section sets TC (RFC 2181
 * section 9). An OPT record is kept. Returns the new length. A malformed message becomes its header and question with
 * TC, or its header alone where the question is what is malformed.
 */
export function truncate(bytes: Uint8Array, start: number, length: number, limit: number): number {
  if (length <= limit) return length;
  const end = start + length;
  const records = readRecords(bytes, start, end);
  const afterQuestion = skipQuestion(bytes, start, end);
  const questionEnd = afterQuestion < 0 ? start + headerSize : afterQuestion;
  const opt = records?.find((record) => record.section === 3 && record.type === rrType.OPT);
  const optBytes = opt ? bytes.slice(opt.start, opt.end) : undefined;
  const keepsOpt = optBytes !== undefined && optBytes.length <= limit - (questionEnd - start);
  const room = start + limit - (keepsOpt ? optBytes.length : 0);
  const counts = [0, 0, 0, 0];
  let at = questionEnd;
  let isCut = records === undefined;
  for (const record of records ?? []) {
    if (record === opt) continue;
    if (record.end > room) {
      if (record.section !== 3) isCut = true;
      break;
    }
    // Records before the OPT keep their place, so that compression pointers stay right; those behind it are dropped.
    if (record.start !== at) break;
    counts[record.section]! += 1;
    at = record.end;
  }
  if (keepsOpt) {
    bytes.set(optBytes, at);
    at += optBytes.length;
    counts[3]! += 1;
  }
  if (afterQuestion < 0) writeUint16(bytes, start + 4, 0);
  for (let section = 1; section <= 3; section++) writeUint16(bytes, start + 4 + 2 * section, counts[section]!);
  if (isCut) bytes[start + 2]! |= headerFlag.TC;
  return at - start;
}

/** A query for a wire name, as it stands, with RD, class IN and EDNS; its ID is 0. */
export function encodeQuestion(name: Uint8Array, type: number): Uint8Array {
  const questionEnd = headerSize + name.length + 4;
  const bytes = new Uint8Array(questionEnd + optRecordSize);
  bytes[2] = headerFlag.RD;
  writeUint16(bytes, 4, 1);
  writeUint16(bytes, 10, 1);
  bytes.set(name, headerSize);
  writeUint16(bytes, questionEnd - 4, type);
  writeUint16(bytes, questionEnd - 2, rrClass.IN);
  writeOpt(new DataView(bytes.buffer), questionEnd, defaultUdpPayload, 0, false);
  return bytes;
}
