import { kindOf, hasFlag, addressCount } from '../../table/record.ts';
import { recordFlag, recordKind, syncState } from '../../table/layout.ts';
import type { TableReader } from '../../table/reader.ts';
import { rcode, refusedTypes, rrType } from '../../wire/codes.ts';
import { readUint16 } from '../../wire/message.ts';
import type { Query } from '../../wire/query.ts';
import { emptyReply, replyCode, serverFailure } from '../../wire/reply.ts';
import type { Handler, Outcome, QueryHalf } from '../plugin.ts';
import { mapOutcome } from '../outcome.ts';
import { SubQuery } from './reply/sub-query.ts';
import { answerCountLength, outcomeAt, unknownClientsAt } from './answer-counts.ts';
import { Authority } from './match/authority.ts';
import type { ServiceEntryConfig } from './config.ts';
import { withClientSubnet } from './reply/client-subnet.ts';
import { answerOnDemand, endpointHostnames } from './reply/on-demand.ts';
import { NameMatcher } from './match/name-matcher.ts';
import { serviceEntryMetadata } from './metadata.ts';
import { negativeReply, nsReply, soaReply } from '../../wire/soa-reply.ts';
import { GroupedReplies, type Nearest } from '../../table/grouped-replies.ts';
import { nowhere, type Locality } from '../../table/locality.ts';
import { addressReply, ptrReply, Rotation, type TableMemory } from '../../table/replies.ts';
import { findServices, hasServicesBelow, serviceReply } from './reply/services.ts';

/** More than a record of the table can have. */
const allRecords = 65_536;

export const serviceEntryHandler: QueryHalf<ServiceEntryConfig> = {
  metadata: serviceEntryMetadata,
  counterCount: answerCountLength,
  create(config, environment, next) {
    const table = environment.table(config.table);
    const { counters = new Float64Array(answerCountLength) } = environment;
    const make = (onward: Handler): Handler => {
      const handler = new ServiceEntryHandler(config, table, onward);
      return (query) => handler.answerCounted(query, counters);
    };
    return config.clients.usesSubnet ? withClientSubnet(next, make) : make(next);
  },
};

/** Answers what docs/semantics.md says of the record that the query's name has for this client. */
class ServiceEntryHandler {
  readonly #table: TableReader;
  readonly #next: Handler;
  readonly #authority: Authority;
  readonly #matcher: NameMatcher;
  readonly #negativeTtl: number;
  readonly #ttl: number;
  readonly #unsynced: ServiceEntryConfig['unsynced'];
  readonly #maxRecords: number;
  readonly #rotation = new Rotation();
  readonly #nearest: Nearest;
  readonly #usesLocality: boolean;
  readonly #grouped: GroupedReplies;
  /** Where the last query is counted. */
  #outcome = outcomeAt.host;

  constructor(config: ServiceEntryConfig, table: TableReader, next: Handler) {
    this.#table = table;
    this.#next = next;
    this.#authority = new Authority(config);
    this.#matcher = new NameMatcher(config, table);
    this.#negativeTtl = config.negativeTtl;
    this.#ttl = config.registry.ttl;
    this.#unsynced = config.unsynced;
    this.#maxRecords = config.registry.maxRecords ?? allRecords;
    this.#nearest = config.registry.nearest;
    this.#usesLocality = config.registry.usesLocality;
    this.#grouped = new GroupedReplies(this.#rotation, this.#nearest);
  }

