import { classCode, rrClass } from './codes.ts';
import { encodeNameAsWritten } from './name.ts';
import { hasRdataForm } from './rdata-form.ts';
import { rdataFields } from './record-text/rdata-fields.ts';
import { RdataWords } from './record-text/rdata-words.ts';
import { parseTtl } from './record-text/ttl.ts';
import { recordLine, type Word } from './record-text/words.ts';
import { typeCode, typeName } from './record-types.ts';
import type { ResourceRecord } from './reply-records.ts';

/** Seconds of a record without a TTL of its own, as in CoreDNS. */
const defaultTtl = 3600;
const maxRdataSize = 0xffff;

/**
 * Reads the first record of a text in the form of a zone file (RFC 1035 section 5, RFC 3597), as `dns.NewRR` of CoreDNS does:
 * class IN and a TTL of 3600 where they are missing, in either order where they are not, and names without a dot at the end are of the
 * root. The result is a text where this is no record: a clause that says why. `undefined` where the text has none at all. Takes
 * time linear in the text.
 */
export function parseZoneRecord(text: string): ResourceRecord | string | undefined {
  // A character for each octet: texts in other scripts are UTF-8, as in Go.
  const line = recordLine(Buffer.from(text, 'utf8').toString('latin1'));
  if (line === undefined || typeof line === 'string') return line;
  const head = readHead(line.words, line.isIndented);
  if (typeof head === 'string') return head;
  const { owner, type, rdata: words, ...rest } = head;
  const rdata = readRdata(type, words);
  if (typeof rdata === 'string') return `the RDATA of ${typeName(type)} is wrong: ${rdata}`;
  return { owner, type, ...rest, rdata };
}

/** What stands before the RDATA, whose words are still text. */
interface Head extends Omit<ResourceRecord, 'rdata'> {
  readonly rdata: readonly Word[];
}

function readHead([first, ...rest]: readonly Word[], isIndented: boolean): Head | string {
  if (isIndented) return `a record begins with its owner name, found a blank before '${first!.text}'`;
  if (first!.isQuoted) return `an owner name has no quotes, found "${first!.text}"`;
  if (/^\$[a-z]+$/i.test(first!.text)) return `a directive such as ${first!.text} stands in zone files only`;
  const owner = first!.text === '@' ? Uint8Array.of(0) : encodeNameAsWritten(first!.text);
  if (owner === undefined) return `'${first!.text}' is no owner name`;
  let qclass: number | undefined;
  let ttl: number | undefined;
  for (const [index, { text, isQuoted }] of rest.entries()) {
    if (isQuoted) return `expected the type of the record, found "${text}"`;
    const wordClass = qclass === undefined ? classCode(text) : undefined;
    const type = wordClass === undefined ? typeCode(text) : undefined;
    const wordTtl = ttl === undefined && type === undefined ? parseTtl(text) : undefined;
    if (wordClass !== undefined) qclass = wordClass;
    else if (type !== undefined) {
      const rdata = rest.slice(index + 1);
      return { owner, type, class: qclass ?? rrClass.IN, ttl: ttl ?? defaultTtl, rdata };
    } else if (wordTtl !== undefined) ttl = wordTtl;
    else return `expected the type of the record, found '${text}'`;
  }
  return `the type of the record is missing behind '${(rest.at(-1) ?? first!).text}'`;
}

function readRdata(type: number, words: readonly Word[]): Uint8Array | string {
  if (isPseudoType(type)) return 'it is no type of records';
  if (words.length === 0) return 'it is missing';
  const reader = new RdataWords(words);
  const isGeneric = words[0]!.text === '\\#' && !words[0]!.isQuoted;
  const fields = isGeneric ? undefined : rdataFields.get(type);
  if (isGeneric) readGeneric(reader);
  else if (fields === undefined)
    return `it has no form here but '\\# LENGTH HEXDIGITS' (RFC 3597), found '${words[0]!.text}'`;
  else for (const field of fields) field(reader);
  if (reader.fault === undefined && !reader.isAtEnd) reader.fail('the record to end', reader.peek());
  if (reader.fault !== undefined) return reader.fault;
  const { octets } = reader;
  if (octets.length > maxRdataSize) return `it has ${octets.length} octets, and at most ${maxRdataSize} fit`;
  if (isGeneric && !hasRdataForm(type, octets)) return 'the octets have not the form of the type';
  return octets;
}

/** OPT (RFC 6891), and what is asked for but stands in no zone (RFC 6895 section 3.1). */
function isPseudoType(type: number): boolean {
  return type === 0 || type === 41 || (type >= 128 && type <= 255);
}

/** `\# LENGTH HEXDIGITS...` (RFC 3597 section 5). */
function readGeneric(words: RdataWords): void {
  words.take('\\#');
  const length = words.number('the number of octets', maxRdataSize);
  const digits = words
    .takeRest()
    .map(({ text }) => text)
    .join('');
  if (/^([0-9a-f]{2})*$/i.test(digits) && digits.length === 2 * length) words.put(Buffer.from(digits, 'hex'));
  else words.fail(`${2 * length} hexadecimal digits`, { text: digits, isQuoted: false });
}
