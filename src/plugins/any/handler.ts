import { rcode, rrClass, rrType } from '../../wire/codes.ts';
import { writeRecord } from '../../wire/record.ts';
import { beginReply, endReply } from '../../wire/reply.ts';
import type { QueryHalf } from '../plugin.ts';

/** TTL of the answer in seconds; as in CoreDNS the number of the RFC. */
const ttlSeconds = 8482;
/** Two character strings (RFC 1035 section 3.3.2): CPU and OS. */
const rdata = Buffer.from('\x0dANY obsoleted\x0cSee RFC 8482', 'latin1');

/** Answers ANY of class IN with one small HINFO record (RFC 8482 section 4.2); all else goes on. */
export const anyHandler: QueryHalf<object> = {
  create: (_config, _environment, next) => (query) => {
    if (query.type !== rrType.ANY || query.class !== rrClass.IN) return next(query);
    const at = beginReply(query, rcode.NOERROR, false);
    return endReply(query, writeRecord(query, at, 0, rrType.HINFO, ttlSeconds, rdata), 1, 0, 0);
  },
};
