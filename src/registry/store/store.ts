import { denialReason, type HostDenial } from './host-policy.ts';
import { isWildcard, neverMatches } from '../model/host.ts';
import { TextIndex } from '../../collections/text-index.ts';
import {
  compareNames,
  type ObjectKind,
  type RegistryObject,
  type ServiceEntry,
  type Sidecar,
} from '../model/object.ts';
import type { RegistryOptions } from '../model/options.ts';
import { NodeIndex } from './node-index.ts';
import { PackedObjects } from './packed-objects.ts';
import type { Workload } from '../resolve/endpoints.ts';
import { bySelectorAndAge } from '../resolve/sidecar.ts';
import { ServiceIndex } from './service-index.ts';
import { Tally } from './tally.ts';
import { WorkloadIndex } from './workload-index.ts';

/*
 * store/ keeps the objects of one registry, and finds those that a host needs.
 *
 *     object ─► Store ─► PackedObjects: key ─► ID ─► text outside of the heap
 *                 ├────► host ─► IDs of ServiceEntries       ServiceIndex: names of Services
 *                 └────► namespace ─► IDs of Sidecars        WorkloadIndex: labels ─► IDs of workloads
 */

/** A ServiceEntry that may not take a host. */
export interface DeniedHost extends HostDenial {
  readonly entry: ServiceEntry;
  readonly host: string;
}

/**
 * All objects of a registry with the indexes that resolving needs: host → ServiceEntries, (namespace, labels) →
 * workloads, namespace → Sidecars, and the Services that ServiceEntries may yield to. Objects are kept as text, and the
 * indexes hold their numbers: two objects that are given out for one key need not be the same one.
 */
