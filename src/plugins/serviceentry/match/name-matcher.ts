import { kindOf, hasFlag, hasChoices } from '../../../table/record.ts';
import { recordFlag, recordKind } from '../../../table/layout.ts';
import type { Locality } from '../../../table/locality.ts';
import type { TableReader } from '../../../table/reader.ts';
import { useFullScope } from '../../../wire/client-subnet.ts';
import { maxNameLength } from '../../../wire/codes.ts';
import type { Query } from '../../../wire/query.ts';
import { zoneList, type ZoneMap } from '../../../wire/zone-map.ts';
import { ClientFinder, noLimit } from '../client/client-finder.ts';
import { ClusterServices } from './cluster-services.ts';
import type { ServiceEntryConfig } from '../config.ts';
import { SidecarLimits } from '../client/sidecar-limits.ts';
import { SubQuery } from '../reply/sub-query.ts';
import { targetsReply } from '../client/ptr-targets.ts';
import { viewFor } from '../client/views.ts';

const asterisk = 0x2a;
const underscore = 0x5f;

/**
 * Finds the record of a query's name, as the client may see it (docs/semantics.md section 2), in this order: exact host,
 * endpoint names, longest wildcard. What `match` finds out besides stands in the object until the next call.
 */
export class NameMatcher {
  /** How many leading labels begin with an underscore: they may be a service of the host behind them. */
  first = 0;
  /** No record answers, but the name is an ancestor of one that is served. */
  isAncestor = false;
  /** No record answers, for the name is that of a Kubernetes Service, which the cluster's DNS answers for. */
  isService = false;
  /** The record that answers is that of a wildcard, or of an endpoint under one. */
  isBelowWildcard = false;
  /** There is a record of the name, and this client may not see it. */
  isHidden = false;
  /** The record in the table that the last `match` has found, for whichever client; -1 for none. Its name is that of the host. */
  found = -1;

  #isClientUnknown = false;
  readonly #table: TableReader;
  readonly #except: ZoneMap<true>;
  readonly #clients: ClientFinder;
  readonly #services: ClusterServices | undefined;
  /** Sidecars may limit clients even where an answer is the same for all others. */
  readonly #heedsSidecars: boolean;
  #limits: SidecarLimits | undefined;
  /** Name of an endpoint below a wildcard, as it is looked up. */
  readonly #scratch = new Uint8Array(512);

  constructor({ registry, clients }: Pick<ServiceEntryConfig, 'registry' | 'clients'>, table: TableReader) {
    this.#table = table;
    this.#except = zoneList(registry.except);
    this.#clients = new ClientFinder(clients, table);
    this.#services = registry.services ? new ClusterServices(table) : undefined;
    this.#heedsSidecars = registry.sidecars;
  }

  /** Whether an answer has depended on who asks, which is not known, since the last call. */
  takeUnknownClient(): boolean {
    const isUnknown = this.#isClientUnknown;
    this.#isClientUnknown = false;
    return isUnknown;
  }

  /** Offset in the arena of the record of the name without its first labels with an underscore, or -1. */
  match(query: Query): number {
    const table = this.#table;
    const { lower, labels, labelCount, nameLength } = query;
    this.isAncestor = false;
    this.isService = false;
    this.isBelowWildcard = false;
    this.isHidden = false;
    // Hosts have no underscores.
    let first = 0;
    while (first < labelCount && lower[labels[first]! + 1] === underscore) first++;
    this.first = first;
    if (first === labelCount && labelCount > 0) return -1;
    const found =
      first === 0
        ? table.findName(query)
        : table.find(query.suffixHash(first), lower, labels[first]!, nameLength - labels[first]!);
    this.found = found;
    const record = found < 0 ? -1 : this.#seenBy(query, found);
    const isAncestor = record >= 0 && kindOf(table.arena, record) === recordKind.emptyNonTerminal;
    if (record >= 0 && !isAncestor) return record;
    const below = table.hasWildcards ? this.#findBelowWildcard(query, first) : -1;
    this.isAncestor = isAncestor && first === 0 && below < 0;
    this.isBelowWildcard = below >= 0;
    this.isHidden = below < 0 && found >= 0 && record < 0;
    return below;
  }

