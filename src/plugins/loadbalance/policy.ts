import { rrType } from '../../wire/codes.ts';
import { hasPrefix, networkOfCidr, type Cidr, type Network } from '../../wire/network.ts';
import type { RecordList } from './message/record-list.ts';
import type { Section, Sections } from './message/sections.ts';

/** Says in which order the records of a message are to stand. */
export interface Policy {
  /** `bytes` is the message; `type` that of the question. False where the message stays as it is. */
  arrange(sections: Sections, bytes: Uint8Array, start: number, end: number, type: number): boolean;
}

/** Random order of addresses and MX records, in all sections. */
export function roundRobin(randomUint16: () => number): Policy {
  return {
    arrange({ all }) {
      for (const { addresses, exchanges } of all) {
        addresses.shuffle(randomUint16);
        exchanges.shuffle(randomUint16);
      }
      return true;
    },
  };
}

/** What another policy says, and then addresses in the networks first. */
export function preferring(cidrs: readonly Cidr[], other: Policy): Policy {
  const networks = cidrs.map(networkOfCidr);
  return {
    arrange(sections, bytes, start, end, type) {
      other.arrange(sections, bytes, start, end, type);
      preferIn(sections.answer, networks, bytes);
      preferIn(sections.additional, networks, bytes);
      return true;
    },
  };
}

function preferIn({ addresses }: Section, networks: readonly Network[], bytes: Uint8Array): void {
  const { order, length } = addresses;
  if (length < 2) return;
  const rankOf = (index: number): number => {
    const found = networks.findIndex((network) => holds(network, addresses, index, bytes));
    return found < 0 ? networks.length : found;
  };
  const ranks = Array.from({ length }, (_, index) => rankOf(index));
  // The sort is stable.
  const sorted = order.slice(0, length).sort((a, b) => ranks[a]! - ranks[b]!);
  for (const [at, index] of sorted.entries()) order[at] = index;
}

function holds(network: Network, { types, ends }: RecordList, index: number, bytes: Uint8Array): boolean {
  const size = types[index] === rrType.A ? 4 : 16;
  return size === network.octets.length && hasPrefix(bytes, ends[index]! - size, network);
}
