import { publicHost, type PublicHost, type PublicHostOptions } from '../../registry/export/public-host.ts';
import type { Registry } from '../../registry/registry.ts';
import type { PublicHosts } from '../inspection.ts';

/** What of a registry's hosts other name servers may be told. */
export class RegistryPublicHosts implements PublicHosts {
  readonly #registry: Registry;
  readonly #isSynced: () => boolean;
  readonly #listeners = new Set<(hosts: ReadonlySet<string>) => void>();

  constructor(registry: Registry, isSynced: () => boolean) {
    this.#registry = registry;
    this.#isSynced = isSynced;
  }

  get isSynced(): boolean {
    return this.#isSynced();
  }

  hosts(): Iterable<string> {
    return this.#registry.store.hosts;
  }

  of(host: string, options: PublicHostOptions): PublicHost {
    return publicHost(host, this.#registry, options);
  }

  onChange(listener: (hosts: ReadonlySet<string>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The answers of these hosts may have changed. */
  changed(hosts: ReadonlySet<string>): void {
    for (const listener of this.#listeners) listener(hosts);
  }
}
