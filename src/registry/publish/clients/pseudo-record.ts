import { recordKind, recordOffset } from '../../../table/layout.ts';

/** A record of the table whose name is none of the DNS (table/layout.ts). */
export interface PseudoRecord {
  readonly kind: 'client' | 'namespace' | 'sidecar' | 'place';
  /** Wire form. */
  readonly name: Uint8Array;
  readonly flags?: number;
  readonly number: number;
  /** The number of a Sidecar, 0 for none. */
  readonly sidecar?: number;
  readonly rest?: Uint8Array;
}

/** A record of a client, a namespace or a Sidecar in table form. */
export function pseudoRecord({ kind, name, flags = 0, number, sidecar = 0, rest }: PseudoRecord): Uint8Array {
  const end = recordOffset.name + name.length;
  const bytes = new Uint8Array((end + (rest?.length ?? 0) + 3) & ~3);
  const view = new DataView(bytes.buffer);
  bytes[recordOffset.nameLength] = name.length;
  bytes[recordOffset.kind] = recordKind[kind];
  bytes[recordOffset.flags] = flags;
  view.setUint32(recordOffset.ttl, number);
  view.setUint32(recordOffset.sidecar, sidecar);
  view.setUint32(recordOffset.size, bytes.length);
  bytes.set(name, recordOffset.name);
  if (rest) bytes.set(rest, end);
  return bytes;
}

/** A name that is made of a number. */
export function numberName(first: number, number: number): Uint8Array {
  return Uint8Array.of(first, number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255, 0);
}
