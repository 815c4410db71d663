import { rcode, rrType } from '../../../wire/codes.ts';
import { encodeName } from '../../../wire/name.ts';
import type { Query } from '../../../wire/query.ts';
import type { ForwardConfig } from '../config.ts';
import { localReply, type LocalRecord, type LocalZone } from './local-reply.ts';
import { isBelowAny } from '../zone-match.ts';

const zone: LocalZone = { name: encodeName('resolver.arpa')!, code: rcode.NOERROR };
const zones = [zone.name];
const discovery = encodeName('_dns.resolver.arpa')!;
const noRecords: readonly LocalRecord[] = [];

/** Whether a query, whose name was read, is for `resolver.arpa` or a name below it: where clients ask what their resolver is. */
export function asksForResolver(query: Query): boolean {
  return isBelowAny(query, zones);
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
  return localReply(query, zone, isDiscovery(query) ? records : noRecords);
}

function isDiscovery({ lower, nameLength }: Query): boolean {
  if (nameLength !== discovery.length) return false;
  for (let i = 0; i < discovery.length; i++) if (lower[i] !== discovery[i]) return false;
  return true;
}
