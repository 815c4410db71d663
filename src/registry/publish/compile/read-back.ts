import { headerSize } from '../../../wire/codes.ts';
import { readUint16, readUint32 } from '../../../wire/message.ts';
import { formatName } from '../../../wire/name.ts';
import { formatAddress } from '../../../wire/address.ts';
import { recordKind, recordOffset } from '../../../table/layout.ts';
import { addressesAt, extraAt } from '../../../table/record.ts';
import type { NameRecord } from './compile.ts';
import { ptrHead, questionTail } from './ptr-rrset.ts';

/** The addresses in the record of a host; of any other record none. */
export function readAddresses(arena: Uint8Array, at: number): string[] {
  const kind = arena[at + recordOffset.kind]!;
  if (kind !== recordKind.internal && kind !== recordKind.external && kind !== recordKind.forwarded) return [];
  const v4 = readUint16(arena, at + recordOffset.aCount);
  const v6 = readUint16(arena, at + recordOffset.aaaaCount);
  const addresses: string[] = [];
  let from = addressesAt(arena, at, false);
  for (let i = 0; i < v4 + v6; i++) {
    const size = i < v4 ? 4 : 16;
    addresses.push(formatAddress(arena.subarray(from, from + size)));
    from += size;
  }
  return addresses;
}

/** What the record of a reverse name was compiled from. */
export function readPointer(arena: Uint8Array, at: number): NameRecord {
  const nameAt = at + recordOffset.name;
  const name = arena.slice(nameAt, nameAt + arena[at + recordOffset.nameLength]!);
  const tail = extraAt(arena, at);
  const records = tail + 4;
  // Compression pointers count from the start of the message, where the question comes before the records.
  const message = records - (headerSize + name.length + questionTail);
  const ptrs: string[] = [];
  let record = records;
  for (let left = readUint16(arena, tail); left > 0; left--) {
    ptrs.push(expand(arena, record + ptrHead, message));
    record += ptrHead + readUint16(arena, record + ptrHead - 2);
  }
  const flags = arena[at + recordOffset.flags]!;
  return { name, kind: 'ptr', flags, ttl: readUint32(arena, at + recordOffset.ttl), ptrs };
}

/** A name in presentation form without trailing dot; its end may stand elsewhere in the message. */
function expand(arena: Uint8Array, start: number, message: number): string {
  const bytes: number[] = [];
  let at = start;
  for (let length = arena[at]!; length !== 0; length = arena[at]!) {
    if (length >= 0xc0) at = message + (readUint16(arena, at) & 0x3fff);
    else {
      for (let i = 0; i <= length; i++) bytes.push(arena[at + i]!);
      at += length + 1;
    }
  }
  return formatName(Uint8Array.from([...bytes, 0])).slice(0, -1);
}
