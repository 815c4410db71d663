import { rcode, rrType } from '../wire/codes.ts';
import type { Query } from '../wire/query.ts';
import { recordHeadSize } from '../wire/record.ts';
import { beginReply, cutReply, endReply, roomForRecords } from '../wire/reply.ts';
import { groupSize, maxGroups } from './layout.ts';
import { distance, farthest, priorityOf, type Locality } from './locality.ts';
import { addressCount, addressesAt, groupCount, groupsAt, ttlOf, weightsAt } from './record.ts';
import { ipv4Share, writeAddress, type Rotation, type TableMemory } from './replies.ts';

/** What becomes of addresses that are not in the client's locality: nothing, they come behind the near ones, or they are left out. */
export type Nearest = 'off' | 'first' | 'only';

/** How many steps of a rotation there are before the same ones come again; and an odd number near to it times the golden ratio. */
const steps = 0x1_0000;
const goldenSteps = 0x9e37;

/** What a step of a rotation chooses of a total of weights: steps that follow each other are spread, and all of them in proportion. */
export function chosenWeight(step: number, total: number): number {
  return Math.floor((((step * goldenSteps) % steps) / steps) * total);
}

/**
 * The A or AAAA records of a name whose endpoints lie in groups (layout.ts), nearest first (docs/semantics.md section 5). Those that
 * are equally far from the client rotate as those of other records do. Where weights differ the first of them is chosen by weight, and
 * the others follow in rotation. Nothing is allocated.
 */
export class GroupedReplies {
  readonly #rotation: Rotation;
  readonly #nearest: Nearest;
  /** How far each group of the record is from the client. */
  readonly #distances = new Uint8Array(maxGroups);
  #record = 0;
  #groups = 0;
  #groupCount = 0;
  /** Where in a group the number of addresses of the family is. */
  #countAt = 0;

  constructor(rotation: Rotation, nearest: Nearest) {
    this.#rotation = rotation;
    this.#nearest = nearest;
  }

  /** As `addressReply`: at most `most` addresses, of both families for ANY. */
  addressReply(query: Query, table: TableMemory, record: number, most: number, client: Locality): number {
    const { type } = query;
    this.#measure(table, record, client);
    const first = beginReply(query, rcode.NOERROR, true);
    let at = first;
    let written = 0;
    if (type !== rrType.AAAA) {
      const share = type === rrType.A ? most : ipv4Share(table.arena, record, most);
      at = this.#writeFamily(query, at, table, false, share);
      written = (at - first) / (recordHeadSize + 4);
    }
    if (type !== rrType.A) {
      const behind = this.#writeFamily(query, at, table, true, most - written);
      written += (behind - at) / (recordHeadSize + 16);
      at = behind;
    }
    return endReply(query, at, written, 0, 0);
  }

