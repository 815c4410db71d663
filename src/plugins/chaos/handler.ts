import { rcode, rrClass, rrType } from '../../wire/codes.ts';
import { formatName } from '../../wire/name.ts';
import { recordHeadSize, writeRecord } from '../../wire/record.ts';
import { beginReply, cutReply, endReply, roomForRecords } from '../../wire/reply.ts';
import type { QueryHalf } from '../plugin.ts';
import type { ChaosConfig } from './chaos.ts';

/**
 * Answers TXT queries of class CH for the names that BIND and RFC 4892 have; all others go to the next plugin. The authors
 * come in random order, as in CoreDNS.
 */
export const chaosHandler: QueryHalf<ChaosConfig> = {
  classes: [rrClass.CH],
  create({ version, authors, hostname }, environment, next) {
    const textsOf = new Map<string, () => readonly string[]>([
      ['version.bind.', () => [version]],
      ['version.server.', () => [version]],
      ['hostname.bind.', () => [hostname]],
      ['id.server.', () => [hostname]],
      ['authors.bind.', () => shuffled(authors, () => environment.randomUint16())],
    ]);
    return (query) => {
      if (query.type !== rrType.TXT) return next(query);
      query.readName();
      const texts = textsOf.get(formatName(query.lower.subarray(0, query.nameLength)))?.();
      if (texts === undefined) return next(query);
      let at = beginReply(query, rcode.NOERROR, false);
      let answers = 0;
      for (const text of texts) {
        const rdata = characterString(text);
        if (roomForRecords(query, at) < recordHeadSize + rdata.length) {
          cutReply(query);
          break;
        }
        at = writeRecord(query, at, 0, rrType.TXT, 0, rdata);
        answers++;
      }
      return endReply(query, at, answers, 0, 0);
    };
  },
};

/** Length octet and text (RFC 1035 section 3.3). */
function characterString(text: string): Uint8Array {
  const octets = Buffer.from(text);
  return Buffer.concat([Uint8Array.of(octets.length), octets]);
}

function shuffled(items: readonly string[], randomUint16: () => number): readonly string[] {
  return items
    .map((item) => ({ item, order: randomUint16() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
