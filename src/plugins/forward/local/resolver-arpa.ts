import { rcode, rrType } from '../../../wire/codes.ts';
import { encodeName } from '../../../wire/name.ts';
import type { Query } from '../../../wire/query.ts';
import { zoneList } from '../../../wire/zone-map.ts';
import type { ForwardConfig } from '../config.ts';
import { localReply, type LocalRecord, type LocalZone } from './local-reply.ts';

const zone: LocalZone = { name: encodeName('resolver.arpa')!, code: rcode.NOERROR };
const zones = zoneList(['resolver.arpa']);
const discovery = zoneList(['_dns.resolver.arpa']);
const noRecords: readonly LocalRecord[] = [];

/** Whether a query, whose name was read, is for `resolver.arpa` or a name below it: where clients ask what their resolver is. */
export function asksForResolver(query: Query): boolean {
  return zones.contains(query);
}

/** The records of `_dns.resolver.arpa`: `resolver_svcb` counts for the whole server block. */
export function resolverRecords({ lines }: ForwardConfig): readonly LocalRecord[] {
  return lines.flatMap(({ resolverSvcb = [] }) => resolverSvcb.map((rdata) => ({ type: rrType.SVCB, rdata })));
}

/**
 * Answers it: with these records at `_dns.resolver.arpa`, else with NODATA (RFC 9462 section 4). It is never forwarded
 * (section 6.4): clients would find the upstream's encrypted resolver, and from then on pass us by.
 */
export function resolverReply(query: Query, records: readonly LocalRecord[]): number {
  return localReply(query, zone, discovery.offsetIn(query) === 0 ? records : noRecords);
}
