import { rrType } from '../../../wire/codes.ts';
import { areOptionsSound } from '../../../wire/edns.ts';
import type { RecordPosition } from '../../../wire/message.ts';
import { expandName } from '../../../wire/name.ts';
import { rdataFormOf, type RdataForm } from '../../../wire/rdata-form.ts';

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
    const form = rdataFormOf(record.type);
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
