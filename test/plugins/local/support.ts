import { formatAddress } from '../../../src/wire/address.ts';
import { rrType } from '../../../src/wire/codes.ts';
import { readUint32 } from '../../../src/wire/message.ts';
import { formatName } from '../../../src/wire/name.ts';
import { typeName } from '../../../src/wire/record-types.ts';
import { nameSize, readReplyRecords, type ResourceRecord } from '../../../src/wire/reply-records.ts';

/** A reply with its records as `OWNER TYPE RDATA`; the TTL is local's, or it is shown. */
export function readDecodedRecords(reply: Uint8Array) {
  const { answers, authorities } = readReplyRecords(reply, 0, reply.length)!;
  return {
    code: reply[3]! & 15,
    isAuthoritative: (reply[2]! & 4) !== 0,
    answers: answers.map(shown),
    authorities: authorities.map(shown),
  };
}

function shown({ owner, type, ttl, rdata }: ResourceRecord): string {
  return `${formatName(owner)} ${ttl === 604_800 ? '' : `${ttl} `}${typeName(type)} ${data(type, rdata)}`;
}

function data(type: number, rdata: Uint8Array): string {
  if (type === rrType.A || type === rrType.AAAA) return formatAddress(rdata);
  if (type !== rrType.SOA) return formatName(rdata);
  const rest = nameSize(rdata) + nameSize(rdata, nameSize(rdata));
  const times = [0, 4, 8, 12, 16].map((at) => readUint32(rdata, rest + at));
  return `${formatName(rdata)} ${formatName(rdata, nameSize(rdata))} ${times.join(' ')}`;
}
