import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import { AllocationTracker, type Allocation } from './allocation/tracker.ts';
import { CheckedHosts } from './check/checked-hosts.ts';
import type { Checker } from './check/checker.ts';
import { Clients } from './publish/clients/clients.ts';
import { keyOf, objectKey, type Pod, type RegistryObject, type ServiceEntry, type Sidecar } from './model/object.ts';
import type { RegistryOptions } from './model/options.ts';
import { OversizeWatch } from './publish/oversize.ts';
import { PodDemandWatch } from './store/pod-demand.ts';
import { Publisher } from './publish/publisher.ts';
import type { Rejection, RejectionReason } from './model/rejection.ts';
import type { HostAnswer } from './resolve/answer.ts';
import { resolveByRule, type Resolved, type ResolveContext } from './resolve/resolve.ts';
import type { Workload } from './resolve/endpoints.ts';
import { podLocality } from './resolve/pod-locality.ts';
import type { View } from './resolve/visibility.ts';
import type { ViewMap } from './resolve/view-map.ts';
import { resolveHost } from './resolve/resolve-host.ts';
import { autoAddressesOf } from './resolve/vips.ts';
import { ServiceNames } from './publish/service-names.ts';
import { RegistryLog } from './registry-log.ts';
import type { PodDemand } from './model/pod-demand.ts';
import type { Change, Sink } from './sources/source.ts';
import { Store, type DeniedHost } from './store/store.ts';
import { syncState } from '../table/layout.ts';
import type { TableWriter } from '../table/writer.ts';
import { Tally } from './store/tally.ts';

/** What a registry holds and has done, for logs, metrics and tests. */
export interface RegistryStatus {
  readonly objects: number;
  readonly hosts: number;
  /** Hosts that were resolved since the start. */
  readonly resolved: number;
  readonly rejections: readonly Rejection[];
}

/** What a registry needs from outside. */
export interface RegistryEnvironment {
  readonly table: TableWriter;
  /** What `ns.dns.<zone>` answers. */
  readonly serverAddresses: readonly string[];
  /** Gives addresses to hosts that have none; `undefined` where istiod alone does. */
  readonly allocation?: Allocation | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Finds out which endpoints are up; `undefined` where all count as up. Its changes go to `checked`. */
  readonly checker?: Pick<Checker, 'add' | 'remove' | 'stateOf'> | undefined;
  /** Called when other Pods are of use than before, at the end of an `apply`. */
  readonly onPodDemand?: (demand: PodDemand) => void;
  /** Called with the hosts whose answers may have changed, at the end of an `apply` or `checked`. */
  readonly onResolved?: (hosts: ReadonlySet<string>) => void;
}

/** Hears of each host that is resolved, with the ServiceEntries that have it: none where it is gone. */
export interface HostObserver {
  resolved(host: string, entries: readonly ServiceEntry[], answers: ViewMap<HostAnswer | undefined>): void;
}

/**
 * The objects of one `serviceentry` directive and the answers that they come to. Only the hosts that a change touches are
 * resolved again.
 *
 *     source ─ changes ─► Store ─ hosts ─► resolveHost ─ answers ─► Publisher ─► answer table ─► queries
 *                           │                   ▲                                    ▲
 *                           │           AllocationTracker                            │
 *                           │           CheckedHosts ─► Checker, which has hosts resolved again
 *                           └─ Pods, Sidecars, namespaces ─► Clients ────────────────┤
 *                           └─ Services, beside wildcard hosts ─► ServiceNames ──────┘
 */
export class Registry implements Sink {
  readonly store: Store;
  /** What the rules are given, here and in `explain`. */
  readonly context: ResolveContext;
  readonly #environment: RegistryEnvironment;
  readonly #publisher: Publisher;
  readonly #clients: Clients;
  readonly #serviceNames: ServiceNames;
  readonly #allocations: AllocationTracker | undefined;
  readonly #checkedHosts: CheckedHosts | undefined;
  readonly #oversize: OversizeWatch;
  readonly #podDemand: PodDemandWatch;
  readonly #log: RegistryLog;
  #rejections: readonly Rejection[] = [];
  #reasons = new Tally<RejectionReason>();
  /** Hosts whose automatic addresses nobody gets; until `synced`, which logs how many they are. */
  #heldBack: Set<string> | undefined;
  #resolved = 0;
  #observer: HostObserver | undefined;

