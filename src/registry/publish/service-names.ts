import { Compiler } from './compile/compile.ts';
import type { RegistryObject } from '../model/object.ts';
import { serviceKey, type ServiceIndex } from '../store/service-index.ts';
import { pseudoName } from '../../table/layout.ts';
import type { TableWriter } from '../../table/writer.ts';

/**
 * The names of Kubernetes Services in the table, so that no wildcard host answers for one (docs/semantics.md section 8). They
 * take some 60 octets each, and stay once there has been a wildcard host: to remove them all with the last one takes long.
 */
export class ServiceNames {
  readonly #table: TableWriter;
  readonly #compiler = new Compiler();
  readonly #services: Pick<ServiceIndex, 'has' | 'keys'>;
  /** Services that were added or removed since the last `update`. */
  #touched = new Set<string>();
  #arePublished = false;

  constructor(table: TableWriter, services: Pick<ServiceIndex, 'has' | 'keys'>) {
    this.#table = table;
    this.#services = services;
  }

  /** A Service was added or removed, or may have been: `update` looks. */
  touch(service: RegistryObject): void {
    if (this.#arePublished) this.#touched.add(serviceKey(service));
  }

  /** Brings the table up to date; returns whether it has something else than before. */
  update(hasWildcards: boolean): boolean {
    const isFirst = hasWildcards && !this.#arePublished;
    if (!isFirst && this.#touched.size === 0) return false;
    const keys = isFirst ? this.#services.keys : this.#touched;
    this.#touched = new Set();
    this.#arePublished ||= isFirst;
    let changed = false;
    for (const key of keys) changed = this.#write(key, this.#services.has(key)) || changed;
    return changed;
  }

  #write(key: string, isThere: boolean): boolean {
    const name = serviceName(key);
    if (!name) return false;
    if (!isThere) return this.#table.delete(name);
    return this.#table.set(this.#compiler.compile({ name, kind: 'service', flags: 0, ttl: 0 }));
  }
}

/** Under which name the table knows a Service `NAME.NAMESPACE`; `undefined` where these are no two labels. */
export function serviceName(key: string): Uint8Array | undefined {
  const labels = key.split('.').map((label) => Buffer.from(label, 'latin1'));
  if (labels.length !== 2 || labels.some(({ length }) => length === 0 || length > 63)) return undefined;
  return Uint8Array.of(pseudoName.service, ...labels.flatMap((label) => [label.length, ...label]), 0);
}