  /** Answers a query of a client, and counts it; what it asks for besides is not counted. */
  answerCounted(query: Query, counters: Float64Array): Outcome {
    const outcome = this.answer(query);
    counters[this.#outcome]!++;
    if (this.#matcher.takeUnknownClient()) counters[unknownClientsAt]!++;
    return outcome;
  }

  answer(query: Query): Outcome {
    query.readName();
    if (!this.#table.isSynced) return this.#unsyncedReply(query);
    if (this.#authority.isDelegation(query)) return this.#answerDelegation(query);
    const record = this.#matcher.match(query);
    const { first, isAncestor, isService } = this.#matcher;
    if (record < 0) {
      const { isHidden } = this.#matcher;
      const outcome = this.#notServed(query, isAncestor || (isService && !this.#authority.mayForward(query)));
      if (isHidden) this.#outcome = outcomeAt.hidden;
      return outcome;
    }
    return first === 0 ? this.#answerHost(query, record) : this.#answerService(query, record, first);
  }

  /** The name is a host, an endpoint name, or the apex of an own zone. */
  #answerHost(query: Query, record: number): Outcome {
    const { arena } = this.#table;
    const kind = kindOf(arena, record);
    if (isReverse(kind)) return this.#answerReverse(query, record);
    const isSimple = !hasFlag(arena, record, recordFlag.onDemand | recordFlag.grouped);
    switch (query.type) {
      case rrType.A:
      case rrType.AAAA:
        if (kind === recordKind.forwarded) return this.#forwardKnown(query, record, 0);
        if (!isSimple) return this.#answerOrdered(query, record);
        if (addressCount(arena, record, query.type === rrType.AAAA) === 0) return this.#nodata(query, record, 0);
        return this.#addresses(query, record);
      case rrType.SRV: {
        const set = findServices(query, arena, record, 0);
        return this.#answerSet(query, record, set, 0);
      }
      case rrType.SOA:
      case rrType.NS:
        if (!hasFlag(arena, record, recordFlag.apex)) return this.#other(query, record, 0);
        return this.#apex(query);
      case rrType.ANY:
        if (kind === recordKind.forwarded) return this.#forwardKnown(query, record, 0);
        if (!isSimple) return this.#answerOrdered(query, record);
        if (addressCount(arena, record, false) + addressCount(arena, record, true) > 0) {
          return this.#addresses(query, record);
        }
        return hasFlag(arena, record, recordFlag.apex) ? this.#apex(query) : this.#nodata(query, record, 0);
      case rrType.CNAME:
      case rrType.HTTPS:
      case rrType.SVCB:
        // An upstream's address hint would bypass what the ServiceEntry says.
        return kind === recordKind.forwarded ? this.#forwardKnown(query, record, 0) : this.#nodata(query, record, 0);
      default:
        return this.#other(query, record, 0);
    }
  }

  #addresses(query: Query, record: number): number {
    this.#outcome = this.#outcomeOf(record);
    return addressReply(query, this.#table, record, this.#rotation, this.#most(query));
  }

  #apex(query: Query): number {
    this.#outcome = outcomeAt.apex;
    return query.type === rrType.NS
      ? nsReply(query, this.#ttl)
      : soaReply(query, this.#negativeTtl, this.#table.serial);
  }

  /** For a record that was found by the last `match`. */
  #outcomeOf(record: number): number {
    if (hasFlag(this.#table.arena, record, recordFlag.endpoint)) return outcomeAt.endpoint;
    return this.#matcher.isBelowWildcard ? outcomeAt.wildcard : outcomeAt.host;
  }

  /** The addresses depend on the client, or are looked up first. The apex of an own zone is neither. */
  #answerOrdered(query: Query, record: number): Outcome {
    const { arena } = this.#table;
    const client = this.#nearest === 'off' ? nowhere : this.#localityFor(query, this.#table, record);
    if (hasFlag(arena, record, recordFlag.onDemand)) return this.#answerOnDemand(query, record, client);
    const { type } = query;
    const hasV4 = type !== rrType.AAAA && addressCount(arena, record, false) > 0;
    const hasV6 = type !== rrType.A && addressCount(arena, record, true) > 0;
    if (!hasV4 && !hasV6) return this.#nodata(query, record, 0);
    this.#outcome = this.#outcomeOf(record);
    return this.#grouped.addressReply(query, this.#table, record, this.#most(query), client);
  }

  #answerOnDemand(query: Query, record: number, client: Locality): Outcome {
    const { arena, view } = this.#table;
    const { lower, nameLength } = query;
    // Below a wildcard an endpoint can be the very name that is asked for: then the world's DNS knows it.
    const isItself = (name: Uint8Array): boolean => Buffer.compare(name, lower.subarray(0, nameLength)) === 0;
    if (endpointHostnames(arena, record).some(isItself)) return this.#forwardKnown(query, record, 0);
    const lookup: Handler = (each) => this.answer(each);
    // Found out now: while host names are looked up the table may move, and the record with it.
    const soaOwner = this.#authority.soaOwner(query, arena, record, 0);
    const onEmpty = (): number => negativeReply(query, rcode.NOERROR, soaOwner, this.#negativeTtl, this.#table.serial);
    const order = { rotation: this.#rotation, nearest: this.#nearest, client };
    const place = this.#outcomeOf(record);
    const outcome = answerOnDemand(query, { arena, view }, record, lookup, order, this.#most(query), onEmpty);
    // Look-ups have been here meanwhile.
    this.#outcome = place;
    return outcome;
  }

  /** A reverse name: it has PTR records and no others. */
  #answerReverse(query: Query, record: number): Outcome {
    if (refusedTypes.has(query.type)) return this.#refuse(query);
    const isAnswered = query.type === rrType.PTR || query.type === rrType.ANY;
    if (!isAnswered) return this.#nodata(query, record, 0);
    const { arena } = this.#table;
    this.#outcome = outcomeAt.ptr;
    return kindOf(arena, record) === recordKind.targets
      ? this.#matcher.targetsReply(query, record)
      : ptrReply(query, arena, record);
  }

  /** The name has `first` leading labels with an underscore before a host. */
  #answerService(query: Query, record: number, first: number): Outcome {
    const { arena } = this.#table;
    const kind = kindOf(arena, record);
    if (refusedTypes.has(query.type)) return this.#refuse(query);
    if (isReverse(kind)) return this.#notServed(query, false);
    const prefixLength = query.labels[first]!;
    const set = findServices(query, arena, record, prefixLength);
    if (set >= 0) {
      if (query.type === rrType.SRV || query.type === rrType.ANY) return this.#answerSet(query, record, set, first);
      return isOwnedType(query.type) && kind !== recordKind.forwarded
        ? this.#nodata(query, record, first)
        : this.#other(query, record, first);
    }
    if (hasServicesBelow(query, arena, record, prefixLength)) {
      return kind === recordKind.forwarded
        ? this.#forwardKnown(query, record, first)
        : this.#nodata(query, record, first);
    }
    if (kind !== recordKind.forwarded && (query.type === rrType.HTTPS || query.type === rrType.SVCB)) {
      return this.#nodata(query, record, first);
    }
    return kind === recordKind.internal || !this.#authority.mayForward(query)
      ? this.#negative(query, rcode.NXDOMAIN, this.#authority.soaOwner(query, arena, record, first))
      : this.#forward(query);
  }

  /** SRV: the set, or for a forwarded host upstream's answer and the set only where upstream has none (mark S). */
  #answerSet(query: Query, record: number, set: number, first: number): Outcome {
    const { arena } = this.#table;
    const kind = kindOf(arena, record);
    const hasRecords = set >= 0 && readUint16(arena, set) > 0;
    if (kind !== recordKind.forwarded) {
      return hasRecords ? this.#services(query, this.#table, record, set, first) : this.#nodata(query, record, first);
    }
    if (!hasRecords) return this.#forwardKnown(query, record, first);
    if (!this.#authority.mayForward(query)) return this.#services(query, this.#table, record, set, first);
    // While upstream is asked the record may go out of use; it stays readable as long as its memory is referred to.
    const memory: TableMemory = { arena, view: this.#table.view };
    return mapOutcome(this.#forward(query), (length) => {
      if (length === 0 || !isNegative(query)) return length;
      query.discardReply();
      return this.#services(query, memory, record, set, first);
    });
  }

  /** `memory` is the one that the record was found in: while upstream was asked the table may have moved. */
  #services(query: Query, memory: TableMemory, record: number, set: number, first: number): number {
    const hostOffset = query.labels[first] ?? 0;
    const client = this.#localityFor(query, memory, record);
    const length = serviceReply(query, memory, record, set, hostOffset, this.#rotation, this.#maxRecords, client);
    this.#outcome = outcomeAt.service;
    if (length >= 0) return length;
    return this.#negative(query, rcode.NOERROR, this.#authority.soaOwner(query, memory.arena, record, first));
  }

  /** Types that the registry says nothing of (mark X). */
  #other(query: Query, record: number, first: number): Outcome {
    if (refusedTypes.has(query.type)) return this.#refuse(query);
    const kind = kindOf(this.#table.arena, record);
    if (kind === recordKind.forwarded) return this.#forwardKnown(query, record, first);
    if (kind === recordKind.internal || !this.#authority.mayForward(query)) return this.#nodata(query, record, first);
    return this.#forwardExisting(query, this.#authority.soaOwner(query, this.#table.arena, record, first));
  }

  /** DS at the apex of an own zone: the parent's to say, upstream's where that is none of ours. */
  #answerDelegation(query: Query): Outcome {
    return this.#authority.zoneOf(query) < 0 ? this.#forward(query) : this.#notServed(query, true);
  }

  /** No record matches: below an own zone the server knows that, elsewhere upstream may know better. */
  #notServed(query: Query, isAncestor: boolean): Outcome {
    const zone = this.#authority.zoneOf(query);
    // Addresses of the ranges of automatic ones mean nothing to the outside world.
    if (this.#authority.isAllocated(query) || !this.#authority.isForOthers(query, zone)) {
      if (refusedTypes.has(query.type)) return this.#refuse(query);
      const code = isAncestor ? rcode.NOERROR : rcode.NXDOMAIN;
      return this.#negative(query, code, Math.max(zone, 0));
    }
    // RFC 8020: what has descendants exists.
    return isAncestor ? this.#forwardExisting(query, Math.max(zone, 0)) : this.#forward(query);
  }

  /**
   * Asks upstream about a name of ours that it has the answers of; below an own zone there is none, and the answer is
   * NODATA. The name exists here where it has an SRV set, or lies above one: mark S of docs/semantics.md section 5.
   */
  #forwardKnown(query: Query, record: number, first: number): Outcome {
    if (refusedTypes.has(query.type)) return this.#refuse(query);
    if (!this.#authority.mayForward(query)) return this.#nodata(query, record, first);
    const { arena } = this.#table;
    const exists =
      first > 0 ||
      kindOf(arena, record) !== recordKind.forwarded ||
      hasFlag(arena, record, recordFlag.services | recordFlag.own);
    if (!exists) return this.#forward(query);
    return this.#forwardExisting(query, this.#authority.soaOwner(query, arena, record, first));
  }

  /** Asks upstream about a name that exists here: its NXDOMAIN becomes NODATA. */
  #forwardExisting(query: Query, soaOwner: number): Outcome {
    return mapOutcome(this.#forward(query), (length) =>
      length > 0 && replyCode(query) === rcode.NXDOMAIN
        ? negativeReply(query, rcode.NOERROR, soaOwner, this.#negativeTtl, this.#table.serial)
        : length,
    );
  }

  /** Where the client is, as far as the order of what a record has depends on it. */
  #localityFor(query: Query, { arena }: TableMemory, record: number): Locality {
    const depends = this.#usesLocality && hasFlag(arena, record, recordFlag.grouped);
    return depends ? this.#matcher.localityOf(query) : nowhere;
  }

  /** How many addresses an answer may have: for an answer to the answer of another all of them. */
  #most(query: Query): number {
    return this.#maxRecords < allRecords && query instanceof SubQuery ? allRecords : this.#maxRecords;
  }

  /** Asks the next plugin. */
  #forward(query: Query): Outcome {
    const outcome = this.#next(query);
    this.#outcome = outcomeAt.forwarded;
    return outcome;
  }

