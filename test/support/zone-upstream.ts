import { typeText } from './dns-rdata.ts';
import type { Behaviour } from './fake-upstream.ts';
import { encodeRecord, parseRecord, zoneLines, type ZoneRecord } from './zone-text.ts';

const codes = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;

/** What a zone upstream puts into the authority section of NODATA and NXDOMAIN, so that it can be told from ours. */
export const upstreamSoa = '. 60 IN SOA upstream.test. nobody.upstream.test. 1 2 3 4 60';

/**
 * Answers from zone-file text: the records of the name and type, following CNAMEs; NODATA where the name has others or
 * is above one that has; NXDOMAIN otherwise. A line `owner. SERVFAIL` or `owner. REFUSED` gives that name the code.
 */
export function answerFromZone(text: string): Behaviour {
  const lines = zoneLines(text);
  const failures = new Map<string, number>();
  const records: ZoneRecord[] = [];
  for (const line of lines) {
    const [, owner, code] = /^(\S+) (SERVFAIL|REFUSED)$/.exec(line) ?? [];
    if (owner !== undefined) failures.set(owner, codes[code as keyof typeof codes]);
    else records.push(parseRecord(line));
  }
  return (query) => {
    const nameEnd = query.bytes.indexOf(0, 12);
    const type = typeText(query.bytes.readUInt16BE(nameEnd + 1));
    const name = query.name === '' || query.name === '.' ? '.' : `${query.name.replace(/\.$/, '').toLowerCase()}.`;
    const failure = failures.get(name);
    const answers = failure === undefined ? answersFor(name, type, records) : [];
    const exists = records.some(({ owner }) => owner === name || owner.endsWith(`.${name}`));
    const code = failure ?? (exists ? codes.NOERROR : codes.NXDOMAIN);
    query.send(reply(query.bytes, nameEnd + 5, code, answers));
  };
}

function answersFor(name: string, type: string, records: readonly ZoneRecord[]): ZoneRecord[] {
  const own = records.filter(({ owner }) => owner === name);
  const found = own.filter((record) => type === 'ANY' || record.type === type);
  const alias = own.find((record) => record.type === 'CNAME');
  if (found.length > 0 || !alias) return found;
  return [alias, ...answersFor(alias.rdata, type, records)];
}

function reply(query: Buffer, questionEnd: number, code: number, answers: readonly ZoneRecord[]): Buffer {
  const isNegative = answers.length === 0 && (code === codes.NOERROR || code === codes.NXDOMAIN);
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(0x8080 | (query.readUInt16BE(2) & 0x0110) | code, 2);
  header.writeUInt16BE(answers.length, 6);
  header.writeUInt16BE(isNegative ? 1 : 0, 8);
  header.writeUInt16BE(0, 10);
  const records = [...answers, ...(isNegative ? [parseRecord(upstreamSoa)] : [])].map(encodeRecord);
  return Buffer.concat([header, query.subarray(12, questionEnd), ...records]);
}