  /** Where the client is for which the answer then is. Good until the next call. */
  localityOf(query: Query): Locality {
    useFullScope(query instanceof SubQuery ? query.root : query);
    return this.#clients.localityOf(query);
  }

  /** The PTR records of a record of the kind `targets`, for the client of the last `match`. */
  targetsReply(query: Query, record: number): number {
    return targetsReply(query, this.#table.arena, record, this.#limitsOf(query), this.#clients);
  }

  /** The record for this client, within one that differs from client to client; -1 for what it may not see. */
  #seenBy(query: Query, record: number): number {
    if (!this.#dependsOnClient(record)) return record;
    useFullScope(query instanceof SubQuery ? query.root : query);
    const { arena } = this.#table;
    this.#clients.find(query);
    if (!this.#clients.isKnown) this.#isClientUnknown = true;
    const seen = viewFor(arena, record, this.#clients);
    if (this.#clients.limit !== noLimit) return this.#limitsOf(query).choose(record, seen, this.#clients);
    return seen >= 0 && kindOf(arena, seen) === recordKind.hidden ? -1 : seen;
  }

  #limitsOf({ hasher }: Query): SidecarLimits {
    return (this.#limits ??= new SidecarLimits(this.#table, hasher));
  }

  /** Whether clients differ in what they see of a record, or whether they see it: then an answer is for one client only. */
  #dependsOnClient(record: number): boolean {
    const { arena } = this.#table;
    if (kindOf(arena, record) === recordKind.views) return true;
    return this.#heedsSidecars && hasChoices(arena, record) && this.#table.isLimited;
  }

  /** The record of the longest wildcard that the name is below, or of an endpoint under that; -1 for none. */
  #findBelowWildcard(query: Query, first: number): number {
    const { labels, labelCount, nameLength } = query;
    const table = this.#table;
    for (let label = first + 1; label <= labelCount; label++) {
      if (!table.hasWildcardAt(labelCount - label)) continue;
      const suffix = label === labelCount ? nameLength - 1 : labels[label]!;
      const found = table.findWildcard(query, label);
      const record = found < 0 ? -1 : this.#seenBy(query, found);
      if (record < 0) continue;
      if (this.#except.contains(query)) return -1;
      const service = this.#services ? this.#services.find(query, first) : -1;
      if (service >= 0) {
        this.isService = service === 0;
        return -1;
      }
      const hasEndpoints = hasFlag(table.arena, record, recordFlag.hasEndpointNames);
      // Below the name that the wildcard stands for: `<dashed-ip>.name.suffix`.
      this.found = found;
      const endpoint = hasEndpoints && label - first >= 2 ? this.#findEndpoint(query, first, suffix) : -1;
      return endpoint >= 0 ? endpoint : record;
    }
    return -1;
  }

  #findEndpoint(query: Query, first: number, suffix: number): number {
    const { lower, labels, nameLength } = query;
    const scratch = this.#scratch;
    const start = labels[first]!;
    const size = lower[start]! + 1;
    for (let i = 0; i < size; i++) scratch[i] = lower[start + i]!;
    scratch[size] = 1;
    scratch[size + 1] = asterisk;
    for (let i = suffix; i < nameLength; i++) scratch[size + 2 + i - suffix] = lower[i]!;
    const length = size + 2 + nameLength - suffix;
    // No name has more octets, and keys are not there for them.
    if (length > maxNameLength) return -1;
    const record = this.#table.find(query.hasher.hash(scratch, 0, length), scratch, 0, length);
    return record < 0 ? -1 : this.#seenBy(query, record);
  }
}
