import { headerSize, rrType } from '../../wire/codes.ts';
import { readUint16 } from '../../wire/message.ts';
import { isSameName, skipName } from '../../wire/name.ts';

/** Octets of TYPE, CLASS, TTL and RDLENGTH, and of TTL and RDLENGTH alone. */
const fixedSize = 10;
const ttlAndLengthSize = 6;

/**
 * Puts the A, AAAA and MX records of an answer section into random order, RRset by RRset, without moving a record:
 *
 *     owner TYPE CLASS [TTL RDLENGTH RDATA]     The bracketed octets change places among neighbouring records of one
 *     owner TYPE CLASS [TTL RDLENGTH RDATA]     owner, type, class and RDLENGTH, so all offsets stay as they were.
 *
 * Nothing points into an address. Exchanges of MX records may be pointed at, and such records are left alone. Work is
 * linear in the message, which may be anything: where it is malformed the rest is left as it is. Nothing is allocated.
 */
export class Shuffler {
  readonly #randomUint16: () => number;
  /** Where the TTLs of the records of the current run stand. */
  readonly #run: number[] = [];
  #runOwner = 0;
  #runType = 0;
  #runClass = 0;
  #runLength = 0;

  constructor(randomUint16: () => number) {
    this.#randomUint16 = randomUint16;
  }

  shuffle(bytes: Uint8Array, start: number, end: number): void {
    const answers = end - start < headerSize ? 0 : readUint16(bytes, start + 6);
    if (answers < 2 || readUint16(bytes, start + 4) !== 1) return;
    let at = skipName(bytes, start, start + headerSize, end);
    if (at < 0) return;
    at += 4;
    // The check of MX records is linear in the message, so that it is done once.
    let mayShuffleMx = true;
    for (let i = 0; i <= answers; i++) {
      const owner = at;
      const typeAt = i < answers ? skipName(bytes, start, at, end) : -1;
      const isWhole = typeAt >= 0 && typeAt + fixedSize <= end;
      const type = isWhole ? readUint16(bytes, typeAt) : 0;
      const length = isWhole ? readUint16(bytes, typeAt + 8) : 0;
      const next = typeAt + fixedSize + length;
      const isRecord = isWhole && next <= end;
      if (isRecord && this.#continuesRun(bytes, start, end, owner, typeAt, type, length)) {
        this.#run.push(typeAt + 4);
      } else {
        if (this.#run.length > 1) {
          if (this.#runType !== rrType.MX) this.#permute(bytes);
          else if (mayShuffleMx) {
            mayShuffleMx = false;
            if (!this.#isPointedInto(bytes, start, end)) this.#permute(bytes);
          }
        }
        this.#run.length = 0;
        if (!isRecord) return;
        if (canShuffle(type, length)) this.#startRun(bytes, owner, typeAt, type, length);
      }
      at = next;
    }
  }

  #startRun(bytes: Uint8Array, owner: number, typeAt: number, type: number, length: number): void {
    this.#run.push(typeAt + 4);
    this.#runOwner = owner;
    this.#runType = type;
    this.#runClass = readUint16(bytes, typeAt + 2);
    this.#runLength = length;
  }

  #continuesRun(
    bytes: Uint8Array,
    start: number,
    end: number,
    owner: number,
    typeAt: number,
    type: number,
    length: number,
  ): boolean {
    return (
      this.#run.length > 0 &&
      type === this.#runType &&
      length === this.#runLength &&
      readUint16(bytes, typeAt + 2) === this.#runClass &&
      isSameName(bytes, start, end, owner, this.#runOwner)
    );
  }

  /** Fisher and Yates. */
  #permute(bytes: Uint8Array): void {
    const run = this.#run;
    const size = ttlAndLengthSize + this.#runLength;
    for (let i = run.length - 1; i > 0; i--) {
      const other = (this.#randomUint16() * (i + 1)) >>> 16;
      if (other === i) continue;
      const left = run[i]!;
      const right = run[other]!;
      for (let octet = 0; octet < size; octet++) {
        const kept = bytes[left + octet]!;
        bytes[left + octet] = bytes[right + octet]!;
        bytes[right + octet] = kept;
      }
    }
  }

  /** Whether anything that may be a pointer leads into the records of the run; a pointer leads backwards. */
  #isPointedInto(bytes: Uint8Array, start: number, end: number): boolean {
    const first = this.#run[0]!;
    const last = this.#run.at(-1)! + ttlAndLengthSize + this.#runLength;
    for (let at = first; at + 1 < end; at++) {
      if (bytes[at]! < 0xc0) continue;
      const target = start + (((bytes[at]! & 0x3f) << 8) | bytes[at + 1]!);
      if (target >= first && target < last) return true;
    }
    return false;
  }
}

function canShuffle(type: number, length: number): boolean {
  return (type === rrType.A && length === 4) || (type === rrType.AAAA && length === 16) || type === rrType.MX;
}
