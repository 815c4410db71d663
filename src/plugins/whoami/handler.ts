import { parseAddress, unmapped } from '../../wire/address.ts';
import { maxNameLength, rcode, rrType } from '../../wire/codes.ts';
import { writeUint16 } from '../../wire/message.ts';
import { recordHeadSize, writeRecord, writeRecordHead } from '../../wire/record.ts';
import { beginReply, endReply, roomForRecords } from '../../wire/reply.ts';
import type { Query } from '../../wire/query.ts';
import type { QueryHalf } from '../plugin.ts';

/** The label `_udp` or `_tcp` with its length octet. */
const labelSize = 5;
/** Priority, weight, port and the root as target. */
const srvSize = 7;

/**
 * Answers every query with who asked: no answer records, but the client's address (A or AAAA) and its port and
 * transport (SRV `_udp.qname 0 0 port .`) in the additional section, with TTL 0, as CoreDNS does.
 */
export const whoamiHandler: QueryHalf<object> = {
  create: () => answer,
};

function answer(query: Query): number {
  const { peer, transport } = query;
  let at = beginReply(query, rcode.NOERROR, true);
  const { out } = query;
  let additionals = 0;
  const address = addressOctets(peer.address);
  if (address !== undefined && roomForRecords(query, at) >= recordHeadSize + address.length) {
    at = writeRecord(query, at, 0, address.length === 4 ? rrType.A : rrType.AAAA, 0, address);
    additionals++;
  }
  // A name that is as long as a name may be has no room for another label.
  const isName = query.nameLength + labelSize <= maxNameLength;
  if (isName && roomForRecords(query, at) >= labelSize + recordHeadSize + srvSize) {
    out[at] = labelSize - 1;
    out.set(transport === 'udp' ? udpLabel : tcpLabel, at + 1);
    at = writeRecordHead(query, at + labelSize, 0, rrType.SRV, 0, srvSize);
    out.fill(0, at, at + srvSize);
    writeUint16(out, at + 4, peer.port);
    at += srvSize;
    additionals++;
  }
  return endReply(query, at, 0, 0, additionals);
}

const udpLabel = Buffer.from('_udp', 'latin1');
const tcpLabel = Buffer.from('_tcp', 'latin1');

/** 4 octets, or 16 for IPv6. An IPv4-mapped address (`::ffff:192.0.2.1`) gives 4, a scope (`%eth0`) is left out. */
function addressOctets(text: string): Uint8Array | undefined {
  const octets = parseAddress(text.replace(/%.*$/, ''));
  return octets && unmapped(octets);
}
