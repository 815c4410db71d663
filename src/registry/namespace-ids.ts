import { limitedNamespace, pseudoName } from './table/layout.ts';
import type { Compiler, ViewNamespaces } from './compile/compile.ts';
import type { TableWriter } from './table/writer.ts';

/** Numbers for namespaces: records of the table speak of them by number. A number is never given twice. */
export class NamespaceIds implements ViewNamespaces {
  readonly #table: TableWriter;
  readonly #compiler: Compiler;
  readonly #ids = new Map<string, number>();
  readonly #limited = new Set<string>();

  constructor(table: TableWriter, compiler: Compiler) {
    this.#table = table;
    this.#compiler = compiler;
  }

  /** The number of a namespace, from 1; workers find it by the name from then on. */
  idOf(namespace: string): number {
    let id = this.#ids.get(namespace);
    if (id === undefined) {
      id = this.#ids.size + 1;
      this.#ids.set(namespace, id);
      const name = namespaceName(namespace);
      if (name) this.#write(name, id, 0);
    }
    return id;
  }

  isLimited(namespace: string): boolean {
    return this.#limited.has(namespace);
  }

  /** Namespaces that a Sidecar limits. */
  get limited(): ReadonlySet<string> {
    return this.#limited;
  }

  /** Says whether a Sidecar limits what clients of the namespace see. */
  limit(namespace: string, isLimited: boolean): void {
    if (isLimited) this.#limited.add(namespace);
    else this.#limited.delete(namespace);
    const id = this.idOf(namespace);
    const name = Uint8Array.of(pseudoName.number, id >>> 24, (id >>> 16) & 255, (id >>> 8) & 255, id & 255, 0);
    if (isLimited) this.#write(name, id, limitedNamespace);
    else this.#table.delete(name);
  }

  #write(name: Uint8Array, id: number, flags: number): void {
    this.#table.set(this.#compiler.compile({ name, kind: 'namespace', flags, ttl: id }));
  }
}

/** Under which name the table knows a namespace; `undefined` where it is longer than Kubernetes allows. */
export function namespaceName(namespace: string): Uint8Array | undefined {
  const octets = Buffer.from(namespace, 'latin1');
  if (octets.length > 63) return undefined;
  return Uint8Array.of(pseudoName.namespace, ...octets, 0);
}

/** Under which name the table knows a client: its address as 16 octets, IPv4 mapped (RFC 4291 section 2.5.5.2). */
export function clientName(address: Uint8Array): Uint8Array {
  const name = new Uint8Array(18);
  name[0] = pseudoName.client;
  if (address.length === 4) name.set([0xff, 0xff], 11);
  name.set(address, 17 - address.length);
  return name;
}
