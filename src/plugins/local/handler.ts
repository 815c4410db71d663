import { rcode, rrType } from '../../wire/codes.ts';
import { encodeName, formatName } from '../../wire/name.ts';
import type { Query } from '../../wire/query.ts';
import { writeRecord } from '../../wire/record.ts';
import { typeName } from '../../wire/record-types.ts';
import { beginReply, endReply } from '../../wire/reply.ts';
import { ZoneMap } from '../../wire/zone-map.ts';
import type { QueryHalf } from '../plugin.ts';
import type { LocalConfig } from './local.ts';

/** Seconds: a week, as in CoreDNS. */
const ttl = 604_800;
const localhost = encodeName('localhost')!;
const loopback: ReadonlyMap<number, Uint8Array> = new Map([
  [rrType.A, Uint8Array.of(127, 0, 0, 1)],
  [rrType.AAAA, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)],
]);
const pointer: ReadonlyMap<number, Uint8Array> = new Map([[rrType.PTR, localhost]]);
/** MNAME `localhost.`, RNAME `root.localhost.`, serial 1, refresh, retry and expire 0, minimum. */
const soaRdata = Uint8Array.from([
  ...localhost,
  ...encodeName('root.localhost')!,
  ...[1, 0, 0, 0, ttl].flatMap((value) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]),
]);
const apex: ReadonlyMap<number, Uint8Array> = new Map([
  [rrType.SOA, soaRdata],
  [rrType.NS, localhost],
]);

/** What a name has, by type. */
type Records = ReadonlyMap<number, Uint8Array>;

const zeros = '0.'.repeat(31);
/** The zones, and what their apex has beside SOA and NS. */
const zones = new ZoneMap<Records>([
  ['localhost', new Map([...apex, ...loopback])],
  ['0.in-addr.arpa', apex],
  ['127.in-addr.arpa', apex],
  ['255.in-addr.arpa', apex],
  // RFC 6303 section 4.3: of the addresses :: and ::1. CoreDNS has them not.
  [`0.${zeros}ip6.arpa`, apex],
  [`1.${zeros}ip6.arpa`, new Map([...apex, ...pointer])],
]);
const loopbackReverse = new ZoneMap<true>([['1.0.0.127.in-addr.arpa', true]]);

/** What a worker counts: names below `localhost`, and those that begin with it. */
export const localSeries = { localhost: 0, length: 1 } as const;

export const localHandler: QueryHalf<LocalConfig> = {
  counterCount: () => localSeries.length,
  create({ hasPrefix }, { logger, counters = new Float64Array(localSeries.length) }, next) {
    /** Any name that is this machine. */
    const localhostReply = (query: Query): number => {
      counters[localSeries.localhost]!++;
      if (logger.debugs) {
        const question = `${formatName(query.lower)} ${typeName(query.type)}`;
        logger.debug(`plugin/local: query for localhost, ${question} from ${query.peer.address}`);
      }
      return reply(query, loopback, 0);
    };
    return (query) => {
      query.readName();
      const zone = zones.find(query);
      if (zone === undefined) return hasPrefix && beginsWithLocalhost(query) ? localhostReply(query) : next(query);
      const offset = query.nameLength - zone.zone.length;
      if (offset === 0) return reply(query, zone.value, 0);
      if (zone.zone.length === localhost.length) return localhostReply(query);
      if (loopbackReverse.offsetIn(query) === 0) return reply(query, pointer, offset);
      return denial(query, rcode.NXDOMAIN, offset);
    };
  },
};

/** Whether the first label is `localhost`. */
function beginsWithLocalhost({ lower }: Query): boolean {
  for (let i = 0; i < localhost.length - 1; i++) if (lower[i] !== localhost[i]) return false;
  return true;
}

/** The record of the name with the type that is asked for, or NODATA; the zone begins at this offset of the name. */
function reply(query: Query, records: Records, zone: number): number {
  const rdata = records.get(query.type);
  if (rdata === undefined) return denial(query, rcode.NOERROR, zone);
  const at = beginReply(query, rcode.NOERROR, false);
  return endReply(query, writeRecord(query, at, 0, query.type, ttl, rdata), 1, 0, 0);
}

function denial(query: Query, code: number, zone: number): number {
  const at = beginReply(query, code, false);
  return endReply(query, writeRecord(query, at, zone, rrType.SOA, ttl, soaRdata), 0, 1, 0);
}
