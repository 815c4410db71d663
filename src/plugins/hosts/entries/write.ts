import type { Work } from '../../../runtime/sliced-work.ts';
import { ByteWriter } from '../../../table/byte-writer.ts';
import { recordKind, recordOffset } from '../../../table/layout.ts';
import { writePtrRrset } from '../../../table/ptr-rrset.ts';
import { beginRecord, endRecord } from '../../../table/record-writer.ts';
import { nameAt, nameLengthOf } from '../../../table/record.ts';
import type { TableWriter } from '../../../table/writer.ts';
import { encodeName, formatName } from '../../../wire/name.ts';
import type { HostAddress, HostEntries } from './entries.ts';
import { reverseNameOf } from './reverse.ts';

const namesAtATime = 256;

/**
 * Has the table say what the entries say, record by record: names that are as they were are not touched, and no query misses one of
 * them meanwhile. `ttl` in seconds. Returns whether anything has changed.
 */
export function* writeEntries(entries: HostEntries, ttl: number, table: TableWriter): Work<boolean> {
  const { addresses, pointers, empty } = entries;
  const out = new ByteWriter();
  // A name of the file that is a reverse name too has one record for both.
  const addressOf = new Map<string, HostAddress>();
  if (entries.hasReverseNames) for (const address of pointers.keys()) addressOf.set(reverseNameOf(address), address);
  let hasChanged = false;
  let names = 0;
  for (const [name, list] of addresses) {
    if (name.startsWith('*.')) table.addWildcardDepth(labelsIn(encodeName(name)!) - 1);
    const address = addressOf.get(name);
    const targets = address === undefined ? none : pointers.get(address);
    hasChanged = table.set(compile(out, name, list, targets, ttl)) || hasChanged;
    if (++names % namesAtATime === 0) yield;
  }
  for (const [address, targets] of pointers) {
    const name = reverseNameOf(address);
    if (entries.hasReverseNames && addresses.has(name)) continue;
    hasChanged = table.set(compile(out, name, none, targets, ttl)) || hasChanged;
    if (++names % namesAtATime === 0) yield;
  }
  for (const name of empty) {
    if (addresses.has(name) || addressOf.has(name)) continue;
    hasChanged = table.set(compile(out, name, none, none, ttl)) || hasChanged;
    if (++names % namesAtATime === 0) yield;
  }
  if (table.size === names) return hasChanged;
  yield* removeOthers(entries, table);
  return true;
}

/** Takes names away that the entries do not have. */
function* removeOthers({ addresses, pointers, empty }: HostEntries, table: TableWriter): Work<void> {
  const reverseNames = new Set<string>();
  for (const address of pointers.keys()) reverseNames.add(reverseNameOf(address));
  yield;
  const gone: Uint8Array[] = [];
  const { arena } = table;
  let records = 0;
  for (const record of table.records()) {
    const start = nameAt(record);
    const name = formatName(arena, start).slice(0, -1);
    const isThere = addresses.has(name) || reverseNames.has(name) || empty.has(name);
    if (!isThere) gone.push(arena.slice(start, start + nameLengthOf(arena, record)));
    if (++records % namesAtATime === 0) yield;
  }
  for (const name of gone) {
    table.delete(name);
    if (++records % namesAtATime === 0) yield;
  }
}

function compile(
  out: ByteWriter,
  name: string,
  addresses: readonly HostAddress[],
  targets: readonly string[],
  ttl: number,
): Uint8Array {
  let v4 = 0;
  for (const address of addresses) if (typeof address === 'number') v4++;
  const v6 = addresses.length - v4;
  const kind = targets.length > 0 ? 'ptr' : addresses.length > 0 ? 'internal' : 'emptyNonTerminal';
  out.reset();
  beginRecord(out, name, recordKind[kind], 0, ttl, v4, v6);
  const nameEnd = out.length;
  if (v4 > 0) for (const address of addresses) if (typeof address === 'number') out.u32(address);
  if (v6 > 0)
    for (const address of addresses) if (typeof address === 'string') out.bytes(Buffer.from(address, 'latin1'));
  if (targets.length > 0) writePtrRrset(out, nameEnd - recordOffset.name, targets, ttl);
  return endRecord(out);
}

const none: readonly never[] = [];

function labelsIn(name: Uint8Array): number {
  let labels = 0;
  for (let at = 0; name[at] !== 0; at += name[at]! + 1) labels++;
  return labels;
}
