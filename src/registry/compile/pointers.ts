import { headerSize, rrClass, rrType } from '../../wire/codes.ts';
import { encodeName } from '../../wire/name.ts';
import { addressBytes, familyOf } from '../address.ts';
import { ByteWriter } from './byte-writer.ts';

/** Type and class behind the name of the question. */
export const questionTail = 4;
/** Octets of a PTR record before its target: owner, type, class, TTL and length. */
export const pointerHead = 12;
const maxPointer = 0x3fff;

/** The reverse name of an address, without trailing dot: RFC 1035 section 3.5, RFC 3596 section 2.5. */
export function reverseName(address: string): string {
  const bytes = addressBytes(address);
  if (familyOf(address) === 4) return `${bytes.toReversed().join('.')}.in-addr.arpa`;
  const nibbles = Array.from(bytes, (octet) => octet.toString(16).padStart(2, '0')).join('');
  return `${Array.from(nibbles).reverse().join('.')}.ip6.arpa`;
}

/**
 * PTR records as they stand behind a question for `owner`: where they start is known, so the targets' common ends are
 * compressed here, once (RFC 1035 section 4.1.4). Targets that are no names are left out.
 */
export function pointerTail(
  owner: Uint8Array,
  targets: readonly string[],
  ttl: number,
): { count: number; bytes: Uint8Array } {
  const out = new ByteWriter(64 * targets.length);
  const start = headerSize + owner.length + questionTail;
  // A single name has nothing to share.
  const known = targets.length > 1 ? new Map<string, number>() : undefined;
  let count = 0;
  for (const target of targets) {
    const name = encodeName(target);
    if (!name) continue;
    out.u16(0xc000 | headerSize);
    out.u16(rrType.PTR);
    out.u16(rrClass.IN);
    out.u32(ttl);
    const rdata = known ? compressed(name, target, start + out.length + 2, known) : name;
    out.u16(rdata.length);
    out.bytes(rdata);
    count++;
  }
  return { count, bytes: out.view() };
}

/** The name with a pointer in place of its longest end that stands in the message already. */
function compressed(name: Uint8Array, text: string, at: number, known: Map<string, number>): Uint8Array {
  let offset = 0;
  for (let rest = text; ; rest = rest.slice(rest.indexOf('.') + 1)) {
    const pointer = known.get(rest);
    if (pointer !== undefined) {
      const bytes = new Uint8Array(offset + 2);
      bytes.set(name.subarray(0, offset));
      bytes[offset] = 0xc0 | (pointer >> 8);
      bytes[offset + 1] = pointer & 0xff;
      return bytes;
    }
    if (at + offset <= maxPointer) known.set(rest, at + offset);
    offset += name[offset]! + 1;
    if (!rest.includes('.')) return name;
  }
}
