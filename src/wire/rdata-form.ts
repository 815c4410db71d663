import { maxNameLength, rrType } from './codes.ts';

/** How the RDATA of a type is made: fixed octets, character strings, names, and then `tail` octets or any number. */
export interface RdataForm {
  readonly fixed: number;
  readonly strings: number;
  readonly names: number;
  readonly tail: number | 'any';
  /** A writer may compress the names (RFC 3597 section 4: of the types of RFC 1035 alone). */
  readonly isCompressible?: true;
}

const oneName: RdataForm = { fixed: 0, strings: 0, names: 1, tail: 0 };
const compressibleName: RdataForm = { ...oneName, isCompressible: true };
const twoNames: RdataForm = { fixed: 0, strings: 0, names: 2, tail: 0 };
const preferenceAndName: RdataForm = { fixed: 2, strings: 0, names: 1, tail: 0 };

const rdataForms: ReadonlyMap<number, RdataForm> = new Map<number, RdataForm>([
  [rrType.A, { fixed: 4, strings: 0, names: 0, tail: 0 }],
  [rrType.AAAA, { fixed: 16, strings: 0, names: 0, tail: 0 }],
  [rrType.NS, compressibleName],
  [rrType.CNAME, compressibleName],
  [rrType.PTR, compressibleName],
  [39 /* DNAME */, oneName],
  [rrType.SOA, { fixed: 0, strings: 0, names: 2, tail: 20, isCompressible: true }],
  [14 /* MINFO */, twoNames],
  [17 /* RP */, twoNames],
  [rrType.MX, { ...preferenceAndName, isCompressible: true }],
  [18 /* AFSDB */, preferenceAndName],
  [36 /* KX */, preferenceAndName],
  [rrType.SRV, { fixed: 6, strings: 0, names: 1, tail: 0 }],
  [rrType.NAPTR, { fixed: 4, strings: 3, names: 1, tail: 0 }],
  [rrType.RRSIG, { fixed: 18, strings: 0, names: 1, tail: 'any' }],
  [rrType.NSEC, { fixed: 0, strings: 0, names: 1, tail: 'any' }],
]);

/** Of the addresses, and of the types whose RDATA has names that may be compressed (RFC 3597 section 4); other RDATA is opaque. */
export function rdataFormOf(type: number): RdataForm | undefined {
  return rdataForms.get(type);
}

/** Whether RDATA outside of a message, where no name may be compressed, has the form of its type; true for types that have none. */
export function hasRdataForm(type: number, rdata: Uint8Array): boolean {
  const form = rdataFormOf(type);
  if (form === undefined) return true;
  let at = form.fixed;
  for (let i = 0; i < form.strings; i++) at += (rdata[at] ?? 0) + 1;
  for (let i = 0; i < form.names; i++) {
    at = skipPlainName(rdata, at);
    if (at < 0) return false;
  }
  return form.tail === 'any' ? at <= rdata.length : at + form.tail === rdata.length;
}

/** Index behind a name without compression, or -1. */
function skipPlainName(rdata: Uint8Array, start: number): number {
  for (let at = start; at - start < maxNameLength;) {
    const length = rdata[at] ?? 64;
    if (length > 63) return -1;
    at += length + 1;
    if (length === 0) return at;
  }
  return -1;
}
