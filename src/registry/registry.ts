import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import { AllocationTracker, type Allocation } from './allocation/tracker.ts';
import { ClientIndex } from './publish/clients/client-index.ts';
import { NamespaceIds } from './publish/clients/namespace-ids.ts';
import { keyOf, objectKey, type Pod, type RegistryObject, type ServiceEntry, type Sidecar } from './model/object.ts';
import type { RegistryOptions } from './model/options.ts';
import { OversizeWatch } from './publish/oversize.ts';
import { PodDemandWatch } from './store/pod-demand.ts';
import { Publisher } from './publish/publisher.ts';
import type { Rejection, RejectionReason } from './model/rejection.ts';
import { resolveByRule, type Resolved, type ResolveContext } from './resolve/resolve.ts';
import type { View } from './resolve/visibility.ts';
import { resolveHost } from './resolve/resolve-host.ts';
import { ownSidecar, rootSidecar } from './resolve/sidecar.ts';
import { autoAddressesOf } from './resolve/vips.ts';
import { ServiceNames } from './publish/service-names.ts';
import { SidecarIndex } from './publish/clients/sidecar-index.ts';
import type { Change, PodDemand, Sink } from './sources/source.ts';
import { Store, type DeniedHost } from './store/store.ts';
import { syncState } from '../table/layout.ts';
import type { TableWriter } from '../table/writer.ts';
import { Tally } from './store/tally.ts';
import { namedNamespaces, namespacesIn } from './store/used-namespaces.ts';

/** What a registry holds and has done, for logs, metrics and tests. */
export interface RegistryStatus {
  readonly objects: number;
  readonly hosts: number;
  /** Hosts that were resolved since the start. */
  readonly resolved: number;
  readonly rejections: readonly Rejection[];
}

/** What a registry stands on. */
export interface RegistryEnvironment {
  readonly table: TableWriter;
  /** What `ns.dns.<zone>` answers. */
  readonly serverAddresses: readonly string[];
  /** Gives addresses to hosts that have none; `undefined` where istiod alone does. */
  readonly allocation?: Allocation | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told when other Pods are of use than before, at the end of an `apply`. */
  readonly onPodDemand?: (demand: PodDemand) => void;
}

/**
 * The store of one `serviceentry` directive and what keeps its answer table right: objects come in through the sink,
 * and the hosts that they touch are resolved again, and no others.
 */
export class Registry implements Sink {
  readonly store: Store;
  /** What the rules are given; `explain` asks them the same. */
  readonly context: ResolveContext;
  readonly #options: RegistryOptions;
  readonly #environment: RegistryEnvironment;
  readonly #publisher: Publisher;
  readonly #clients: ClientIndex;
  readonly #namespaces: NamespaceIds;
  readonly #serviceNames: ServiceNames;
  readonly #sidecars: SidecarIndex;
  readonly #allocations: AllocationTracker | undefined;
  readonly #oversize: OversizeWatch;
  readonly #podDemand: PodDemandWatch;
  #rejections: readonly Rejection[] = [];
  #reasons = new Tally<RejectionReason>();
  /** Hosts whose automatic addresses nobody gets, until `synced`. */
  #heldBack: Set<string> | undefined;
  #resolved = 0;

