import { rrType, maxNameLength } from '../../../wire/codes.ts';
import { expandName, formatName } from '../../../wire/name.ts';
import type { Weights } from '../config.ts';
import type { RecordList } from '../message/record-list.ts';
import type { Policy } from '../policy.ts';

const defaultWeight = 1;
const weighedTypes: ReadonlySet<number> = new Set([rrType.A, rrType.AAAA, rrType.SRV]);

/** Moves one address to the front, chosen by weight, in answers to A, AAAA and SRV; all others stay as they are. */
export function weighted(weights: () => Weights, randomUint16: () => number): Policy {
  const random = (limit: number): number => (randomUint16() * 0x1_0000 + randomUint16()) % limit;
  return {
    arrange({ answer, authority, additional }, bytes, start, end, type) {
      if (!weighedTypes.has(type)) return false;
      authority.hasLateAlias = false;
      for (const section of [answer, additional]) {
        const { addresses } = section;
        if (addresses.length > 1)
          addresses.swap(0, choose(addresses, bytes.subarray(start, end), start, weights(), random));
        // As in CoreDNS, a section without addresses stays as it is.
        if (addresses.length === 0) section.hasLateAlias = false;
      }
      return true;
    },
  };
}

/** The index of the address that comes first. `message` is the memory from `start` on. */
function choose(
  { starts, ends, types, length }: RecordList,
  message: Uint8Array,
  start: number,
  weights: Weights,
  random: (limit: number) => number,
): number {
  const each: number[] = [];
  let sum = 0;
  for (let i = 0; i < length; i++) {
    const ofName = weights.size === 0 ? undefined : weights.get(ownerAt(message, starts[i]! - start));
    const size = types[i] === rrType.A ? 4 : 16;
    const address = Buffer.from(message.subarray(ends[i]! - start - size, ends[i]! - start)).toString('latin1');
    const weight = ofName?.get(address) ?? defaultWeight;
    each.push(weight);
    sum += weight;
  }
  let left = random(sum);
  for (const [index, weight] of each.entries()) {
    if (left < weight) return index;
    left -= weight;
  }
  return 0;
}

function ownerAt(message: Uint8Array, at: number): string {
  const name = new Uint8Array(maxNameLength);
  return expandName(message, at, message.length, name) < 0 ? '' : formatName(name).toLowerCase();
}
