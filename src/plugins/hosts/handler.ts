import { recordKind } from '../../table/layout.ts';
import { addressCount, kindOf } from '../../table/record.ts';
import type { TableReader } from '../../table/reader.ts';
import { addressReply, inOrder, ptrReply } from '../../table/replies.ts';
import { rcode, refusedTypes, rrType } from '../../wire/codes.ts';
import type { Query } from '../../wire/query.ts';
import { emptyReply, serverFailure } from '../../wire/reply.ts';
import { negativeReply } from '../../wire/soa-reply.ts';
import { zoneList, type ZoneMap } from '../../wire/zone-map.ts';
import type { Handler, Outcome, QueryHalf } from '../plugin.ts';
import { denyingZones } from './entries/zones.ts';
import { tableName, type HostsConfig } from './config.ts';

/** Nobody keeps a negative answer: what a file does not say now it may say in a second. */
const negativeTtl = 0;
const allAddresses = 65_536;

export const hostsHandler: QueryHalf<HostsConfig> = {
  create(config, environment, next) {
    const handler = new HostsHandler(config, environment.table(tableName), next);
    return (query) => handler.answer(query);
  },
};

/** Answers what the table says; it has names in the zones alone, and reverse names. */
class HostsHandler {
  readonly #table: TableReader;
  readonly #next: Handler;
  readonly #zones: ZoneMap<true>;
  readonly #denying: ZoneMap<true>;
  readonly #fallthrough: ZoneMap<true>;
  readonly #passesOtherTypes: boolean;

  constructor(config: HostsConfig, table: TableReader, next: Handler) {
    this.#table = table;
    this.#next = next;
    this.#zones = zoneList(config.zones);
    this.#denying = zoneList(denyingZones(config));
    this.#fallthrough = zoneList(config.fallthrough ?? []);
    this.#passesOtherTypes = config.passesOtherTypes;
  }

  answer(query: Query): Outcome {
    query.readName();
    const record = this.#find(query);
    if (query.type === rrType.PTR) return this.#pointer(query, record);
    return record < 0 ? this.#unknown(query, -1) : this.#known(query, record);
  }

  /** Offset in the arena of the record of the name, or of the wildcard that stands for its first label; -1 for none. */
  #find(query: Query): number {
    const table = this.#table;
    const found = table.findName(query);
    const { labelCount } = query;
    const isName = found >= 0 && kindOf(table.arena, found) !== recordKind.emptyNonTerminal;
    if (isName || !table.hasWildcards || labelCount < 2 || !table.hasWildcardAt(labelCount - 1)) return found;
    const below = table.findWildcard(query, 1);
    return below < 0 ? found : below;
  }

  #pointer(query: Query, record: number): Outcome {
    const { arena } = this.#table;
    const isReverse = record >= 0 && kindOf(arena, record) === recordKind.ptr;
    return isReverse ? ptrReply(query, arena, record) : this.#next(query);
  }

  #known(query: Query, record: number): Outcome {
    const { type } = query;
    const { arena } = this.#table;
    const v4 = addressCount(arena, record, false);
    const v6 = addressCount(arena, record, true);
    if (type === rrType.A ? v4 > 0 : type === rrType.AAAA && v6 > 0) {
      return addressReply(query, this.#table, record, inOrder, allAddresses);
    }
    // What has no addresses is a reverse name, or there are names below it.
    if (v4 + v6 === 0) return this.#unknown(query, record);
    if (type === rrType.A || type === rrType.AAAA) return this.#nodata(query);
    if (this.#passesOtherTypes && this.#fallthrough.contains(query)) return this.#next(query);
    if (type === rrType.ANY) return addressReply(query, this.#table, record, inOrder, allAddresses);
    return refusedTypes.has(type) ? emptyReply(query, rcode.REFUSED) : this.#nodata(query);
  }

  /** No addresses are known; `record` is that of a reverse name or of an empty non-terminal, else -1. */
  #unknown(query: Query, record: number): Outcome {
    const zone = this.#zones.offsetIn(query);
    if (zone < 0 || this.#fallthrough.contains(query)) return this.#next(query);
    if (refusedTypes.has(query.type)) return emptyReply(query, rcode.REFUSED);
    if (record >= 0) return this.#nodata(query);
    if (this.#denying.offsetIn(query) === zone)
      return negativeReply(query, rcode.NXDOMAIN, zone, negativeTtl, this.#table.serial);
    return serverFailure(query, 'hosts does not know the name, and without fallthrough nobody else is asked');
  }

  /** The SOA is that of the zone, but for the root: there it is the name's own, as nobody here has a say in other names. */
  #nodata(query: Query): number {
    const zone = this.#zones.offsetIn(query);
    const owner = zone === query.nameLength - 1 ? 0 : Math.max(zone, 0);
    return negativeReply(query, rcode.NOERROR, owner, negativeTtl, this.#table.serial);
  }
}
