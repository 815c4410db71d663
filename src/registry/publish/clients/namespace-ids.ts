import type { NamespaceNumbers } from '../compile/views.ts';
import { numberName, pseudoRecord } from './pseudo-record.ts';
import { egressNamespace, pseudoName } from '../../../table/layout.ts';
import type { TableWriter } from '../../../table/writer.ts';

/**
 * Numbers for namespaces: records of the table speak of them by number. A number, and the text that it stands for, is there as long as something speaks of
 * its namespace. It is not given to another for as long as there are numbers that nobody had, which are 2³¹: a query that
 * is under way, or an old generation of the table, never takes one namespace for another.
 */
export class NamespaceIds implements NamespaceNumbers {
  readonly #table: TableWriter;
  readonly #ids = new Map<string, number>();
  /** How often something speaks of a namespace. */
  readonly #uses = new Map<string, number>();
  /** Of which nothing speaks any more, unless that has changed meanwhile. */
  readonly #unused = new Set<string>();
  #last = 0;

  constructor(table: TableWriter) {
    this.#table = table;
  }

  /** How many namespaces have a number. */
  get size(): number {
    return this.#ids.size;
  }

  /** The number of a namespace, from 1; workers find it by the name from then on. */
  idOf(namespace: string): number {
    let id = this.#ids.get(namespace);
    if (id === undefined) {
      id = this.#nextNumber();
      this.#ids.set(namespace, id);
      const name = namespaceName(namespace);
      if (name) {
        this.#table.set(pseudoRecord({ kind: 'namespace', name, number: id }));
        this.#table.set(pseudoRecord({ kind: 'namespace', name: textName(id), number: id, rest: name.subarray(1) }));
      }
    }
    return id;
  }

  /** The number that a namespace has, 0 for none. */
  numberOf(namespace: string): number {
    return this.#ids.get(namespace) ?? 0;
  }

  /** Something that is there now speaks of the namespace. */
  use(namespace: string): void {
    this.#uses.set(namespace, (this.#uses.get(namespace) ?? 0) + 1);
  }

  /** What spoke of the namespace has gone. Its number stays until `forgetUnused`. */
  unuse(namespace: string): void {
    const left = (this.#uses.get(namespace) ?? 0) - 1;
    if (left > 0) this.#uses.set(namespace, left);
    else {
      this.#uses.delete(namespace);
      this.#unused.add(namespace);
    }
  }

  /** Takes the numbers of namespaces back that no record speaks of any more. */
  forgetUnused(): void {
    if (this.#unused.size === 0) return;
    for (const namespace of this.#unused) {
      const id = this.#ids.get(namespace);
      if (this.#uses.has(namespace) || id === undefined) continue;
      this.#ids.delete(namespace);
      const name = namespaceName(namespace);
      if (!name) continue;
      this.#table.delete(name);
      this.#table.delete(textName(id));
    }
    this.#unused.clear();
  }

  #nextNumber(): number {
    if (this.#last + 1 < egressNamespace.own) return ++this.#last;
    // After two thousand million namespaces: one that nobody has now.
    const taken = new Set(this.#ids.values());
    let number = 1;
    while (taken.has(number)) number++;
    return number;
  }
}

/** Under which name the table has the text of the namespace with this number. */
function textName(id: number): Uint8Array {
  return numberName(pseudoName.text, id);
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
