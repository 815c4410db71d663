import { defaultUdpPayload, headerFlag, headerSize } from '../../wire/codes.ts';
import { writeUint16 } from '../../wire/message.ts';
import type { Query } from '../../wire/query.ts';

/**
 * The message that goes to an upstream: header, question and, where the client sent one, its OPT record. All else that
 * a client may put into a query stays behind. Of the flags RD, AD and CD are passed on. `prefixSize` is 2 for TCP,
 * where the length stands before the message (RFC 1035 section 4.2.2), else 0.
 */
export function buildRequest(query: Query, id: number, prefixSize: 0 | 2): Uint8Array {
  const { bytes, start, questionEnd } = query;
  const questionSize = questionEnd - start;
  const optSize = query.edns ? query.optionsEnd - query.optStart : 0;
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
  writeUint16(message, at + 10, query.edns ? 1 : 0);
  if (query.edns) {
    const optAt = at + questionSize;
    for (let i = 0; i < optSize; i++) message[optAt + i] = bytes[query.optStart + i]!;
    // A reply that the client cannot take must not come over UDP at all: TC and TCP give all of it.
    writeUint16(message, optAt + 3, query.transport === 'udp' ? query.replyLimit : defaultUdpPayload);
  }
  return message;
}
