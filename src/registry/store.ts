import { refusalOf } from './allowed.ts';
import { neverMatches } from './host.ts';
import { objectKey, type RegistryObject, type ServiceEntry, type Sidecar } from './object.ts';
import type { RegistryOptions } from './options.ts';
import type { Workload } from './resolve/endpoints.ts';
import { defaultSidecar } from './resolve/sidecar.ts';
import { WorkloadIndex } from './workload-index.ts';

/** A ServiceEntry that may not take a host. */
export interface Refusal {
  readonly entry: ServiceEntry;
  readonly host: string;
  readonly reason: string;
}

/**
 * All objects of a registry with the indexes that resolving needs: host → ServiceEntries, (namespace, labels) →
 * workloads, namespace → Sidecars, and the Services that ServiceEntries may yield to.
 */
export class Store {
  readonly workloads = new WorkloadIndex();
  readonly #options: RegistryOptions;
  readonly #objects = new Map<string, RegistryObject>();
  readonly #byHost = new Map<string, ServiceEntry[]>();
  readonly #sidecars = new Map<string, Sidecar[]>();
  /** `name.namespace.svc` of each Service → in how many clusters there is one. */
  readonly #services = new Map<string, number>();
  /** `name.namespace.svc` → hosts that begin so. */
  readonly #serviceHosts = new Map<string, Set<string>>();
  readonly #refused = new Map<string, readonly Refusal[]>();

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#objects.size;
  }

  get hosts(): Iterable<string> {
    return this.#byHost.keys();
  }

  get objects(): Iterable<RegistryObject> {
    return this.#objects.values();
  }

  get refusals(): Refusal[] {
    return [...this.#refused.values()].flat();
  }

  get(key: string): RegistryObject | undefined {
    return this.#objects.get(key);
  }

  /** The ServiceEntries that have the host and may take it. */
  entriesOf(host: string): readonly ServiceEntry[] {
    return this.#byHost.get(host) ?? [];
  }

  /** The default Sidecar of a namespace. */
  sidecarOf(namespace: string): Sidecar | undefined {
    const sidecars = this.#sidecars.get(namespace);
    return sidecars && defaultSidecar(sidecars);
  }

  /** Whether a Kubernetes Service has the name, in whatever cluster domain. */
  hasService(host: string): boolean {
    return this.#services.size > 0 && this.#services.has(servicePart(host) ?? '');
  }

  /** Puts an object in; `dirty` gets the hosts that it touches. What it replaces must be removed before. */
  add(object: RegistryObject, dirty: Set<string>): readonly Refusal[] {
    this.#objects.set(objectKey(object), object);
    switch (object.kind) {
      case 'ServiceEntry':
        this.workloads.addSelector(object);
        return this.#addHosts(object, dirty);
      case 'Service':
        this.#services.set(serviceName(object), (this.#services.get(serviceName(object)) ?? 0) + 1);
        this.#touchService(object, dirty);
        break;
      case 'Sidecar':
        this.#sidecars.set(object.meta.namespace, [...(this.#sidecars.get(object.meta.namespace) ?? []), object]);
        this.#touchAll(dirty);
        break;
      default:
        this.workloads.addWorkload(object);
        this.#touchSelecting(object, dirty);
    }
    return [];
  }

  /** Takes an object out; `dirty` gets the hosts that it touched. */
  remove(object: RegistryObject, dirty: Set<string>): void {
    this.#objects.delete(objectKey(object));
    switch (object.kind) {
      case 'ServiceEntry':
        this.workloads.removeSelector(object);
        this.#removeHosts(object, dirty);
        break;
      case 'Service':
        this.#removeService(serviceName(object));
        this.#touchService(object, dirty);
        break;
      case 'Sidecar': {
        const left = this.#sidecars.get(object.meta.namespace)?.filter((other) => other !== object) ?? [];
        if (left.length > 0) this.#sidecars.set(object.meta.namespace, left);
        else this.#sidecars.delete(object.meta.namespace);
        this.#touchAll(dirty);
        break;
      }
      default:
        this.#touchSelecting(object, dirty);
        this.workloads.removeWorkload(object);
    }
  }

  #addHosts(entry: ServiceEntry, dirty: Set<string>): readonly Refusal[] {
    const refused: Refusal[] = [];
    for (const host of entry.hosts) {
      const reason = refusalOf(entry, host, this.#options);
      if (reason !== undefined) refused.push({ entry, host, reason });
      else if (!neverMatches(host)) {
        const entries = this.#byHost.get(host);
        if (entries) entries.push(entry);
        else this.#byHost.set(host, [entry]);
        const service = servicePart(host);
        if (service !== undefined) {
          this.#serviceHosts.set(service, (this.#serviceHosts.get(service) ?? new Set()).add(host));
        }
        dirty.add(host);
      }
    }
    if (refused.length > 0) this.#refused.set(objectKey(entry), refused);
    return refused;
  }

  #removeHosts(entry: ServiceEntry, dirty: Set<string>): void {
    this.#refused.delete(objectKey(entry));
    for (const host of entry.hosts) {
      const entries = this.#byHost.get(host);
      const at = entries?.indexOf(entry) ?? -1;
      if (!entries || at < 0) continue;
      if (entries.length > 1) entries.splice(at, 1);
      else {
        this.#byHost.delete(host);
        this.#forgetServiceHost(host);
      }
      dirty.add(host);
    }
  }

  #forgetServiceHost(host: string): void {
    const service = servicePart(host);
    if (service === undefined) return;
    const hosts = this.#serviceHosts.get(service);
    if (hosts?.delete(host) && hosts.size === 0) this.#serviceHosts.delete(service);
  }

  #removeService(name: string): void {
    const left = (this.#services.get(name) ?? 0) - 1;
    if (left > 0) this.#services.set(name, left);
    else this.#services.delete(name);
  }

  #touchSelecting(workload: Workload, dirty: Set<string>): void {
    for (const entry of this.workloads.selecting(workload)) {
      for (const host of entry.hosts) if (this.#byHost.has(host)) dirty.add(host);
    }
  }

  #touchService(service: RegistryObject, dirty: Set<string>): void {
    if (!this.#options.services) return;
    for (const host of this.#serviceHosts.get(serviceName(service)) ?? []) dirty.add(host);
  }

  /** A Sidecar speaks of hosts by pattern: whom it concerns is found by asking all. */
  #touchAll(dirty: Set<string>): void {
    if (this.#options.sidecars) for (const host of this.#byHost.keys()) dirty.add(host);
  }
}

function serviceName({ meta }: RegistryObject): string {
  return `${meta.name}.${meta.namespace}.svc`;
}

/** `name.namespace.svc` of a host in that form, whatever cluster domain follows. */
function servicePart(host: string): string | undefined {
  const match = /^[^.]+\.[^.]+\.svc(?=\.|$)/.exec(host);
  return match?.[0];
}
