import type { Work } from '../../../runtime/sliced-work.ts';
import { ByteWriter } from '../../../table/byte-writer.ts';
import { recordKind } from '../../../table/layout.ts';
import { writePtrRrset } from '../../../table/ptr-rrset.ts';
import { beginRecord, endRecord } from '../../../table/record-writer.ts';
import { nameAt, nameLengthOf } from '../../../table/record.ts';
import type { TableWriter } from '../../../table/writer.ts';
import { encodeName } from '../../../wire/name.ts';
import type { HostEntries, HostName } from './entries.ts';

const namesAtATime = 256;
const wildcard = '*.';

/**
 * Has the table say what the entries say, record by record: names that are as they were are not touched, and no query misses one of
 * them meanwhile. `ttl` in seconds. Returns whether anything has changed.
 */
export function* writeEntries({ names }: HostEntries, ttl: number, table: TableWriter): Work<boolean> {
  const out = new ByteWriter();
  const kept = new Set<string>();
  let hasChanged = false;
  let left = namesAtATime;
  for (const [text, host] of names) {
    const name = encodeName(text)!;
    kept.add(keyOf(name, 0, name.length));
    if (text.startsWith(wildcard)) table.addWildcardDepth(labelsIn(name) - 1);
    hasChanged = table.set(compile(out, name, host, ttl)) || hasChanged;
    if (--left > 0) continue;
    left = namesAtATime;
    yield;
  }
  const gone: Uint8Array[] = [];
  const { arena } = table;
  for (const record of table.records()) {
    const [start, length] = [nameAt(record), nameLengthOf(arena, record)];
    if (!kept.has(keyOf(arena, start, length))) gone.push(arena.slice(start, start + length));
  }
  for (const name of gone) {
    table.delete(name);
    if (--left > 0) continue;
    left = namesAtATime;
    yield;
  }
  return hasChanged || gone.length > 0;
}

function compile(out: ByteWriter, name: Uint8Array, { v4, v6, pointers }: HostName, ttl: number): Uint8Array {
  const kind = pointers.length > 0 ? 'ptr' : v4.length + v6.length > 0 ? 'internal' : 'emptyNonTerminal';
  out.reset();
  beginRecord(out, name, recordKind[kind], 0, ttl, v4.length, v6.length);
  for (const address of v4) out.u32(address);
  for (const address of v6) out.bytes(Buffer.from(address, 'latin1'));
  if (pointers.length > 0) writePtrRrset(out, name.length, pointers, ttl);
  return endRecord(out);
}

/** The octets of a name as characters. */
function keyOf(bytes: Uint8Array, start: number, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString('latin1');
}

function labelsIn(name: Uint8Array): number {
  let labels = 0;
  for (let at = 0; name[at] !== 0; at += name[at]! + 1) labels++;
  return labels;
}
