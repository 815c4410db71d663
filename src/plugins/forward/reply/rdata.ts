import { rrType } from '../../../wire/codes.ts';
import { areOptionsSound } from '../../../wire/edns.ts';
import type { RecordPosition } from '../../../wire/message.ts';
import { expandName } from '../../../wire/name.ts';

/** How the RDATA of a type is made: fixed octets, character strings, names, and then `tail` octets or any number. */
interface RdataForm {
  readonly fixed: number;
  readonly strings: number;
  readonly names: number;
  readonly tail: number | 'any';
}

const oneName: RdataForm = { fixed: 0, strings: 0, names: 1, tail: 0 };
const twoNames: RdataForm = { fixed: 0, strings: 0, names: 2, tail: 0 };
const preferenceAndName: RdataForm = { fixed: 2, strings: 0, names: 1, tail: 0 };

/** The types whose RDATA has names that may be compressed (RFC 3597 section 4), and the addresses. */
const rdataForms: ReadonlyMap<number, RdataForm> = new Map<number, RdataForm>([
  [rrType.A, { fixed: 4, strings: 0, names: 0, tail: 0 }],
  [rrType.AAAA, { fixed: 16, strings: 0, names: 0, tail: 0 }],
  [rrType.NS, oneName],
  [rrType.CNAME, oneName],
  [rrType.PTR, oneName],
  [39 /* DNAME */, oneName],
  [rrType.SOA, { fixed: 0, strings: 0, names: 2, tail: 20 }],
  [14 /* MINFO */, twoNames],
  [17 /* RP */, twoNames],
  [rrType.MX, preferenceAndName],
  [18 /* AFSDB */, preferenceAndName],
  [36 /* KX */, preferenceAndName],
  [rrType.SRV, { fixed: 6, strings: 0, names: 1, tail: 0 }],
  [rrType.NAPTR, { fixed: 4, strings: 3, names: 1, tail: 0 }],
  [rrType.RRSIG, { fixed: 18, strings: 0, names: 1, tail: 'any' }],
  [rrType.NSEC, { fixed: 0, strings: 0, names: 1, tail: 'any' }],
]);

/**
 * The first record that cannot be read: its name, or one in its RDATA, is none, an address has another length, or it is an
 * OPT record that is malformed, out of place or the second one (RFC 6891 section 6.1.1). So a client is not handed what
 * would make its own reader stumble. Other RDATA is opaque. Linear in the message, whatever it holds.
 */
export function findUnsound(message: Uint8Array, records: readonly RecordPosition[]): RecordPosition | undefined {
  let optCount = 0;
  for (const record of records) {
    if (record.type === rrType.OPT) {
      if (record.section !== 3 || message[record.start] !== 0 || ++optCount > 1) return record;
      if (!areOptionsSound(message, record.rdataStart, record.end)) return record;
      continue;
    }
    if (expandName(message, record.start, record.end) < 0) return record;
    const form = rdataForms.get(record.type);
    if (form !== undefined && !rdataIsSound(message, record, form)) return record;
  }
  return undefined;
}

function rdataIsSound(message: Uint8Array, record: RecordPosition, form: RdataForm): boolean {
  let at = record.rdataStart + form.fixed;
  for (let i = 0; i < form.strings; i++) {
    if (at >= record.end) return false;
    at += message[at]! + 1;
  }
  for (let i = 0; i < form.names; i++) {
    at = expandName(message, at, record.end);
    if (at < 0) return false;
  }
  return form.tail === 'any' ? at <= record.end : at + form.tail === record.end;
}
