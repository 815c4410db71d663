import type { Handler } from '../../../src/plugins/plugin.ts';
import { rewritePlugin } from '../../../src/plugins/rewrite/rewrite.ts';
import { headerFlag } from '../../../src/wire/codes.ts';
import { formatName } from '../../../src/wire/name.ts';
import type { Query } from '../../../src/wire/query.ts';
import { beginReply, endReply } from '../../../src/wire/reply.ts';
import { decodeMessage, type DnsMessage } from '../../support/dns-message.ts';
import { makeEnvironment, parseDirective } from '../../support/plugin.ts';
import { makeQuery, replyBytes, type QueryOptions, type TypeOption } from '../../support/query.ts';
import { encodeRecord, parseRecord, zoneLines } from '../../support/zone-text.ts';

/** What the plugin behind `rewrite` answers: records by section. */
export interface Zone {
  readonly code?: number;
  readonly answer?: string;
  readonly authority?: string;
  readonly additional?: string;
}

/** Answers every query with these records, the question as it was asked; `QNAME` stands for the asked name. At once or late. */
export function answering(zoneOf: (name: string) => Zone, isLate = false): Handler {
  return (query) => {
    query.readName();
    if (isLate) {
      query.hold();
      // As a reply of an upstream it has memory of its own.
      query.out = new Uint8Array(65_535);
    }
    const length = writeZone(query, zoneOf(formatName(query.lower)));
    return isLate ? Promise.resolve(length) : length;
  };
}

function writeZone(query: Query, { code = 0, ...sections }: Zone): number {
  const name = formatName(query.lower);
  let at = beginReply(query, code, false);
  const counts = [sections.answer, sections.authority, sections.additional].map((text = '') => {
    const records = zoneLines(text.replaceAll('QNAME', name)).map((line) => encodeRecord(parseRecord(line)));
    for (const record of records.map((each) => withPointer(query, each))) {
      query.out.set(record, at);
      at += record.length;
    }
    return records.length;
  });
  return endReply(query, at, counts[0]!, counts[1]!, counts[2]!);
}

/** As name servers do it, the owner that is the name of the question is a pointer to it. */
function withPointer({ lower, nameLength }: Query, record: Buffer): Buffer {
  const isQuestion = record.subarray(0, nameLength).equals(lower.subarray(0, nameLength));
  return isQuestion ? Buffer.concat([Uint8Array.of(0xc0, 12), record.subarray(nameLength)]) : record;
}

/** An address for every name. */
export const anyAddress = (): Zone => ({ answer: 'QNAME 60 IN A 192.0.2.1' });

/** The handler of these lines before `next`; throws where the lines have problems. */
export function rewriting(lines: string, next: Handler): Handler {
  const { config, problems } = parseDirective(rewritePlugin, lines);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return rewritePlugin.query.create(config, makeEnvironment(), next);
}

export interface Asked {
  readonly reply: DnsMessage;
  readonly query: Query;
  /** What the plugins behind `rewrite` were asked: `name. TYPE`. */
  readonly asked: readonly string[];
}

/** Asks the lines for a name, in the case in which it is written. */
export async function ask(
  lines: string,
  name: string,
  type: TypeOption = 'A',
  {
    zoneOf = anyAddress,
    isLate = false,
    ...options
  }: QueryOptions & { zoneOf?: (name: string) => Zone; isLate?: boolean } = {},
): Promise<Asked> {
  const asked: string[] = [];
  const answer = answering(zoneOf, isLate);
  const handler = rewriting(lines, (query) => {
    query.readName();
    asked.push(`${formatName(query.lower)} ${query.type}`);
    return answer(query);
  });
  const query = makeQuery(name, type, options);
  const length = await handler(query);
  return { reply: decodeMessage(replyBytes(query, length)), query, asked };
}

/** Whether a flag of the second octet is set. */
export function hasFlag(query: Query, flag: keyof typeof headerFlag): boolean {
  return (query.out[query.outStart + 2]! & headerFlag[flag]) !== 0;
}
