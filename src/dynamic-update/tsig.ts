import { createHmac, timingSafeEqual } from 'node:crypto';
import { headerSize, maxNameLength, rcode, rcodeName, rrClass, rrType } from '../wire/codes.ts';
import { readRecords, readUint16, writeUint16 } from '../wire/message.ts';
import { encodeName, expandName, formatName } from '../wire/name.ts';
import { UpdateError } from './errors.ts';
import { tsigAlgorithms, type TsigKey } from './tsig-key.ts';

/** Seconds by which clocks may differ (RFC 8945 section 10). */
const fudgeS = 300;
/** TYPE, CLASS, TTL and RDLENGTH. */
const fixedSize = 10;
/** So many messages of a transfer may be unsigned one after the other (RFC 8945 section 5.3.1). */
const maxUnsigned = 99;
/** Values of the error field (RFC 8945 section 3). */
const badSig = 16;
const badKey = 17;
const badTime = 18;
const badTrunc = 22;

/** What a TSIG record says. */
interface TsigRecord {
  /** Index of the record in its message. */
  readonly start: number;
  readonly keyName: string;
  readonly algorithm: string;
  /** As on the wire: six octets of time and two of fudge. */
  readonly timers: Uint8Array;
  readonly timeS: number;
  readonly fudgeS: number;
  readonly mac: Uint8Array;
  readonly originalId: number;
  readonly error: number;
  readonly other: Uint8Array;
}

/**
 * The signatures of one conversation (RFC 8945): one request, and its reply of one or more messages. Each signature covers
 * the one before it.
 */
export class TsigConversation {
  readonly #key: TsigKey;
  readonly #keyName: Uint8Array;
  readonly #algorithm: Uint8Array;
  /** MAC of the message before. */
  #previousMac: Uint8Array = new Uint8Array(0);
  #isFirst = true;
  /** Messages since the last signed one. */
  #unsigned: Uint8Array[] = [];

  constructor(key: TsigKey) {
    this.#key = key;
    this.#keyName = encodeName(key.name)!;
    this.#algorithm = encodeName(key.algorithm)!;
  }