  constructor(options: RegistryOptions, environment: RegistryEnvironment) {
    const { table, serverAddresses } = environment;
    this.#environment = environment;
    this.#log = new RegistryLog(environment.logger);
    this.#heldBack = options.autoAddresses === 'off' ? new Set() : undefined;
    this.store = new Store(options);
    this.#clients = new Clients(table, this.store, options);
    this.#publisher = new Publisher(table, this.#clients.namespaces, options, serverAddresses, (host) =>
      resolveHost(host, this.store.entriesOf(host), this.context),
    );
    this.#oversize = new OversizeWatch(environment.logger, options.maxRecords);
    this.#podDemand = new PodDemandWatch(this.store.workloads, options, environment.onPodDemand);
    this.#serviceNames = new ServiceNames(table, this.store.services);
    this.context = {
      options,
      select: (entry) => this.#placed(this.store.workloads.selectedBy(entry)),
      hasService: (host) => this.store.services.hasHost(host),
      allocated: (entry, host) => this.#allocations?.addressesOf(entry, host) ?? [],
      checkState: (target) => environment.checker?.stateOf(target),
    };
    this.#checkedHosts = environment.checker && new CheckedHosts(environment.checker);
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
    return this.#clients.sidecarFor(namespace, pods);
  }

  /** Where the Pod or node is that has an address (canonical), where nodes are heeded. */
  placeOf(ip: string): { readonly locality: string; readonly why: string } | undefined {
    return this.#clients.placeOf(ip);
  }

  /** What clients of a kind get for a host (not for names below it), and why; `undefined` where they see none. */
  resolve(host: string, view: View): Resolved | undefined {
    return resolveByRule(host, this.store.entriesOf(host), view, this.context);
  }

  /** A host for the example query in the banner; `undefined` where none is served. */
  get exampleHost(): string | undefined {
    return this.#publisher.exampleHost;
  }

  /** Has one observer hear of each host from now on, or none. */
  observe(observer: HostObserver | undefined): void {
    this.#observer = observer;
  }

  apply(changes: Iterable<Change>): void {
    const dirty = new Set<string>();
    const logged = this.#log.debugs ? [...changes] : undefined;
    for (const change of logged ?? changes) {
      const old = this.#replacedBy(change);
      if (old) this.#remove(old, dirty);
      if (change.type === 'upsert') this.#add(change.object, dirty);
    }
    this.#allocations?.flush(dirty);
    const changed = this.#publish(dirty);
    if (logged && (dirty.size > 0 || changed)) this.#log.applied(logged, dirty, changed);
    this.#podDemand.flush();
  }

  /** A checker has found targets in another state than before. */
  checked(targets: Iterable<string>): void {
    this.#publish(this.#checkedHosts?.hostsOf(targets) ?? new Set());
  }

  /** Resolves hosts, and writes all that has changed. Returns whether any client could see a difference. */
  #publish(dirty: ReadonlySet<string>): boolean {
    // Before a wildcard host is served.
    let changed = this.#serviceNames.update(this.store.hasWildcards);
    for (const host of dirty) changed = this.#resolve(host) || changed;
    changed = this.#publisher.flush() || changed;
    changed = this.#clients.flush() || changed;
    if (changed) this.#touchSerial();
    this.store.packed.endBatch();
    if (dirty.size > 0) this.#environment.onResolved?.(dirty);
    return changed;
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
    this.#log.synced(this.store.deniedCount('excluded'), this.#heldBack?.size ?? 0);
    this.#heldBack = undefined;
  }

  #replacedBy(change: Change): RegistryObject | undefined {
    if (change.type === 'delete')
      return this.store.get(keyOf(change.kind, change.namespace, change.name, change.cluster, change.source));
    return this.store.get(objectKey(change.object));
  }

  #add(object: RegistryObject, dirty: Set<string>): void {
    for (const denial of this.store.add(object, dirty)) this.#log.denied(denial);
    this.#clients.add(object);
    if (object.kind === 'ServiceEntry') this.#allocations?.add(object);
    if (object.kind === 'Service') this.#serviceNames.touch(object);
  }

  #remove(object: RegistryObject, dirty: Set<string>): void {
    this.#clients.remove(object);
    this.store.remove(object, dirty);
    if (object.kind === 'ServiceEntry') this.#allocations?.remove(object);
    if (object.kind === 'Service') this.#serviceNames.touch(object);
  }

  /** Resolves and publishes a host. Returns whether any client could see a difference. */
  #resolve(host: string): boolean {
    this.#resolved++;
    const entries = this.store.entriesOf(host);
    const answers = resolveHost(host, entries, this.context);
    this.#checkedHosts?.resolved(host, entries, this.context);
    this.#noteHeldBack(host, entries);
    this.#oversize.check(host, answers);
    this.#observer?.resolved(host, entries, answers);
    this.#podDemand.resolved(host, answers.isUniform);
    return this.#publisher.update(host, answers);
  }

  /** The same, with Pods that say where they are, where nodes are heeded. */
  #placed(workloads: readonly Workload[]): readonly Workload[] {
    if (!this.context.options.nodes) return workloads;
    const { nodes } = this.store;
    return workloads.map((each) =>
      each.kind === 'Pod' ? { ...each, locality: podLocality(each, nodes.nodeOf(each)) } : each,
    );
  }

  #touchSerial(): void {
    this.#environment.table.serial = Math.floor(this.#environment.clock.wall() / 1000);
  }

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