  #refuse(query: Query): number {
    this.#outcome = outcomeAt.refused;
    return emptyReply(query, rcode.REFUSED);
  }

  #nodata(query: Query, record: number, first: number): number {
    return this.#negative(query, rcode.NOERROR, this.#authority.soaOwner(query, this.#table.arena, record, first));
  }

  #negative(query: Query, code: number, soaOwner: number): number {
    this.#outcome = code === rcode.NXDOMAIN ? outcomeAt.nxdomain : outcomeAt.nodata;
    return negativeReply(query, code, soaOwner, this.#negativeTtl, this.#table.serial);
  }

  #unsyncedReply(query: Query): Outcome {
    const isWaiting = this.#table.sync === syncState.starting || this.#unsynced === 'servfail';
    if (!isWaiting && this.#authority.mayForward(query)) return this.#forward(query);
    this.#outcome = outcomeAt.unsynced;
    const { waitingFor } = this.#table;
    const reason = 'serviceentry: the registry is not synced yet';
    return serverFailure(query, waitingFor === '' ? reason : `${reason}, ${waitingFor}`);
  }
}

function isReverse(kind: number): boolean {
  return kind === recordKind.ptr || kind === recordKind.targets;
}

/** Types that only the registry answers for an owned name. */
function isOwnedType(type: number): boolean {
  return (
    type === rrType.A || type === rrType.AAAA || type === rrType.CNAME || type === rrType.HTTPS || type === rrType.SVCB
  );
}

/** Whether the reply in place says NXDOMAIN, or NOERROR without an answer. */
function isNegative(query: Query): boolean {
  const code = replyCode(query);
  const answers = readUint16(query.out, query.outStart + 6);
  return code === rcode.NXDOMAIN || (code === rcode.NOERROR && answers === 0);
}
