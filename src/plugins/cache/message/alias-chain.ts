import { headerSize, rrType } from '../../../wire/codes.ts';
import type { RecordPosition } from '../../../wire/message.ts';
import { isSameName } from '../../../wire/name.ts';

/** Aliases that lead to aliases; resolvers follow no more than about as many. */
const maxAliases = 16;
/** Names that are compared for one reply: no real one comes near it, and a hostile one costs no more. */
const maxComparisons = 2000;

/** Where the aliases of a reply lead to. */
export interface ChainEnd {
  /** Index in the message of the last name: the question's own where it is no alias. */
  readonly at: number;
  /** The answer section has a record of that name and the type that was asked for. */
  readonly hasAnswer: boolean;
}

/** Follows the CNAME records of the answer section, in whatever order they stand, from the name in the question. */
export function endOfChain(message: Uint8Array, records: readonly RecordPosition[], type: number): ChainEnd {
  let at = headerSize;
  let comparisons = 0;
  for (let aliases = 0; aliases <= maxAliases; aliases++) {
    let target = -1;
    for (const record of records) {
      if (record.section !== 1) break;
      const isWanted = record.type === type || type === rrType.ANY;
      if (!isWanted && record.type !== rrType.CNAME) continue;
      if (++comparisons > maxComparisons) return { at, hasAnswer: false };
      if (!isSameName(message, 0, message.length, record.start, at)) continue;
      if (isWanted) return { at, hasAnswer: true };
      target = record.rdataStart;
      break;
    }
    if (target < 0) return { at, hasAnswer: false };
    at = target;
  }
  return { at, hasAnswer: false };
}

/** Whether the name at `name` is the one at `zone`, or below it. Both were found to be sound. */
export function isInZone(message: Uint8Array, name: number, zone: number): boolean {
  for (let at = name; ;) {
    if (isSameName(message, 0, message.length, at, zone)) return true;
    while (message[at]! >= 0xc0) at = ((message[at]! & 0x3f) << 8) | message[at + 1]!;
    if (message[at] === 0) return false;
    at += message[at]! + 1;
  }
}
