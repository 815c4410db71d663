import { headerSize, rrType } from '../../../wire/codes.ts';
import { readUint16 } from '../../../wire/message.ts';
import { skipName } from '../../../wire/name.ts';
import { RecordList } from './record-list.ts';

/** TYPE, CLASS, TTL and RDLENGTH. */
const fixedSize = 10;

/** What may change places in one section. */
export class Section {
  /** A and AAAA. */
  readonly addresses = new RecordList();
  readonly exchanges = new RecordList();
  /** A CNAME stands behind something else. */
  hasLateAlias = false;

  clear(): void {
    this.addresses.clear();
    this.exchanges.clear();
    this.hasLateAlias = false;
  }
}

/** Finds in a message what may change places. Allocates nothing once it has seen long messages. */
export class Sections {
  readonly answer = new Section();
  readonly authority = new Section();
  readonly additional = new Section();
  readonly all: readonly Section[] = [this.answer, this.authority, this.additional];
  /** Of all sections. */
  records = 0;

  /** False where nothing can change places, or the message is malformed. Linear in the message. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start < headerSize || readUint16(bytes, start + 4) !== 1) return false;
    const answers = readUint16(bytes, start + 6);
    const authorities = readUint16(bytes, start + 8);
    const additionals = readUint16(bytes, start + 10);
    if (answers < 2 && authorities < 2 && additionals < 2) return false;
    let at = skipName(bytes, start, start + headerSize, end);
    if (at < 0) return false;
    at += 4;
    for (const section of this.all) section.clear();
    this.records = answers + authorities + additionals;
    at = readSection(this.answer, answers, bytes, start, at, end);
    if (at >= 0) at = readSection(this.authority, authorities, bytes, start, at, end);
    if (at >= 0) at = readSection(this.additional, additionals, bytes, start, at, end);
    return at >= 0;
  }
}

/** Index behind the section, -1 where it is malformed. */
function readSection(
  section: Section,
  count: number,
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
): number {
  let hasOthers = false;
  for (let i = 0; i < count; i++) {
    const typeAt = skipName(bytes, start, at, end);
    if (typeAt < 0 || typeAt + fixedSize > end) return -1;
    const type = readUint16(bytes, typeAt);
    const length = readUint16(bytes, typeAt + 8);
    const next = typeAt + fixedSize + length;
    if (next > end) return -1;
    if (type === rrType.CNAME) section.hasLateAlias ||= hasOthers;
    else hasOthers = true;
    if (type === rrType.A || type === rrType.AAAA) {
      if (length !== (type === rrType.A ? 4 : 16)) return -1;
      section.addresses.add(at, typeAt, next, type);
    } else if (type === rrType.MX) section.exchanges.add(at, typeAt, next, type);
    at = next;
  }
  return at;
}
