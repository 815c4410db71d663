import { formatAddress, parseAddress } from '../../wire/address.ts';
import { headerFlag, rcode, rrType } from '../../wire/codes.ts';
import type { DerivedQuery } from '../../wire/derived-query.ts';
import { encodeName, formatName } from '../../wire/name.ts';
import { type Network, networkOfCidr } from '../../wire/network.ts';
import type { Query } from '../../wire/query.ts';
import { replyCode, serverFailure } from '../../wire/reply.ts';
import { readReplyRecords, type ReplyRecords } from '../../wire/reply-records.ts';
import { addressFromReverseName, reverseName } from '../../wire/reverse-name.ts';
import { readReplyHead, writeReply } from '../../wire/write-records.ts';
import { DerivedQueries } from '../derived-queries.ts';
import type { Outcome, QueryHalf } from '../plugin.ts';
import type { Dns64Config } from './dns64.ts';
import { extract, isExcluded, translated, withAlias } from './translation.ts';

/** 32 digits, `ip6` and `arpa`. */
const reverseLabels = 34;

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
      const head = { ...readReplyHead(query), isAuthentic: false };
      query.discardReply();
      return writeReply(query, head, { ...records, answers: records.answers.filter((each) => !isExcluded(each)) });
    };

    /** Names of an address below the prefix are those of the IPv4 address; where that has none others may know some. */
    const reverse = (query: Query): Outcome => {
      const name = ipv4NameOf(query, prefix);
      if (name === undefined) return next(query);
      return queries.ask(query, { name, type: rrType.PTR, class: query.class }, (derived, length) => {
        const { out, outStart } = derived;
        const records = length === 0 ? undefined : readReplyRecords(out, outStart, outStart + length);
        if (!records?.answers.some(({ type }) => type === rrType.PTR)) {
          query.error = undefined;
          query.upperRcode = 0;
          return next(query);
        }
        const { code, isTruncated } = readReplyHead(derived);
        const own = query.bytes.slice(query.nameStart, query.nameStart + query.nameLength);
        return writeReply(query, { code, isTruncated: isTruncated === true }, withAlias(own, name, records));
      });
    };

    return (query) => {
      const { type } = query;
      if (type !== rrType.AAAA && type !== rrType.PTR) return next(query);
      if (!(config.allowsIpv4 || isIpv6(query)) || validates(query)) return next(query);
      if (type === rrType.PTR) return reverse(query);
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

/** The reverse name of the IPv4 address, where the query is for that of an address below the prefix. */
function ipv4NameOf(query: Query, prefix: Network): Uint8Array | undefined {
  if (query.labelCount !== reverseLabels) return undefined;
  query.readName();
  const address = addressFromReverseName(formatName(query.lower.subarray(0, query.nameLength)).slice(0, -1));
  const ipv4 = address === undefined ? undefined : extract(prefix, parseAddress(address)!);
  return ipv4 && encodeName(reverseName(formatAddress(ipv4)));
}

/** A client that validates itself would find what is made here to be forged (RFC 6147 section 5.5, number 3). */
function validates({ bytes, start, dnssecOk }: Query): boolean {
  return dnssecOk && (bytes[start + 3]! & headerFlag.CD) !== 0;
}

function isIpv6({ peer: { family, address } }: Query): boolean {
  return family === 6 && !address.startsWith('::ffff:');
}
