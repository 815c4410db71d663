import { parseIpAddress } from '../../corefile/address.ts';
import { maxNameLength, rcode, rrType } from '../../wire/codes.ts';
import { writeUint16 } from '../../wire/message.ts';
import { beginReply, endReply, roomForRecords } from '../../wire/reply.ts';
import type { Query } from '../../wire/query.ts';
import type { QueryPlugin } from '../plugin.ts';

/** A compression pointer to the name of the question. */
const questionName = 0xc00c;
/** Octets of TYPE, CLASS, TTL and RDLENGTH. */
const fixedSize = 10;
/** The label `_udp` or `_tcp` with its length octet. */
const labelSize = 5;
/** Priority, weight, port and the root as target. */
const srvSize = 7;

/**
 * Answers every query with who asked: no answer records, but the client's address (A or AAAA) and its port and
 * transport (SRV `_udp.qname 0 0 port .`) in the additional section, with TTL 0, as CoreDNS does.
 */
export const whoamiHandler: QueryPlugin<Record<string, never>> = {
  name: 'whoami',
  create: () => answer,
};

function answer(query: Query): number {
  const { peer, transport } = query;
  let at = beginReply(query, rcode.NOERROR, true);
  const { out } = query;
  let additionals = 0;
  const address = addressOctets(peer.address);
  if (address !== undefined && roomForRecords(query, at) >= 2 + fixedSize + address.length) {
    writeUint16(out, at, questionName);
    at = writeFixed(query, at + 2, address.length === 4 ? rrType.A : rrType.AAAA, address.length);
    out.set(address, at);
    at += address.length;
    additionals++;
  }
  // A name that is as long as a name may be has no room for another label.
  const isName = query.nameLength + labelSize <= maxNameLength;
  if (isName && roomForRecords(query, at) >= labelSize + 2 + fixedSize + srvSize) {
    out[at] = labelSize - 1;
    out.set(transport === 'udp' ? udpLabel : tcpLabel, at + 1);
    writeUint16(out, at + labelSize, questionName);
    at = writeFixed(query, at + labelSize + 2, rrType.SRV, srvSize);
    out.fill(0, at, at + srvSize);
    writeUint16(out, at + 4, peer.port);
    at += srvSize;
    additionals++;
  }
  return endReply(query, at, 0, 0, additionals);
}

const udpLabel = Buffer.from('_udp', 'latin1');
const tcpLabel = Buffer.from('_tcp', 'latin1');

/** Writes TYPE, the query's class, TTL 0 and RDLENGTH; returns the index behind them. */
function writeFixed(query: Query, at: number, type: number, rdataLength: number): number {
  const { out } = query;
  writeUint16(out, at, type);
  writeUint16(out, at + 2, query.class);
  out.fill(0, at + 4, at + 8);
  writeUint16(out, at + 8, rdataLength);
  return at + fixedSize;
}

/** 4 octets, or 16 for IPv6. An IPv4-mapped address (`::ffff:192.0.2.1`) gives 4, a scope (`%eth0`) is left out. */
function addressOctets(text: string): readonly number[] | undefined {
  const octets = parseIpAddress(text.replace(/%.*$/, ''))?.octets;
  const isMapped = octets?.length === 16 && mappedPrefix.every((octet, i) => octets[i] === octet);
  return isMapped ? octets.slice(mappedPrefix.length) : octets;
}

/** ::ffff:0:0/96 (RFC 4291 section 2.5.5.2). */
const mappedPrefix = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
