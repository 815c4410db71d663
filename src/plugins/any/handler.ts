import { rcode, rrClass, rrType } from '../../wire/codes.ts';
import { writeUint16, writeUint32 } from '../../wire/message.ts';
import { beginReply, endReply } from '../../wire/reply.ts';
import type { QueryPlugin } from '../plugin.ts';

/** TTL of the answer in seconds; as in CoreDNS the number of the RFC. */
const ttlSeconds = 8482;
/** Two character strings (RFC 1035 section 3.3.2): CPU and OS. */
const rdata = Buffer.from('\x0dANY obsoleted\x0cSee RFC 8482', 'latin1');
/** A compression pointer to the name of the question. */
const questionName = 0xc00c;

/** Answers ANY of class IN with one small HINFO record (RFC 8482 section 4.2); all else goes on. */
export const anyHandler: QueryPlugin<Record<string, never>> = {
  name: 'any',
  create: (_config, _environment, next) => (query) => {
    if (query.type !== rrType.ANY || query.class !== rrClass.IN) return next(query);
    const at = beginReply(query, rcode.NOERROR, false);
    const { out } = query;
    writeUint16(out, at, questionName);
    writeUint16(out, at + 2, rrType.HINFO);
    writeUint16(out, at + 4, rrClass.IN);
    writeUint32(out, at + 6, ttlSeconds);
    writeUint16(out, at + 10, rdata.length);
    out.set(rdata, at + 12);
    return endReply(query, at + 12 + rdata.length, 1, 0, 0);
  },
};