  /** The message with a signature behind it. `nowMs` is Unix time. */
  sign(message: Uint8Array, nowMs: number): Uint8Array {
    const timers = timersOf(Math.floor(nowMs / 1000), fudgeS);
    const mac = this.#macOf([message, this.#variables(timers, 0, new Uint8Array(0))]);
    this.#previousMac = mac;
    const rdata = Buffer.concat([
      this.#algorithm,
      timers,
      uint16(mac.length),
      mac,
      message.subarray(0, 2),
      uint16(0),
      uint16(0),
    ]);
    const head = new Uint8Array(fixedSize);
    writeUint16(head, 0, rrType.TSIG);
    writeUint16(head, 2, rrClass.ANY);
    writeUint16(head, 8, rdata.length);
    const signed = Buffer.concat([message, this.#keyName, head, rdata]);
    writeUint16(signed, 10, readUint16(message, 10) + 1);
    return signed;
  }

  /**
   * Checks the signature of the next message of the reply, and gives it without that. Throws UpdateError where it is not as it must
   * be. The first message has one; later ones of a transfer may lack it, and are covered by the next that has one.
   */
  verify(message: Uint8Array, nowMs: number): { readonly message: Uint8Array; readonly isSigned: boolean } {
    const record = readTsig(message);
    if (!record) {
      if (this.#isFirst) throw unsignedError(message, this.#key.name);
      if (this.#unsigned.push(message) > maxUnsigned) throw badReply('has too many messages without a signature');
      return { message, isSigned: false };
    }
    this.#checkError(record);
    if (record.keyName !== this.#key.name || record.algorithm !== `${this.#key.algorithm}.`)
      throw badReply(`is signed with another key, '${record.keyName}'`);
    const bare = message.slice(0, record.start);
    writeUint16(bare, 0, record.originalId);
    writeUint16(bare, 10, readUint16(bare, 10) - 1);
    const variables = this.#isFirst ? this.#variables(record.timers, record.error, record.other) : record.timers;
    const before = [uint16(this.#previousMac.length), this.#previousMac];
    const mac = this.#macOf([...before, ...this.#unsigned, bare, variables]);
    if (mac.length !== record.mac.length || !timingSafeEqual(mac, record.mac)) {
      throw new UpdateError(
        'key',
        `the signature of the server's reply is wrong: is the secret of '${this.#key.name}' the same there?`,
      );
    }
    if (record.error === badTime || Math.abs(record.timeS - nowMs / 1000) > record.fudgeS)
      throw timeError(record, nowMs);
    this.#isFirst = false;
    this.#unsigned = [];
    this.#previousMac = record.mac;
    return { message: bare, isSigned: true };
  }

  /** What the server says against our signature; it signs only BADTIME. */
  #checkError({ error }: TsigRecord): void {
    const { name, algorithm } = this.#key;
    if (error === badKey)
      throw new UpdateError(
        'key',
        `the server has no key '${name}' with ${algorithm} (BADKEY): compare name and algorithm with its configuration`,
      );
    if (error === badSig) throw new UpdateError('key', `the server has another secret for the key '${name}' (BADSIG)`);
    if (error === badTrunc) throw new UpdateError('key', 'the server wants another length of signatures (BADTRUNC)');
    if (error !== 0 && error !== badTime) throw badReply(`has an unknown error of the signature, ${rcodeName(error)}`);
  }

  #macOf(parts: readonly Uint8Array[]): Uint8Array {
    const hmac = createHmac(tsigAlgorithms[this.#key.algorithm].digest, this.#key.secret);
    for (const part of parts) hmac.update(part);
    return hmac.digest();
  }

  /** RFC 8945 section 4.3.3. */
  #variables(timers: Uint8Array, error: number, other: Uint8Array): Uint8Array {
    const classAndTtl = Uint8Array.of(0, rrClass.ANY, 0, 0, 0, 0);
    return Buffer.concat([
      this.#keyName,
      classAndTtl,
      this.#algorithm,
      timers,
      uint16(error),
      uint16(other.length),
      other,
    ]);
  }
}

function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value & 0xff);
}

function timersOf(timeS: number, fudge: number): Uint8Array {
  const timers = Buffer.alloc(8);
  timers.writeUIntBE(timeS, 0, 6);
  timers.writeUInt16BE(fudge, 6);
  return timers;
}

/** The TSIG record at the end of a message; `undefined` without one. Throws UpdateError where the message is malformed. */
function readTsig(message: Uint8Array): TsigRecord | undefined {
  const records = message.length < headerSize ? undefined : readRecords(message, 0, message.length);
  if (!records) throw badReply('is malformed');
  const found = records.findIndex(({ type }) => type === rrType.TSIG);
  if (found < 0) return undefined;
  const { start, section, rdataStart, end } = records[found]!;
  // It is the last record of the last section (RFC 8945 section 5.1).
  if (found !== records.length - 1 || section !== 3) throw badReply('has a signature that is not its last record');
  const keyName = new Uint8Array(maxNameLength);
  const algorithm = new Uint8Array(maxNameLength);
  expandName(message, start, rdataStart, keyName);
  const algorithmEnd = expandName(message, rdataStart, end, algorithm);
  const rdata = Buffer.from(message.subarray(rdataStart, end));
  const at = algorithmEnd - rdataStart;
  if (algorithmEnd < 0 || at + 16 > rdata.length) throw badReply('has a malformed signature');
  const macEnd = at + 10 + rdata.readUInt16BE(at + 8);
  if (macEnd + 6 > rdata.length || macEnd + 6 + rdata.readUInt16BE(macEnd + 4) !== rdata.length)
    throw badReply('has a malformed signature');
  return {
    start,
    keyName: formatName(keyName).toLowerCase(),
    algorithm: formatName(algorithm).toLowerCase(),
    timers: rdata.subarray(at, at + 8),
    timeS: rdata.readUIntBE(at, 6),
    fudgeS: rdata.readUInt16BE(at + 6),
    mac: rdata.subarray(at + 10, macEnd),
    originalId: rdata.readUInt16BE(macEnd),
    error: rdata.readUInt16BE(macEnd + 2),
    other: rdata.subarray(macEnd + 6),
  };
}

/** A reply without a signature can say no, but never yes. */
function unsignedError(message: Uint8Array, key: string): UpdateError {
  const code = message[3]! & 0x0f;
  const text = rcodeName(code);
  if (code === rcode.REFUSED)
    return new UpdateError(
      'refused',
      `the server refuses (REFUSED, unsigned): let the key '${key}' transfer and update the zone`,
    );
  if (code === rcode.NOTAUTH) {
    return new UpdateError(
      'not-authoritative',
      `the server says NOTAUTH without a signature: it is no primary server of the zone, does not know the key '${key}', or has another secret for it`,
    );
  }
  return new UpdateError('key', `the server's reply (${text}) is not signed: does it know the key '${key}'?`);
}

function timeError({ error, timeS, other }: TsigRecord, nowMs: number): UpdateError {
  const serverS = error === badTime && other.length === 6 ? Buffer.from(other).readUIntBE(0, 6) : timeS;
  const differenceS = Math.round(serverS - nowMs / 1000);
  return new UpdateError('time', `the clock of the server is ${differenceS} s from ours (BADTIME): set both by NTP`);
}

function badReply(what: string): UpdateError {
  return new UpdateError('malformed', `the server's reply ${what}`);
}
