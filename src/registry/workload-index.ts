import type { Labels, ServiceEntry } from './object.ts';
import type { Workload } from './resolve/endpoints.ts';

/**
 * Which workloads of a namespace a selector selects, and which selectors a workload is selected by; both without
 * looking at the whole namespace. Every object is filed under one or each of its labels, `key=value`; an empty selector
 * under ''.
 */
export class WorkloadIndex {
  readonly #namespaces = new Map<string, Namespace>();
  readonly #selecting = new Set<string>();
  #selectingRevision = 0;

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
    for (const term of termsOf(workload)) addTo(namespace.workloads, term, workload);
  }

  removeWorkload(workload: Workload): void {
    const namespace = this.#namespaces.get(workload.meta.namespace);
    if (!namespace) return;
    for (const term of termsOf(workload)) removeFrom(namespace.workloads, term, workload);
    this.#forgetIfEmpty(workload.meta.namespace, namespace);
  }

  addSelector(entry: ServiceEntry): void {
    if (!entry.selector) return;
    const { namespace } = entry.meta;
    addTo(this.#namespace(namespace).selectors, filedUnder(entry.selector), entry);
    if (this.#selecting.has(namespace)) return;
    this.#selecting.add(namespace);
    this.#selectingRevision++;
  }

  removeSelector(entry: ServiceEntry): void {
    const namespace = this.#namespaces.get(entry.meta.namespace);
    if (!namespace || !entry.selector) return;
    removeFrom(namespace.selectors, filedUnder(entry.selector), entry);
    if (namespace.selectors.size === 0 && this.#selecting.delete(entry.meta.namespace)) this.#selectingRevision++;
    this.#forgetIfEmpty(entry.meta.namespace, namespace);
  }

  /** The workloads that the ServiceEntry selects, in no particular order: selector ⊆ labels, in its own namespace. */
  selectedBy(entry: ServiceEntry): Workload[] {
    const { selector } = entry;
    const namespace = selector && this.#namespaces.get(entry.meta.namespace);
    if (!namespace) return [];
    let fewest = namespace.workloads.get('');
    for (const [key, value] of selector) {
      const candidates = namespace.workloads.get(`${key}=${value}`);
      if (!candidates) return [];
      if (!fewest || candidates.size < fewest.size) fewest = candidates;
    }
    return [...(fewest ?? [])].filter((workload) => selects(selector, workload.labels));
  }

  /** The ServiceEntries whose selector selects the workload. */
  *selecting(workload: Workload): Iterable<ServiceEntry> {
    const namespace = this.#namespaces.get(workload.meta.namespace);
    if (!namespace) return;
    for (const term of termsOf(workload)) {
      for (const entry of namespace.selectors.get(term) ?? []) {
        if (selects(entry.selector!, workload.labels)) yield entry;
      }
    }
  }

  #namespace(name: string): Namespace {
    let namespace = this.#namespaces.get(name);
    if (!namespace) {
      namespace = { workloads: new Map(), selectors: new Map() };
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
  readonly workloads: Map<string, Set<Workload>>;
  /** One label of the selector, '' for the empty selector → ServiceEntries. */
  readonly selectors: Map<string, Set<ServiceEntry>>;
}

function selects(selector: Labels, labels: Labels): boolean {
  for (const [key, value] of selector) if (labels.get(key) !== value) return false;
  return true;
}

function* termsOf(workload: Workload): Iterable<string> {
  yield '';
  for (const [key, value] of workload.labels) yield `${key}=${value}`;
}

function filedUnder(selector: Labels): string {
  for (const [key, value] of selector) return `${key}=${value}`;
  return '';
}

function addTo<T>(index: Map<string, Set<T>>, key: string, value: T): void {
  const set = index.get(key);
  if (set) set.add(value);
  else index.set(key, new Set([value]));
}

function removeFrom<T>(index: Map<string, Set<T>>, key: string, value: T): void {
  const set = index.get(key);
  if (set?.delete(value) && set.size === 0) index.delete(key);
}