  #measure({ arena, view }: TableMemory, record: number, client: Locality): void {
    this.#record = record;
    this.#groups = groupsAt(arena, record);
    this.#groupCount = groupCount(arena, this.#groups);
    for (let i = 0; i < this.#groupCount; i++) {
      this.#distances[i] = this.#nearest === 'off' ? 0 : groupDistance(view, this.#groups, i, client);
    }
  }

  #writeFamily(query: Query, at: number, table: TableMemory, isV6: boolean, most: number): number {
    const { arena, view } = table;
    const all = addressCount(arena, this.#record, isV6);
    if (all === 0) return at;
    this.#countAt = isV6 ? 14 : 12;
    const size = isV6 ? 16 : 4;
    let left = Math.min(most, this.#nearest === 'only' ? this.#nearestCount(view) : all);
    const room = roomForRecords(query, at);
    if (left * (recordHeadSize + size) > room) {
      left = Math.floor(room / (recordHeadSize + size));
      cutReply(query);
    }
    for (let far = 0; far <= farthest && left > 0; far++) {
      const count = this.#countOf(view, far);
      if (count === 0) continue;
      const taken = Math.min(count, left);
      at = this.#writeDistance(query, at, table, isV6, far, count, taken);
      left -= taken;
    }
    return at;
  }

  /** Writes `left` of the `count` addresses that are so far from the client. */
  #writeDistance(
    query: Query,
    at: number,
    { arena, view }: TableMemory,
    isV6: boolean,
    far: number,
    count: number,
    left: number,
  ): number {
    const record = this.#record;
    const ttl = ttlOf(arena, record);
    const size = isV6 ? 16 : 4;
    const base = addressesAt(arena, record, isV6);
    const step = this.#rotation.step(this.#groups + groupSize * this.#distances.indexOf(far) + (isV6 ? 1 : 0));
    const start = step % count;
    const chosen = count > 1 ? this.#choose(arena, view, isV6, far, step) : -1;
    if (chosen >= 0) {
      at = writeAddress(query, at, 0, ttl, view, base + chosen * size, size);
      left--;
    }
    // From the start of the rotation to the end, and then what is before it.
    for (const isBehind of both) {
      let index = 0;
      let place = 0;
      for (let i = 0; i < this.#groupCount; i++) {
        const inGroup = this.#sizeOf(view, i);
        if (this.#distances[i] === far) {
          const from = isBehind ? Math.max(start - index, 0) : 0;
          const to = isBehind ? inGroup : Math.min(start - index, inGroup);
          for (let k = from; k < to && left > 0; k++) {
            if (place + k === chosen) continue;
            at = writeAddress(query, at, 0, ttl, view, base + (place + k) * size, size);
            left--;
          }
          index += inGroup;
        }
        place += inGroup;
      }
    }
    return at;
  }

  /** The place in the record of the address that is chosen by weight, -1 where all have the same. */
  #choose(arena: Uint8Array, view: DataView, isV6: boolean, far: number, step: number): number {
    const weights = weightsAt(arena, this.#groups);
    if (weights < 0) return -1;
    const first = isV6 ? weights + 4 * addressCount(arena, this.#record, false) : weights;
    let sought = chosenWeight(step, this.#totalWeight(view, first, far));
    // As if the weights of all that are so far lay side by side.
    let place = 0;
    for (let i = 0; ; i++) {
      const inGroup = this.#sizeOf(view, i);
      const sum = this.#weightOf(view, first, place, i, far);
      if (sought < sum) return place + firstAbove(view, first + 4 * place, inGroup, sought);
      sought -= sum;
      place += inGroup;
    }
  }

  #totalWeight(view: DataView, first: number, far: number): number {
    let total = 0;
    let place = 0;
    for (let i = 0; i < this.#groupCount; i++) {
      total += this.#weightOf(view, first, place, i, far);
      place += this.#sizeOf(view, i);
    }
    return total;
  }

  /** The sum of the weights of a group whose first address is at this place; 0 where the group is not so far. */
  #weightOf(view: DataView, first: number, place: number, group: number, far: number): number {
    const inGroup = this.#sizeOf(view, group);
    if (inGroup === 0 || this.#distances[group] !== far) return 0;
    return view.getUint32(first + 4 * (place + inGroup - 1));
  }

  /** How many addresses of the family are nearest to the client. */
  #nearestCount(view: DataView): number {
    for (let far = 0; far <= farthest; far++) {
      const count = this.#countOf(view, far);
      if (count > 0) return count;
    }
    return 0;
  }

  /** How many addresses of the family are so far from the client. */
  #countOf(view: DataView, far: number): number {
    let count = 0;
    for (let i = 0; i < this.#groupCount; i++) if (this.#distances[i] === far) count += this.#sizeOf(view, i);
    return count;
  }

  #sizeOf(view: DataView, group: number): number {
    return view.getUint16(this.#groups + groupSize * group + this.#countAt);
  }
}

const both = [true, false] as const;

/** How far a group of a record is from a client; `groups` is where the first one starts. */
export function groupDistance(view: DataView, groups: number, group: number, client: Locality): number {
  const at = groups + groupSize * group;
  return distance(client, view.getUint32(at), view.getUint32(at + 4), view.getUint32(at + 8));
}

/** The priority of the SRV records of a group for a client. */
export function groupPriority(view: DataView, groups: number, group: number, client: Locality): number {
  return priorityOf(groupDistance(view, groups, group, client));
}

/** The first of `count` sums from `at` on that is above `sought`; the last one is. */
function firstAbove(view: DataView, at: number, count: number, sought: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (view.getUint32(at + 4 * middle) > sought) high = middle;
    else low = middle + 1;
  }
  return low;
}
