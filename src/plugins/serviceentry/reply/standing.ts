import { chosenWeight, groupDistance, type Nearest } from '../../../table/grouped-replies.ts';
import { groupSize, recordFlag } from '../../../table/layout.ts';
import type { Locality } from '../../../table/locality.ts';
import { addressCount, groupCount, groupsAt, hasFlag, weightsAt } from '../../../table/record.ts';
import type { TableMemory } from '../../../table/replies.ts';

/** What decides where an address stands in an answer that is put together from several ones. */
export interface Standing {
  /** A `distance` from the client. */
  readonly far: number;
  readonly weight: number;
}

const common: Standing = { far: 0, weight: 1 };

/** The parts of a group of a record (table/layout.ts): where the number of each is. */
const parts = { v4: 12, v6: 14, hostname: 16 } as const;

/**
 * The standings of the addresses of one family, or of the host names of endpoints, in their order; of a record without groups all are
 * the same. `count` is how many there are.
 */
export function standingsOf(
  { arena, view }: TableMemory,
  record: number,
  part: keyof typeof parts,
  count: number,
  client: Locality,
): Standing[] {
  if (!hasFlag(arena, record, recordFlag.grouped)) return Array.from({ length: count }, () => common);
  const groups = groupsAt(arena, record);
  const before = { v4: 0, v6: addressCount(arena, record, false), hostname: 0 };
  before.hostname = before.v6 + addressCount(arena, record, true);
  const weights = weightsAt(arena, groups);
  let place = before[part];
  const standings: Standing[] = [];
  for (let group = 0; group < groupCount(arena, groups); group++) {
    const far = groupDistance(view, groups, group, client);
    let sum = 0;
    for (let left = view.getUint16(groups + groupSize * group + parts[part]); left > 0; left--, place++) {
      const next = weights < 0 ? sum + 1 : view.getUint32(weights + 4 * place);
      standings.push({ far, weight: next - sum });
      sum = next;
    }
  }
  return standings;
}

/**
 * In the order in which a client gets them: the nearest first, each distance rotated by `step`; where weights differ the first of it is
 * chosen by weight. With `only` the nearest alone.
 */
export function inOrder<Item extends Standing>(items: readonly Item[], step: number, nearest: Nearest): Item[] {
  const byDistance = new Map<number, Item[]>();
  for (const item of items) {
    const far = nearest === 'off' ? 0 : item.far;
    const known = byDistance.get(far);
    if (known) known.push(item);
    else byDistance.set(far, [item]);
  }
  const distances = [...byDistance.keys()].sort((a, b) => a - b);
  return (nearest === 'only' ? distances.slice(0, 1) : distances).flatMap((far) => rotated(byDistance.get(far)!, step));
}

function rotated<Item extends Standing>(items: readonly Item[], step: number): Item[] {
  const start = step % items.length;
  const order = [...items.slice(start), ...items.slice(0, start)];
  if (items.every(({ weight }) => weight === items[0]!.weight)) return order;
  let sought = chosenWeight(
    step,
    items.reduce((total, { weight }) => total + weight, 0),
  );
  const chosen = items.find(({ weight }) => (sought -= weight) < 0)!;
  return [chosen, ...order.filter((item) => item !== chosen)];
}
