import { headerSize, rrClass, rrType } from '../wire/codes.ts';
import type { ByteWriter } from './byte-writer.ts';

/** Type and class behind the name of the question. */
export const questionTail = 4;
const maxCompressionOffset = 0x3fff;

/**
 * Writes how many PTR records there are, of how many octets, and the records as they stand behind a question for a name
 * of `ownerLength` octets: where they start is known, so the targets' common ends are compressed here, once (RFC 1035
 * section 4.1.4). Targets that are no names are left out.
 */
export function writePtrRrset(out: ByteWriter, ownerLength: number, targets: readonly string[], ttl: number): void {
  const head = out.length;
  out.u16(0);
  out.u16(0);
  const records = out.length;
  // What has to be added to a place in `out` for the place in the message.
  const shift = headerSize + ownerLength + questionTail - records;
  // A single name has nothing to share.
  const known = targets.length > 1 ? new Map<string, number>() : undefined;
  let count = 0;
  for (const target of targets) {
    const start = out.length;
    out.u16(0xc000 | headerSize);
    out.u16(rrType.PTR);
    out.u16(rrClass.IN);
    out.u32(ttl);
    out.u16(0);
    const rdata = out.length;
    if (!out.name(target)) {
      out.length = start;
      continue;
    }
    if (known) compress(out, target, rdata, shift, known);
    out.patch16(rdata - 2, out.length - rdata);
    count++;
  }
  out.patch16(head, count);
  out.patch16(head + 2, out.length - records);
}

/** Replaces the longest end of the name at `start` that is in the message already by a compression pointer. */
function compress(out: ByteWriter, text: string, start: number, shift: number, known: Map<string, number>): void {
  let at = start;
  for (let rest = text; ; rest = rest.slice(rest.indexOf('.') + 1)) {
    const offset = known.get(rest);
    if (offset !== undefined) {
      out.length = at;
      out.u16(0xc000 | offset);
      return;
    }
    if (at + shift <= maxCompressionOffset) known.set(rest, at + shift);
    const dot = rest.indexOf('.');
    if (dot < 0) return;
    at += dot + 1;
  }
}
