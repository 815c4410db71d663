import { defaultUdpPayload, headerFlag, headerSize, minUdpPayload, optRecordSize } from '../../../wire/codes.ts';
import { writeOpt } from '../../../wire/edns.ts';
import { writeUint16 } from '../../../wire/message.ts';
import type { Query } from '../../../wire/query.ts';
import { viewOf } from '../../../wire/words.ts';

/**
 * The message that goes to an upstream: header, question and, with `withEdns`, an OPT record of our own. EDNS is between
 * neighbours (RFC 6891 section 6.1.1): of the client's OPT only DO is copied (RFC 3225 section 3), and none of its options,
 * which may name the client or belong to its conversation with us. Of the header's flags RD, AD and CD are passed on; all
 * else that a client may put into a query stays behind. `prefixSize` is 2 for TCP, where the length stands before the message
 * (RFC 1035 section 4.2.2), else 0.
 */
export function buildRequest(query: Query, id: number, prefixSize: 0 | 2, withEdns: boolean): Uint8Array {
  const { bytes, start, questionEnd } = query;
  const questionSize = questionEnd - start;
  const optSize = withEdns ? optRecordSize : 0;
  const message = Buffer.allocUnsafe(prefixSize + questionSize + optSize);
  if (prefixSize === 2) writeUint16(message, 0, questionSize + optSize);
  const at = prefixSize;
  for (let i = headerSize; i < questionSize; i++) message[at + i] = bytes[start + i]!;
  writeUint16(message, at, id);
  message[at + 2] = bytes[start + 2]! & headerFlag.RD;
  message[at + 3] = bytes[start + 3]! & (headerFlag.AD | headerFlag.CD);
  writeUint16(message, at + 4, 1);
  writeUint16(message, at + 6, 0);
  writeUint16(message, at + 8, 0);
  writeUint16(message, at + 10, withEdns ? 1 : 0);
  if (withEdns) writeOpt(viewOf(message), at + questionSize, payloadFor(query), 0, query.dnssecOk);
  return message;
}

/**
 * The UDP payload size that is announced to an upstream: a reply that the client cannot take must not come over UDP at all,
 * for TC and TCP give all of it. What a plugin asks for itself has room for any reply, but announces no more than a client.
 */
function payloadFor({ transport, replyLimit, clientPayload }: Query): number {
  if (transport !== 'udp') return defaultUdpPayload;
  return Math.max(Math.min(replyLimit, clientPayload), minUdpPayload);
}
