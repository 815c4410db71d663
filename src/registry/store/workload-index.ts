import { TextIndex } from '../../collections/text-index.ts';
import { selects, type Labels, type ServiceEntry } from '../model/object.ts';
import type { NumberedObjects } from './packed-objects.ts';
import type { Workload } from '../resolve/endpoints.ts';

/**
 * Which workloads of a namespace a selector selects, and which selectors a workload is selected by; both without
 * looking at the whole namespace. Every object is filed under one or each of its labels, `key=value`; an empty selector
 * under ''. Objects must have their number when they are added, and have it still when they are removed.
 */
export class WorkloadIndex {
  readonly #objects: NumberedObjects;
  readonly #namespaces = new Map<string, Namespace>();
  readonly #selecting = new Set<string>();
  #selectingRevision = 0;

  constructor(objects: NumberedObjects) {
    this.#objects = objects;
  }

  /** Namespaces where some ServiceEntry has a selector. */
  get selectingNamespaces(): ReadonlySet<string> {
    return this.#selecting;
  }

  /** Another number whenever `selectingNamespaces` holds something else. */
  get selectingRevision(): number {
    return this.#selectingRevision;
  }

  addWorkload(workload: Workload): void {
    const namespace = this.#namespace(workload.meta.namespace);
    const id = this.#objects.idOf(workload);
    for (const term of termsOf(workload)) namespace.workloads.add(term, id);
  }

  removeWorkload(workload: Workload): void {
    const namespace = this.#namespaces.get(workload.meta.namespace);
    if (!namespace) return;
    const id = this.#objects.idOf(workload);
    for (const term of termsOf(workload)) namespace.workloads.delete(term, id);
    this.#forgetIfEmpty(workload.meta.namespace, namespace);
  }

  addSelector(entry: ServiceEntry): void {
    if (!entry.selector) return;
    const { namespace } = entry.meta;
    this.#namespace(namespace).selectors.add(filedUnder(entry.selector), this.#objects.idOf(entry));
    if (this.#selecting.has(namespace)) return;
    this.#selecting.add(namespace);
    this.#selectingRevision++;
  }

  removeSelector(entry: ServiceEntry): void {
    const namespace = this.#namespaces.get(entry.meta.namespace);
    if (!namespace || !entry.selector) return;
    namespace.selectors.delete(filedUnder(entry.selector), this.#objects.idOf(entry));
    if (namespace.selectors.size === 0 && this.#selecting.delete(entry.meta.namespace)) this.#selectingRevision++;
    this.#forgetIfEmpty(entry.meta.namespace, namespace);
  }

  /** The workloads that an object selects, in no particular order: selector ⊆ labels, in its own namespace. */
  selectedBy({ selector, meta }: Pick<ServiceEntry, 'selector' | 'meta'>): Workload[] {
    const namespace = selector && this.#namespaces.get(meta.namespace);
    if (!namespace) return [];
    let fewest = '';
    for (const [key, value] of selector) {
      const term = `${key}=${value}`;
      if (namespace.workloads.count(term) < namespace.workloads.count(fewest)) fewest = term;
    }
    const candidates = namespace.workloads.get(fewest).map((id) => this.#objects.objectOf(id) as Workload);
    return candidates.filter((workload) => selects(selector, workload.labels));
  }

  /** The ServiceEntries whose selector selects the workload. */
  *selecting(workload: Workload): Iterable<ServiceEntry> {
    const namespace = this.#namespaces.get(workload.meta.namespace);
    if (!namespace) return;
    for (const term of termsOf(workload)) {
      for (const id of namespace.selectors.get(term)) {
        const entry = this.#objects.objectOf(id) as ServiceEntry;
        if (selects(entry.selector!, workload.labels)) yield entry;
      }
    }
  }

  #namespace(name: string): Namespace {
    let namespace = this.#namespaces.get(name);
    if (!namespace) {
      namespace = { workloads: new TextIndex(), selectors: new TextIndex() };
      this.#namespaces.set(name, namespace);
    }
    return namespace;
  }

  #forgetIfEmpty(name: string, namespace: Namespace): void {
    if (namespace.workloads.size === 0 && namespace.selectors.size === 0) this.#namespaces.delete(name);
  }
}

interface Namespace {
  /** `key=value` → workloads that have the label; '' → all. */
  readonly workloads: TextIndex;
  /** One label of the selector, '' for the empty selector → ServiceEntries. */
  readonly selectors: TextIndex;
}

function* termsOf(workload: Workload): Iterable<string> {
  yield '';
  for (const [key, value] of workload.labels) yield `${key}=${value}`;
}

function filedUnder(selector: Labels): string {
  for (const [key, value] of selector) return `${key}=${value}`;
  return '';
}
