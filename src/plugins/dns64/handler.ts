import { headerFlag, rcode, rrType } from '../../wire/codes.ts';
import type { DerivedQuery } from '../../wire/derived-query.ts';
import { networkOfCidr } from '../../wire/network.ts';
import type { Query } from '../../wire/query.ts';
import { replyCode, serverFailure } from '../../wire/reply.ts';
import { readReplyRecords, type ReplyRecords } from '../../wire/reply-records.ts';
import { readReplyHead, writeReply } from '../../wire/write-records.ts';
import { DerivedQueries } from '../derived-queries.ts';
import type { Outcome, QueryHalf } from '../plugin.ts';
import type { Dns64Config } from './dns64.ts';
import { isExcluded, translated } from './translation.ts';

/** What a worker counts: queries for AAAA that were answered with what there is for A. */
export const dns64Series = { translated: 0, length: 1 } as const;

export const dns64Handler: QueryHalf<Dns64Config> = {
  counterCount: () => dns64Series.length,
  create(config, { counters = new Float64Array(dns64Series.length) }, next) {
    const prefix = networkOfCidr(config.prefix);
    const queries = new DerivedQueries(next);

    /** Answers with what there is for A; `negative` is what there is for AAAA. */
    const synthesize = (query: Query, forA: DerivedQuery, negative: ReplyRecords | undefined): Outcome =>
      queries.askPrepared(query, forA, (derived, length) => {
        query.discardReply();
        if (length === 0) return 0;
        const { out, outStart } = derived;
        const records = readReplyRecords(out, outStart, outStart + length);
        if (records === undefined) return serverFailure(query, 'dns64: the reply for A cannot be read');
        counters[dns64Series.translated]!++;
        const { code, isTruncated } = readReplyHead(derived);
        return writeReply(query, { code, isTruncated: isTruncated === true }, translated(prefix, records, negative));
      });

    const look = (query: Query, forA: DerivedQuery, length: number): Outcome => {
      const { out, outStart } = query;
      // Of a reply that is cut nobody knows whether it has addresses: the client asks again over TCP.
      const isFinal = length === 0 || replyCode(query) === rcode.NXDOMAIN || readReplyHead(query).isTruncated === true;
      const records = isFinal ? undefined : readReplyRecords(out, outStart, outStart + length);
      const addresses = records?.answers.filter(({ type }) => type === rrType.AAAA) ?? [];
      const isTranslated = !isFinal && (config.translatesAll || addresses.every(isExcluded));
      if (isTranslated) return synthesize(query, forA, records);
      queries.drop(forA);
      if (!records || !addresses.some(isExcluded)) return length;
      const head = readReplyHead(query);
      query.discardReply();
      return writeReply(query, head, { ...records, answers: records.answers.filter((each) => !isExcluded(each)) });
    };

    return (query) => {
      if (query.type !== rrType.AAAA || !(config.allowsIpv4 || isIpv6(query)) || validates(query)) return next(query);
      const name = query.bytes.subarray(query.nameStart, query.nameStart + query.nameLength);
      // Its reply may be written over it.
      const forA = queries.prepare(query, { name, type: rrType.A, class: query.class });
      const outcome = next(query);
      return typeof outcome === 'number' ? look(query, forA, outcome) : waited(outcome, query, forA, look);
    };
  },
};

async function waited(
  outcome: Promise<number>,
  query: Query,
  forA: DerivedQuery,
  look: (query: Query, forA: DerivedQuery, length: number) => Outcome,
): Promise<number> {
  return look(query, forA, await outcome);
}

/** A client that validates itself would find what is made here to be forged (RFC 6147 section 5.5, number 3). */
function validates({ bytes, start, dnssecOk }: Query): boolean {
  return dnssecOk && (bytes[start + 3]! & headerFlag.CD) !== 0;
}

function isIpv6({ peer: { family, address } }: Query): boolean {
  return family === 6 && !address.startsWith('::ffff:');
}
