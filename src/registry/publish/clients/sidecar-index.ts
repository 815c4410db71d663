import type { ClientIndex } from './client-index.ts';
import { numberName, pseudoRecord } from './pseudo-record.ts';
import { sidecarRecord } from './sidecar-record.ts';
import type { NamespaceIds } from './namespace-ids.ts';
import { objectKey, type Labels, type Pod, type Sidecar } from '../../model/object.ts';
import { ownSidecar, rootSidecar } from '../../resolve/sidecar.ts';
import type { Store } from '../../store/store.ts';
import { pseudoName, unlimited } from '../../../table/layout.ts';
import type { TableWriter } from '../../../table/writer.ts';

/** In place of a namespace's number. */
const everyNamespace = 0;

/** What is looked at of a Sidecar for each Pod. */
interface Numbered {
  readonly sidecar: Sidecar;
  readonly number: number;
}

/**
 * Sidecars in the table, where the query half applies them (docs/semantics.md section 8): each with its egress hosts, once, and
 * of each namespace, and of all of them, which is the default one. A change of a Sidecar costs what it holds, and what its
 * selector selects.
 */
export class SidecarIndex {
  readonly #table: TableWriter;
  readonly #namespaces: NamespaceIds;
  readonly #store: Pick<Store, 'sidecarsOf' | 'workloads'>;
  readonly #rootNamespace: string;
  /** By `objectKey`: those that limit something, and so have a record. */
  readonly #numbers = new Map<string, number>();
  /** Namespaces that have Sidecars with selectors, in the order in which they are tried. */
  readonly #selecting = new Map<string, readonly Numbered[]>();
  /** Those that were added or removed since the last `flush`. */
  #touched: Sidecar[] = [];
  #gone: number[] = [];
  #last = 0;

  constructor(
    table: TableWriter,
    namespaces: NamespaceIds,
    store: Pick<Store, 'sidecarsOf' | 'workloads'>,
    rootNamespace: string,
  ) {
    this.#table = table;
    this.#namespaces = namespaces;
    this.#store = store;
    this.#rootNamespace = rootNamespace;
  }

  /** A Sidecar comes or goes. */
  touch(sidecar: Sidecar): void {
    this.#touched.push(sidecar);
  }

  /** Of the Sidecar that counts for Pods with these labels; 0 where it is the default one of their namespace. */
  readonly numberFor = (namespace: string, pods: readonly Labels[]): number => {
    const numbered = this.#selecting.get(namespace);
    if (!numbered) return 0;
    const sidecars = numbered.map(({ sidecar }) => sidecar);
    const own = ownSidecar(sidecars, pods);
    if (!own || own === ownSidecar(sidecars, [])) return 0;
    return numbered[sidecars.indexOf(own)]!.number;
  };

  /** Writes what has changed, and touches the clients for which another Sidecar may count. Whether any client could see it. */
  flush(clients: Pick<ClientIndex, 'touch'>): boolean {
    if (this.#touched.length === 0) return false;
    const touched = this.#touched;
    this.#touched = [];
    let changed = false;
    const gone = new Set(touched.map(objectKey));
    for (const namespace of new Set(touched.map(({ meta }) => meta.namespace))) {
      const sidecars = this.#store.sidecarsOf(namespace);
      const numbered = sidecars.map((sidecar): Numbered => {
        const key = objectKey(sidecar);
        if (!gone.has(key)) return { sidecar, number: this.#numbers.get(key) ?? unlimited };
        gone.delete(key);
        const { number, isNew } = this.#publish(key, sidecar);
        changed ||= isNew;
        return { sidecar, number };
      });
      changed = this.#renewDefaults(namespace, numbered) || changed;
      if (numbered.some(({ sidecar }) => sidecar.selector)) this.#selecting.set(namespace, numbered);
      else this.#selecting.delete(namespace);
    }
    for (const key of gone) changed = this.#withdraw(key) || changed;
    for (const sidecar of touched) changed = this.#touchClients(sidecar, clients) || changed;
    if (this.#numbers.size > 0) this.#table.isLimited = true;
    return changed;
  }

  /** Takes away what nothing refers to any more. */
  sweep(): void {
    if (this.#gone.length === 0) return;
    for (const number of this.#gone) this.#table.delete(numberName(pseudoName.sidecar, number));
    this.#gone = [];
    if (this.#numbers.size === 0) this.#table.isLimited = false;
  }

  #publish(key: string, { egressHosts }: Sidecar): { number: number; isNew: boolean } {
    if (!egressHosts) return { number: unlimited, isNew: this.#withdraw(key) };
    let number = this.#numbers.get(key);
    if (number === undefined) this.#numbers.set(key, (number = ++this.#last));
    const bytes = sidecarRecord(number, egressHosts, (namespace) => this.#namespaces.idOf(namespace));
    return { number, isNew: this.#table.set(bytes) };
  }

  #withdraw(key: string): boolean {
    const number = this.#numbers.get(key);
    if (number === undefined) return false;
    this.#numbers.delete(key);
    this.#gone.push(number);
    return true;
  }

  /** Which Sidecar counts for the clients of a namespace for whom no other does, and where there is none. */
  #renewDefaults(namespace: string, numbered: readonly Numbered[]): boolean {
    const sidecars = numbered.map(({ sidecar }) => sidecar);
    const numberOf = (sidecar: Sidecar | undefined): number =>
      sidecar ? numbered[sidecars.indexOf(sidecar)]!.number : 0;
    const own = ownSidecar(sidecars, []);
    // A namespace without a number has never had one.
    const id = own ? this.#namespaces.idOf(namespace) : this.#namespaces.numberOf(namespace);
    const changed = id !== 0 && this.#point(id, numberOf(own));
    if (namespace !== this.#rootNamespace) return changed;
    return this.#point(everyNamespace, numberOf(rootSidecar(sidecars))) || changed;
  }

  #point(namespace: number, sidecar: number): boolean {
    const name = numberName(pseudoName.number, namespace);
    if (sidecar === 0) return this.#table.delete(name);
    return this.#table.set(pseudoRecord({ kind: 'namespace', name, number: namespace, sidecar }));
  }

  #touchClients(sidecar: Sidecar, clients: Pick<ClientIndex, 'touch'>): boolean {
    if (!sidecar.selector) return false;
    const selected = this.#store.workloads
      .selectedBy(sidecar)
      .filter((workload): workload is Pod => workload.kind === 'Pod');
    for (const pod of selected) clients.touch(pod);
    return selected.length > 0;
  }
}
