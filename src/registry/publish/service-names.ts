import { Compiler } from './compile/compile.ts';
import type { RegistryObject } from '../model/object.ts';
import { serviceKey, type ServiceIndex } from '../store/service-index.ts';
import { pseudoName } from '../../table/layout.ts';
import type { TableWriter } from '../../table/writer.ts';

/**
 * The names of Kubernetes Services in the table, so that no wildcard host answers for one (docs/semantics.md section 8). They take
 * some 60 octets each, and are there from the first wildcard host on: to take them all out with the last one would only take
 * long.
 */
export class ServiceNames {
  readonly #table: TableWriter;
  readonly #compiler = new Compiler();
  readonly #services: Pick<ServiceIndex, 'has' | 'keys'>;
  /** Services that have come or gone since the last `update`. */
  #touched = new Set<string>();
  #areThere = false;

  constructor(table: TableWriter, services: Pick<ServiceIndex, 'has' | 'keys'>) {
    this.#table = table;
    this.#services = services;
  }

  /** A Service has come or gone, or may have: to be told to `update`. */
  touch(service: RegistryObject): void {
    if (this.#areThere) this.#touched.add(serviceKey(service));
  }

  /** Brings the table up to date; returns whether it has something else than before. */
  update(hasWildcards: boolean): boolean {
    const isFirst = hasWildcards && !this.#areThere;
    if (!isFirst && this.#touched.size === 0) return false;
    const keys = isFirst ? this.#services.keys : this.#touched;
    this.#touched = new Set();
    this.#areThere ||= isFirst;
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