  constructor(options: RegistryOptions, environment: RegistryEnvironment) {
    const { table, serverAddresses } = environment;
    this.#options = options;
    this.#environment = environment;
    this.#heldBack = options.autoAddresses === 'off' ? new Set() : undefined;
    this.store = new Store(options);
    this.#namespaces = new NamespaceIds(table);
    for (const namespace of namedNamespaces(options.defaultExportTo)) this.#namespaces.use(namespace);
    this.#publisher = new Publisher(table, this.#namespaces, options, serverAddresses, (host) =>
      resolveHost(host, this.store.entriesOf(host), this.context),
    );
    this.#oversize = new OversizeWatch(environment.logger, options.maxRecords);
    this.#podDemand = new PodDemandWatch(this.store.workloads, options, environment.onPodDemand);
    this.#sidecars = new SidecarIndex(table, this.#namespaces, this.store, options.rootNamespace);
    this.#clients = new ClientIndex(table, this.#namespaces, this.store.packed, this.#sidecars.numberFor);
    this.#serviceNames = new ServiceNames(table, this.store.services);
    this.context = {
      options,
      select: (entry) => this.store.workloads.selectedBy(entry),
      hasService: (host) => this.store.services.hasHost(host),
      allocated: (entry, host) => this.#allocations?.addressesOf(entry, host) ?? [],
    };
    this.#allocations = environment.allocation && new AllocationTracker(environment.allocation);
    this.#touchSerial();
  }

  get status(): RegistryStatus {
    const { store } = this;
    const rejections = this.#rejections;
    return {
      objects: store.size,
      hosts: this.#publisher.hosts,
      resolved: this.#resolved,
      get rejections() {
        return [...rejections, ...store.deniedHosts.map(rejectionOf)];
      },
    };
  }

  /** How many of `status.rejections` have a reason. */
  rejectionCount(reason: RejectionReason): number {
    const isOfHost = reason === 'not-allowed' || reason === 'excluded';
    return this.#reasons.of(reason) + (isOfHost ? this.store.deniedCount(reason) : 0);
  }

  /** Which Pods are of use at present. */
  get podDemand(): PodDemand {
    return this.#podDemand.demand;
  }

  /** Which hosts have an address, and so its PTR records. */
  get ptrs(): Publisher['ptrs'] {
    return this.#publisher.ptrs;
  }

  /** The Pods that a client's address (canonical) may belong to. */
  podsOf(ip: string): readonly Pod[] {
    return this.#clients.podsOf(ip);
  }

  /** The Sidecar that counts for a client of the namespace that has these Pods, where Sidecars are heeded. */
  sidecarFor(namespace: string, pods: readonly Pod[]): Sidecar | undefined {
    const { sidecars, rootNamespace } = this.#options;
    if (!sidecars) return undefined;
    const labels = pods.map((pod) => pod.labels);
    return ownSidecar(this.store.sidecarsOf(namespace), labels) ?? rootSidecar(this.store.sidecarsOf(rootNamespace));
  }

  /** What clients of a kind get for a host (not for names below it), and why; `undefined` where they see none. */
  resolve(host: string, view: View): Resolved | undefined {
    return resolveByRule(host, this.store.entriesOf(host), view, this.context);
  }

  /** A host that can be asked for, for a hint at the start; `undefined` where none is served. */
  get exampleHost(): string | undefined {
    return this.#publisher.exampleHost;
  }

  apply(changes: Iterable<Change>): void {
    const dirty = new Set<string>();
    const told = this.#environment.logger.debugs ? [...changes] : undefined;
    for (const change of told ?? changes) {
      const old = this.#replacedBy(change);
      if (old) this.#remove(old, dirty);
      if (change.type === 'upsert') this.#add(change.object, dirty);
    }
    this.#allocations?.flush(dirty);
    // Before a wildcard host is served.
    let changed = this.#serviceNames.update(this.store.hasWildcards);
    for (const host of dirty) changed = this.#resolve(host) || changed;
    changed = this.#publisher.flush() || changed;
    changed = this.#sidecars.flush(this.#clients) || changed;
    this.#clients.flush();
    this.#sidecars.sweep();
    this.#namespaces.forgetUnused();
    if (changed) this.#touchSerial();
    if ((dirty.size > 0 || changed) && told) this.#logChanges(told, dirty, changed);
    this.store.packed.endBatch();
    this.#podDemand.flush();
  }

  get(key: string): RegistryObject | undefined {
    return this.store.get(key);
  }

  rejected(rejections: readonly Rejection[]): void {
    this.#rejections = rejections;
    this.#reasons = new Tally();
    for (const { reason } of rejections) this.#reasons.add(reason);
  }

  synced(): void {
    this.#environment.table.sync = syncState.synced;
    const held = this.#heldBack?.size ?? 0;
    this.#heldBack = undefined;
    const excluded = this.store.deniedCount('excluded');
    if (excluded > 0) {
      const hosts = excluded === 1 ? '1 host is' : `${excluded} hosts are`;
      this.#environment.logger.info(`plugin/serviceentry: ${hosts} not served, as only and except say`);
    }
    if (held > 0) {
      this.#environment.logger.info(
        `plugin/serviceentry: automatically allocated addresses of ${held} hosts are held back; auto_addresses says who gets them`,
      );
    }
  }

  /** What `only` and `except` leave out is meant so: it is told as a number, when all is there. */
  #logDenial(denial: DeniedHost): void {
    const { logger } = this.#environment;
    const { host, reason, message } = denial;
    const { object } = rejectionOf(denial);
    const line = `plugin/serviceentry: ${object}: host ${host} is not served: ${message}`;
    if (reason === 'not-allowed') logger.warning(line, { object, host, reason });
    else logger.debug(line, { object, host, reason });
  }

  #replacedBy(change: Change): RegistryObject | undefined {
    if (change.type === 'delete')
      return this.store.get(keyOf(change.kind, change.namespace, change.name, change.cluster, change.source));
    return change.isNew === true ? undefined : this.store.get(objectKey(change.object));
  }

  #add(object: RegistryObject, dirty: Set<string>): void {
    for (const denial of this.store.add(object, dirty)) this.#logDenial(denial);
    if (object.kind === 'ServiceEntry') this.#allocations?.add(object);
    if (object.kind === 'Pod') this.#clients.add(object);
    if (object.kind === 'Service') this.#serviceNames.touch(object);
    if (object.kind === 'Sidecar' && this.#options.sidecars) this.#sidecars.touch(object);
    for (const namespace of namespacesIn(object)) this.#namespaces.use(namespace);
  }

  #remove(object: RegistryObject, dirty: Set<string>): void {
    if (object.kind === 'Pod') this.#clients.remove(object);
    this.store.remove(object, dirty);
    if (object.kind === 'Service') this.#serviceNames.touch(object);
    if (object.kind === 'ServiceEntry') this.#allocations?.remove(object);
    if (object.kind === 'Sidecar' && this.#options.sidecars) this.#sidecars.touch(object);
    for (const namespace of namespacesIn(object)) this.#namespaces.unuse(namespace);
  }

  #resolve(host: string): boolean {
    this.#resolved++;
    const entries = this.store.entriesOf(host);
    const answers = resolveHost(host, entries, this.context);
    this.#noteHeldBack(host, entries);
    this.#oversize.check(host, answers);
    this.#podDemand.resolved(host, answers.isUniform);
    return this.#publisher.update(host, answers);
  }

  #touchSerial(): void {
    this.#environment.table.serial = Math.floor(this.#environment.clock.wall() / 1000);
  }

  #logChanges(changes: readonly Change[], hosts: ReadonlySet<string>, changed: boolean): void {
    const shown = 10;
    const first = (names: readonly string[]): string =>
      names.length <= shown ? names.join(', ') : `${names.slice(0, shown).join(', ')} and ${names.length - shown} more`;
    const objects = changes.map((change) =>
      change.type === 'upsert'
        ? `${change.object.kind} ${change.object.meta.namespace}/${change.object.meta.name}`
        : `deleted ${change.kind} ${change.namespace}/${change.name}`,
    );
    const effect = changed ? 'changed answers' : 'no visible change';
    this.#environment.logger.debug(`plugin/serviceentry: ${first(objects)}: hosts ${first([...hosts])}: ${effect}`);
  }

  /** Until all is there: then it is told how many there are. */
  #noteHeldBack(host: string, entries: readonly ServiceEntry[]): void {
    const isHeldBack = (entry: ServiceEntry): boolean => autoAddressesOf(entry, host, this.context).length > 0;
    if (!this.#heldBack) return;
    if (entries.some(isHeldBack)) this.#heldBack.add(host);
    else this.#heldBack.delete(host);
  }
}

function rejectionOf({ entry, host, reason, message }: DeniedHost): Rejection {
  return {
    reason,
    object: `ServiceEntry ${entry.meta.namespace}/${entry.meta.name}`,
    field: `spec.hosts[${entry.hosts.indexOf(host)}]`,
    message,
    origin: entry.meta.origin.text,
  };
}
