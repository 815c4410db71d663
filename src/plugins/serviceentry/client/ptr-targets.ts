import { ByteWriter } from '../../../table/byte-writer.ts';
import { writePtrRrset } from '../../../table/ptr-rrset.ts';
import { maxPtrs } from '../../../table/layout.ts';
import { extraAt } from '../../../table/record.ts';
import { readUint16, readUint32 } from '../../../wire/message.ts';
import { formatName } from '../../../wire/name.ts';
import type { Query } from '../../../wire/query.ts';
import type { SidecarLimits } from './sidecar-limits.ts';
import { ptrRrsetReply } from '../../../table/replies.ts';
import type { Client } from './views.ts';

/** A PTR record; its target in presentation form, without trailing dot. */
interface Target {
  readonly name: string;
  readonly ttl: number;
}

/**
 * The first `max` targets of a record of the kind `targets` (table/layout.ts) that a limited client gets: of each host it
 * must get what a namespace has that has the address.
 */
export function targetsFor(
  arena: Uint8Array,
  record: number,
  limits: Pick<SidecarLimits, 'winnerOf'>,
  client: Client,
  max: number,
): Target[] {
  const targets: Target[] = [];
  const labelAt = extraAt(arena, record);
  let at = labelAt + 1 + arena[labelAt]!;
  let left = readUint16(arena, at);
  for (at += 2; left > 0 && targets.length < max; left--) {
    const length = arena[at]!;
    const host = at + 1;
    const count = readUint16(arena, host + length);
    const candidates = host + length + 2;
    const winner = limits.winnerOf(host, length, client);
    for (let candidate = candidates; winner !== 0 && candidate < candidates + 9 * count; candidate += 9) {
      if (readUint32(arena, candidate) !== winner) continue;
      const text = formatName(arena, host).slice(0, -1);
      const isEndpoint = arena[candidate + 8] === 1;
      const name = isEndpoint ? `${labelText(arena, labelAt)}.${text}` : text;
      targets.push({ name, ttl: readUint32(arena, candidate + 4) });
      break;
    }
    at = candidates + 9 * count;
  }
  return targets;
}

function labelText(arena: Uint8Array, at: number): string {
  return Buffer.from(arena.subarray(at + 1, at + 1 + arena[at]!)).toString('latin1');
}

/** The PTR records of such a record, as those of a `ptr` record are answered. */
export function targetsReply(
  query: Query,
  arena: Uint8Array,
  record: number,
  limits: Pick<SidecarLimits, 'winnerOf'>,
  client: Client,
): number {
  const targets = targetsFor(arena, record, limits, client, maxPtrs);
  const ttl = targets.reduce((least, each) => Math.min(least, each.ttl), Infinity);
  const out = new ByteWriter();
  const names = targets.map(({ name }) => name);
  writePtrRrset(out, query.nameLength, names, ttl);
  return ptrRrsetReply(query, out.view(), 0);
}
