import type { ByteWriter } from './byte-writer.ts';
import { recordOffset } from './layout.ts';

/**
 * Writes the beginning of a record (layout.ts) up to its owner name, which is in wire form and lower case, or text that is a name;
 * `ttl` in seconds, or what the kind has in its place. The `v4` A and `v6` AAAA addresses come next, then what the kind adds, and then `endRecord`.
 */
export function beginRecord(
  out: ByteWriter,
  name: Uint8Array | string,
  kind: number,
  flags: number,
  ttl: number,
  v4: number,
  v6: number,
): void {
  out.u8(typeof name === 'string' ? 0 : name.length);
  out.u8(kind);
  out.u8(flags);
  out.u8(0);
  out.u32(ttl);
  out.u16(v4);
  out.u16(v6);
  out.u32(0);
  if (typeof name !== 'string') out.bytes(name);
  else {
    const at = out.length;
    out.name(name);
    out.patch8(at - recordOffset.name + recordOffset.nameLength, out.length - at);
  }
}

/** Ends the record that begins at 0. The view is good until the next write. */
export function endRecord(out: ByteWriter): Uint8Array {
  out.pad(4);
  out.patch32(recordOffset.size, out.length);
  return out.view();
}
