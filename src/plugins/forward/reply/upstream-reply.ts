import { headerFlag, headerSize, rcode, rcodeName, rrType } from '../../../wire/codes.ts';
import { typeName } from '../../../wire/record-types.ts';
import { readRecords, readUint16, type RecordPosition, writeUint16 } from '../../../wire/message.ts';
import type { Query } from '../../../wire/query.ts';
import { LetterCase } from '../upstream/letter-case.ts';
import type { Request } from '../upstream/request.ts';
import { findUnsound } from './unsound.ts';
import { whyUnreadable } from './unreadable.ts';

/** A reply of an upstream whose records can be read. */
export interface UpstreamReply {
  readonly message: Uint8Array;
  readonly records: readonly RecordPosition[];
  /** One of the records. */
  readonly opt: RecordPosition | undefined;
  /** The response code, with its upper bits of the OPT record (RFC 6891 section 6.1.3). */
  readonly rcode: number;
}

/** Whether `message`, whose ID is right, is to be taken for the reply: to this very question, or an error that names none. */
export function isReplyTo(request: Pick<Request, 'query' | 'caseSeed'>, message: Uint8Array): boolean {
  return answersQuery(request, message) || isBareError(message);
}

/**
 * Whether `message` is an error that has nothing but a header, as servers send it that could not, or would not, read the
 * query (RFC 1035 section 4.1.1). NOERROR says nothing without a question.
 */
function isBareError(message: Uint8Array): boolean {
  if (message.length !== headerSize || !isResponse(message)) return false;
  for (let i = 4; i < headerSize; i++) if (message[i] !== 0) return false;
  return (message[3]! & headerFlag.RCODE) !== rcode.NOERROR;
}

/** QR, and opcode QUERY. */
function isResponse(message: Uint8Array): boolean {
  return (message[2]! & (headerFlag.QR | headerFlag.OPCODE)) === headerFlag.QR;
}

/** In words, why a message is no reply although it has the ID of a query. */
export function whyNoReply(message: Uint8Array): string {
  if (message.length < headerSize) return `only ${message.length} octets`;
  if ((message[2]! & headerFlag.QR) === 0) return 'a query in place of a reply';
  if (!isResponse(message)) return 'another opcode';
  const questions = readUint16(message, 4);
  if (questions !== 1) return questions === 0 ? 'no question' : `${questions} questions`;
  return 'another question';
}

/**
 * Whether `message` is a response to this very question: QR, opcode QUERY, the name (in any case, where it was not sent in a case of ours), type and class
 * (RFC 5452 section 9.1). The ID is for the channel to compare.
 */
export function answersQuery({ query, caseSeed }: Pick<Request, 'query' | 'caseSeed'>, message: Uint8Array): boolean {
  const { bytes, start, nameLength } = query;
  const size = headerSize + nameLength + 4;
  if (message.length < size) return false;
  if (!isResponse(message)) return false;
  if (readUint16(message, 4) !== 1) return false;
  const nameEnd = headerSize + nameLength;
  for (let i = headerSize; i < nameEnd; i++) {
    const asked = bytes[start + i]!;
    const got = message[i]!;
    // A length octet is below 64, so that it never passes for a letter of either case.
    if (asked !== got && ((asked ^ got) !== 0x20 || !isLetter(asked))) return false;
  }
  for (let i = nameEnd; i < size; i++) if (bytes[start + i] !== message[i]) return false;
  return caseSeed === 0 || isInCase(message, nameEnd, caseSeed);
}

/** Whether the letters of the name are in the case in which they were sent. */
function isInCase(message: Uint8Array, nameEnd: number, caseSeed: number): boolean {
  const letterCase = new LetterCase(caseSeed);
  for (let i = headerSize; i < nameEnd; i++) if (letterCase.next(message[i]!) !== message[i]) return false;
  return true;
}

/** TC (RFC 1035 section 4.1.1). */
export function isTruncated(message: Uint8Array): boolean {
  return (message[2]! & headerFlag.TC) !== 0;
}

/**
 * Reads a reply; says why where it is malformed, or has a code that a client without EDNS cannot be told: without its upper
 * bits BADVERS reads as NOERROR. An error that is a bare header gets the question that it left out.
 */
export function readReply(query: Query, message: Uint8Array): UpstreamReply | string {
  const code = message[3]! & headerFlag.RCODE;
  if (readUint16(message, 4) === 0) {
    return { message: withQuestion(query, message), records: [], opt: undefined, rcode: code };
  }
  const records = readRecords(message, 0, message.length);
  if (records === undefined) return whyUnreadable(message);
  const unsound = findUnsound(message, records);
  if (unsound !== undefined) return `its ${typeName(unsound.type)} record cannot be read`;
  const opt = records.find(({ type }) => type === rrType.OPT);
  const upper = opt === undefined ? 0 : message[opt.ttlAt]!;
  const whole = (upper << 4) | code;
  if (upper !== 0 && !query.edns) return `response code ${rcodeName(whole)} to a query without EDNS`;
  return { message, records, opt, rcode: whole };
}

function withQuestion(query: Query, header: Uint8Array): Uint8Array {
  const message = new Uint8Array(headerSize + query.nameLength + 4);
  message.set(header.subarray(0, headerSize));
  writeUint16(message, 4, 1);
  return message;
}

function isLetter(octet: number): boolean {
  const lower = octet | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}
