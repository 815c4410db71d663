import { isMapped } from '../../wire/address.ts';
import { rrType } from '../../wire/codes.ts';
import type { Network } from '../../wire/network.ts';
import type { ReplyRecords, ResourceRecord } from '../../wire/reply-records.ts';

/** Seconds for which an AAAA record is made where nothing says for how long there is none (RFC 6147 section 5.1.7). */
const maxTtl = 600;

/** The IPv6 address that stands for an IPv4 address below a prefix (RFC 6052 section 2.2): bits 64 to 71 stay free. */
export function embed(prefix: Network, ipv4: Uint8Array): Uint8Array {
  const address = new Uint8Array(16);
  address.set(prefix.octets);
  let at = prefix.prefixLength >> 3;
  for (const octet of ipv4) {
    if (at === 8) at++;
    address[at++] = octet;
  }
  return address;
}

/** The IPv4 address that an address below the prefix stands for; `undefined` where it stands for none. */
export function extract(prefix: Network, address: Uint8Array): Uint8Array | undefined {
  const start = prefix.prefixLength >> 3;
  const places = [0, 1, 2, 3].map((i) => (start <= 8 && start + i >= 8 ? start + i + 1 : start + i));
  const ipv4 = Uint8Array.from(places, (at) => address[at]!);
  return Buffer.compare(embed(prefix, ipv4), address) === 0 ? ipv4 : undefined;
}

/**
 * The records of the reply for A as those of one for AAAA; all but the A records stay as they are (RFC 6147 section 5.3). `negative` is the
 * reply for AAAA, whose SOA says for how long there is none.
 */
export function translated(prefix: Network, records: ReplyRecords, negative: ReplyRecords | undefined): ReplyRecords {
  const most = negative?.authorities.findLast(({ type }) => type === rrType.SOA)?.ttl ?? maxTtl;
  const translate = (record: ResourceRecord): ResourceRecord =>
    record.type === rrType.A && record.rdata.length === 4
      ? { ...record, type: rrType.AAAA, ttl: Math.min(record.ttl, most), rdata: embed(prefix, record.rdata) }
      : record;
  return { ...records, answers: records.answers.map(translate) };
}

/** The PTR records of an IPv4 address for the address that stands for it: behind an alias (RFC 6147 section 5.3.1). */
export function withAlias(from: Uint8Array, to: Uint8Array, records: ReplyRecords): ReplyRecords {
  const first = records.answers[0]!;
  const ttl = Math.min(first.ttl, maxTtl);
  const alias: ResourceRecord = { owner: from, type: rrType.CNAME, class: first.class, ttl, rdata: to };
  return { ...records, answers: [alias, ...records.answers] };
}

/** An AAAA record of an IPv4-mapped address leads nowhere: it counts as none (RFC 6147 section 5.1.4). */
export function isExcluded({ type, rdata }: ResourceRecord): boolean {
  return type === rrType.AAAA && rdata.length === 16 && isMapped(rdata, 0);
}
