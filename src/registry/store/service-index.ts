import type { RegistryObject } from '../model/object.ts';

/** A Service that a name belongs to. */
export interface CoveringService {
  /** `NAME.NAMESPACE`. */
  readonly key: string;
  /** The name is that of the Service, and none below it. */
  readonly isItself: boolean;
}

/** The Kubernetes Services that ServiceEntries yield to, and the hosts that have the name of one, or would have. */
export class ServiceIndex {
  /** `NAME.NAMESPACE` of each Service → how many clusters and sources have one. */
  readonly #counts = new Map<string, number>();
  /** `NAME.NAMESPACE` → hosts that begin so, with `.svc` behind it. */
  readonly #hosts = new Map<string, Set<string>>();

  add(service: RegistryObject): void {
    this.#set(service, 1);
  }

  remove(service: RegistryObject): void {
    this.#set(service, -1);
  }

  has(key: string): boolean {
    return this.#counts.has(key);
  }

  /** `NAME.NAMESPACE` of each. Nothing may be added or removed meanwhile. */
  get keys(): Iterable<string> {
    return this.#counts.keys();
  }

  /** Whether a Service has the name of a host, in whatever cluster domain. */
  hasHost(host: string): boolean {
    return this.#counts.size > 0 && this.has(keyOfHost(host) ?? '');
  }

  /** The Service of a name (lower-case, without trailing dot), or of one above it, in whatever cluster domain. */
  covering(name: string): CoveringService | undefined {
    const labels = name.split('.');
    for (let at = 2; at < labels.length; at++) {
      const key = `${labels[at - 2]!}.${labels[at - 1]!}`;
      if (labels[at] === 'svc' && this.has(key)) return { key, isItself: at === 2 };
    }
    return undefined;
  }

  addHost(host: string): void {
    const key = keyOfHost(host);
    if (key !== undefined) this.#hosts.set(key, (this.#hosts.get(key) ?? new Set()).add(host));
  }

  removeHost(host: string): void {
    const key = keyOfHost(host);
    const hosts = key === undefined ? undefined : this.#hosts.get(key);
    if (hosts?.delete(host) && hosts.size === 0) this.#hosts.delete(key!);
  }

  /** Hosts that have the name of a Service. */
  hostsOf(service: RegistryObject): Iterable<string> {
    return this.#hosts.get(serviceKey(service)) ?? [];
  }

  #set(service: RegistryObject, difference: number): void {
    const key = serviceKey(service);
    const count = (this.#counts.get(key) ?? 0) + difference;
    if (count > 0) this.#counts.set(key, count);
    else this.#counts.delete(key);
  }
}

/** `NAME.NAMESPACE`, as names of the DNS have it. */
export function serviceKey({ meta }: RegistryObject): string {
  return `${meta.name}.${meta.namespace}`.toLowerCase();
}

/** `NAME.NAMESPACE` of a host `NAME.NAMESPACE.svc`, whatever cluster domain follows. */
function keyOfHost(host: string): string | undefined {
  const match = /^([^.]+\.[^.]+)\.svc(?:\.|$)/.exec(host);
  return match?.[1];
}
