import type { ByteWriter } from '../../../table/byte-writer.ts';
import type { PtrTargets } from './compile.ts';

/** Writes what a record of the kind `targets` adds (table/layout.ts). A host that is no name is left out. */
export function writeTargets(
  out: ByteWriter,
  { label, candidates }: PtrTargets,
  idOf: (namespace: string) => number,
): void {
  const octets = Buffer.from(label, 'latin1');
  out.u8(octets.length);
  out.bytes(octets);
  const countAt = out.length;
  out.u16(0);
  let count = 0;
  for (const { host, by } of candidates) {
    const lengthAt = out.length;
    out.u8(0);
    if (!out.name(host)) {
      out.length = lengthAt;
      continue;
    }
    out.patch8(lengthAt, out.length - lengthAt - 1);
    out.u16(by.length);
    for (const { namespace, ttl, isEndpoint } of by) {
      out.u32(idOf(namespace));
      out.u32(ttl);
      out.u8(isEndpoint ? 1 : 0);
    }
    count++;
  }
  out.patch16(countAt, count);
}