export class Store {
  readonly workloads: WorkloadIndex;
  /** Those that count: none where the option `services` is off. */
  readonly services = new ServiceIndex();
  /** How many objects there are of each kind. */
  readonly kinds = new Tally<ObjectKind>();
  /** For indexes outside of the store. */
  readonly packed = new PackedObjects();
  /** Nodes and the Pods on them: none where the option `nodes` is off. */
  readonly nodes = new NodeIndex(this.packed);
  readonly #options: RegistryOptions;
  /** Host → ServiceEntries that have it and may take it. */
  readonly #byHost = new TextIndex();
  /** Namespace → its Sidecars. */
  readonly #sidecars = new TextIndex();
  /** Wildcard hosts, counted once for each ServiceEntry. */
  #wildcards = 0;
  /** ServiceEntries with a host that they may not take. */
  readonly #denied = new Set<number>();
  readonly #deniedCounts = { excluded: 0, 'not-allowed': 0 };

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.workloads = new WorkloadIndex(this.packed);
  }

  get size(): number {
    return this.packed.size;
  }

  /** Hosts that are there to be served. Of those that are added or removed meanwhile some are among them. */
  get hosts(): Iterable<string> {
    return this.#hosts();
  }

  /** Nothing may be added or removed meanwhile. */
  get objects(): Iterable<RegistryObject> {
    return this.packed.all();
  }

  get deniedHosts(): DeniedHost[] {
    return Array.from(this.#denied).flatMap((id) => this.#denialsOf(this.#entry(id)));
  }

  /** How many `deniedHosts` there are for a reason. */
  deniedCount(reason: HostDenial['reason']): number {
    return this.#deniedCounts[reason];
  }

  get(key: string): RegistryObject | undefined {
    return this.packed.get(key);
  }

  /** The ServiceEntries that have the host and may take it. */
  entriesOf(host: string): readonly ServiceEntry[] {
    const ids = this.#byHost.get(host);
    return ids.map((id) => this.#entry(id)).filter((entry) => this.#isFiled(entry, host));
  }

  /** The Sidecars of a namespace, in the order in which they are tried. */
  sidecarsOf(namespace: string): readonly Sidecar[] {
    const sidecars = this.#sidecars.get(namespace).map((id) => this.packed.objectOf(id) as Sidecar);
    return sidecars.filter(({ meta }) => meta.namespace === namespace).sort(bySelectorAndAge);
  }

  /** Whether any ServiceEntry has a wildcard host that it may take. */
  get hasWildcards(): boolean {
    return this.#wildcards > 0;
  }

  /**
   * Puts an object in; `dirty` gets the hosts that it touches. What it replaces must be removed before.
   */
  add(object: RegistryObject, dirty: Set<string>): readonly DeniedHost[] {
    const id = this.packed.add(object);
    this.kinds.add(object.kind);
    switch (object.kind) {
      case 'ServiceEntry':
        this.workloads.addSelector(object);
        return this.#addHosts(id, object, dirty);
      case 'Service':
        if (!this.#options.services) break;
        this.services.add(object);
        for (const host of this.services.hostsOf(object)) dirty.add(host);
        break;
      case 'Sidecar':
        this.#sidecars.add(object.meta.namespace, id);
        break;
      case 'Node':
        if (!this.#options.nodes) break;
        this.nodes.addNode(object);
        for (const pod of this.nodes.podsOn(object)) this.#touchSelecting(pod, dirty);
        break;
      default:
        this.workloads.addWorkload(object);
        if (this.#options.nodes && object.kind === 'Pod') this.nodes.addPod(object);
        this.#touchSelecting(object, dirty);
    }
    return [];
  }

  /** Takes an object out that is in; `dirty` gets the hosts that it touched. */
  remove(object: RegistryObject, dirty: Set<string>): void {
    const id = this.packed.idOf(object);
    this.kinds.add(object.kind, -1);
    switch (object.kind) {
      case 'ServiceEntry':
        this.workloads.removeSelector(object);
        this.#removeHosts(id, object, dirty);
        break;
      case 'Service':
        if (!this.#options.services) break;
        this.services.remove(object);
        for (const host of this.services.hostsOf(object)) dirty.add(host);
        break;
      case 'Sidecar':
        this.#sidecars.delete(object.meta.namespace, id);
        break;
      case 'Node':
        if (!this.#options.nodes) break;
        for (const pod of this.nodes.podsOn(object)) this.#touchSelecting(pod, dirty);
        this.nodes.removeNode(object);
        break;
      default:
        this.#touchSelecting(object, dirty);
        if (this.#options.nodes && object.kind === 'Pod') this.nodes.removePod(object);
        this.workloads.removeWorkload(object);
    }
    this.packed.delete(object);
  }

  #entry(id: number): ServiceEntry {
    return this.packed.objectOf(id) as ServiceEntry;
  }

  *#hosts(): Iterable<string> {
    for (const object of this.packed.all()) {
      if (object.kind !== 'ServiceEntry') continue;
      for (const host of object.hosts) {
        if (!this.#isFiled(object, host)) continue;
        // Where several ServiceEntries have the host it is listed with the first.
        const [first, ...others] = this.entriesOf(host);
        if (others.length === 0 || compareNames(first!.meta, object.meta) === 0) yield host;
      }
    }
  }

  #isFiled(entry: ServiceEntry, host: string): boolean {
    return entry.hosts.includes(host) && !neverMatches(host) && denialReason(entry, host, this.#options) === undefined;
  }

  #denialsOf(entry: ServiceEntry): DeniedHost[] {
    const denials: DeniedHost[] = [];
    for (const host of entry.hosts) {
      const denial = denialReason(entry, host, this.#options);
      if (denial !== undefined) denials.push({ entry, host, ...denial });
    }
    return denials;
  }

  #addHosts(id: number, entry: ServiceEntry, dirty: Set<string>): readonly DeniedHost[] {
    const denied = this.#denialsOf(entry);
    for (const host of entry.hosts) {
      if (neverMatches(host) || denied.some((denial) => denial.host === host)) continue;
      this.#byHost.add(host, id);
      if (this.#options.services) this.services.addHost(host);
      if (isWildcard(host)) this.#wildcards++;
      dirty.add(host);
    }
    if (denied.length > 0) this.#denied.add(id);
    for (const { reason } of denied) this.#deniedCounts[reason]++;
    return denied;
  }

  #removeHosts(id: number, entry: ServiceEntry, dirty: Set<string>): void {
    if (this.#denied.delete(id)) {
      for (const { reason } of this.#denialsOf(entry)) this.#deniedCounts[reason]--;
    }
    for (const host of entry.hosts) {
      if (!this.#isFiled(entry, host)) continue;
      this.#byHost.delete(host, id);
      if (this.#options.services && this.entriesOf(host).length === 0) this.services.removeHost(host);
      if (isWildcard(host)) this.#wildcards--;
      dirty.add(host);
    }
  }

  #touchSelecting(workload: Workload, dirty: Set<string>): void {
    for (const entry of this.workloads.selecting(workload)) {
      for (const host of entry.hosts) if (this.#isFiled(entry, host)) dirty.add(host);
    }
  }
}
