import { ClientIndex } from './client-index.ts';
import { NamespaceIds } from './namespace-ids.ts';
import { PlaceIndex } from './place-index.ts';
import { SidecarIndex } from './sidecar-index.ts';
import { namedNamespaces, namespacesIn } from './used-namespaces.ts';
import type { Pod, RegistryObject, Sidecar } from '../../model/object.ts';
import type { RegistryOptions } from '../../model/options.ts';
import { ownSidecar, rootSidecar } from '../../resolve/sidecar.ts';
import type { Store } from '../../store/store.ts';
import type { TableWriter } from '../../../table/writer.ts';

/**
 * What the table has of clients, so that the query half knows what each of them sees (docs/semantics.md section 8):
 *
 *     address ─ node ─► PlaceIndex ────► where it is
 *     address ─ Pod ─► ClientIndex ────► number of the namespace, number of the Sidecar
 *     namespace ─────► NamespaceIds ───► its number, by which records speak of it
 *     Sidecar ───────► SidecarIndex ───► its number, its egress hosts; the default one of each namespace
 */
export class Clients {
  readonly namespaces: NamespaceIds;
  readonly #store: Store;
  readonly #options: Pick<RegistryOptions, 'sidecars' | 'rootNamespace' | 'nodes'>;
  readonly #sidecars: SidecarIndex;
  readonly #index: ClientIndex;
  readonly #places: PlaceIndex;

  constructor(table: TableWriter, store: Store, options: RegistryOptions) {
    this.#store = store;
    this.#options = options;
    this.namespaces = new NamespaceIds(table);
    for (const namespace of namedNamespaces(options.defaultExportTo)) this.namespaces.use(namespace);
    this.#sidecars = new SidecarIndex(table, this.namespaces, store, options.rootNamespace);
    this.#index = new ClientIndex(table, this.namespaces, store.packed, this.#sidecars.numberFor);
    this.#places = new PlaceIndex(table, store.nodes, this.#index);
  }

  /** An object is in the store. What is served changes with `flush`. */
  add(object: RegistryObject): void {
    if (object.kind === 'Pod') this.#index.add(object);
    this.#touchPlace(object);
    if (object.kind === 'Sidecar' && this.#options.sidecars) this.#sidecars.touch(object);
    for (const namespace of namespacesIn(object)) this.namespaces.use(namespace);
  }

  /** An object will be taken out of the store. */
  remove(object: RegistryObject): void {
    this.#touchPlace(object);
    if (object.kind === 'Pod') this.#index.remove(object);
    if (object.kind === 'Sidecar' && this.#options.sidecars) this.#sidecars.touch(object);
    for (const namespace of namespacesIn(object)) this.namespaces.unuse(namespace);
  }

  /** Writes what has changed, after the records that speak of it. Returns whether any client could see a difference. */
  flush(): boolean {
    const changed = this.#sidecars.flush(this.#index);
    this.#index.flush();
    this.#places.flush();
    this.#sidecars.sweep();
    this.namespaces.forgetUnused();
    return changed;
  }

  #touchPlace(object: RegistryObject): void {
    if (!this.#options.nodes) return;
    if (object.kind === 'Pod') this.#places.touchPod(object);
    if (object.kind === 'Node') this.#places.touchNode(object);
  }

  /** The Pods that a client's address (canonical) may belong to. */
  podsOf(ip: string): readonly Pod[] {
    return this.#index.podsOf(ip);
  }

  /** Where the Pod or node is that has an address (canonical), where nodes are heeded. */
  placeOf(ip: string): ReturnType<PlaceIndex['placeOf']> {
    return this.#options.nodes ? this.#places.placeOf(ip) : undefined;
  }

  /** The Sidecar that counts for a client of the namespace that has these Pods, where Sidecars are heeded. */
  sidecarFor(namespace: string, pods: readonly Pod[]): Sidecar | undefined {
    const { sidecars, rootNamespace } = this.#options;
    if (!sidecars) return undefined;
    const labels = pods.map((pod) => pod.labels);
    return ownSidecar(this.#store.sidecarsOf(namespace), labels) ?? rootSidecar(this.#store.sidecarsOf(rootNamespace));
  }
}
