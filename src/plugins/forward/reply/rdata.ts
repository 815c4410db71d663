import { headerSize, maxNameLength, rrType } from '../../../wire/codes.ts';
import { readUint16, type RecordPosition } from '../../../wire/message.ts';

/** How the RDATA of a type is made: fixed octets, character strings, names, and then `tail` octets or any number. */
interface RdataForm {
  readonly fixed: number;
  readonly strings: number;
  readonly names: number;
  readonly tail: number | 'any';
}

/** More pointers than a name has labels lead nowhere; the bound keeps a hostile chain of them cheap. */
const maxPointers = 127;

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
      if (!optionsAreSound(message, record)) return record;
      continue;
    }
    if (nameEnd(message, record.start, record.end) < 0) return record;
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
    at = nameEnd(message, at, record.end);
    if (at < 0) return false;
  }
  return form.tail === 'any' ? at <= record.end : at + form.tail === record.end;
}

function optionsAreSound(message: Uint8Array, opt: RecordPosition): boolean {
  let at = opt.rdataStart;
  while (at < opt.end) {
    if (at + 4 > opt.end) return false;
    at += 4 + readUint16(message, at + 2);
  }
  return at === opt.end;
}

/** Index behind the name at `at` of a message that starts at 0, its pointers followed; -1 where it cannot be read. */
function nameEnd(message: Uint8Array, at: number, end: number): number {
  let after = -1;
  let length = 1;
  let pointers = 0;
  let lastTarget = at;
  for (;;) {
    if (at >= end) return -1;
    const octet = message[at]!;
    if (octet === 0) return after < 0 ? at + 1 : after;
    if (octet >= 0xc0) {
      if (at + 2 > end || ++pointers > maxPointers) return -1;
      if (after < 0) after = at + 2;
      const target = readUint16(message, at) & 0x3fff;
      // RFC 1035 section 4.1.4: to a prior occurrence. Each goes further back, so that no circle is possible.
      if (target < headerSize || target >= lastTarget) return -1;
      at = lastTarget = target;
      continue;
    }
    length += octet + 1;
    if (octet > 63 || length > maxNameLength) return -1;
    at += octet + 1;
  }
}
