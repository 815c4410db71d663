import { isDeepStrictEqual } from 'node:util';
import { identityOf, type Receiver } from '../../../kubernetes/receiver.ts';
import { asFields } from '../../../runtime/untyped.ts';
import { readObject } from '../../decode/object.ts';
import { keyOf, type ObjectKind, type Origin, type RegistryObject } from '../../model/object.ts';
import type { Rejection } from '../../model/rejection.ts';
import { sameObject } from '../same-object.ts';
import type { Change } from '../source.ts';

/** What has changed at one flush. */
export interface Difference {
  readonly changes: readonly Change[];
  /** `rejections` is another list than before. */
  readonly hasNewRejections: boolean;
  readonly newRejections: readonly Rejection[];
  /** Objects of which nothing is left out any more. */
  readonly repaired: readonly string[];
}

export interface ObjectSetOptions {
  readonly kind: ObjectKind;
  /** Name for the objects of the cluster where there are several. */
  readonly cluster: string | undefined;
  readonly origin: Origin;
  /** Objects with another label `istio.io/rev` are left out; `undefined` for all. */
  readonly revision: string | undefined;
  readonly isSelected: (namespace: string) => boolean;
  /** The object that the sink has under a key (`objectKey`). */
  readonly served: (key: string) => RegistryObject | undefined;
  /** Passes the difference to the sink before it returns. */
  readonly onFlush: (difference: Difference) => void;
}

/** An object that exists at the API server. */
interface Entry {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly rejections: readonly Rejection[];
  /**
   * `served` where the sink has it: then it is not kept here. `undefined` where nothing of it can be served. Until the next
   * flush, and while its namespace is not selected, the object itself.
   */
  object: RegistryObject | 'served' | undefined;
}

const noRejections: readonly Rejection[] = [];
/** Objects of one flush, or of one step of a longer walk: a few milliseconds. */
const maxPerStep = 256;

/**
 * The objects of one kind and cluster. Their slim objects are in the store behind the sink; here is what the API server says
 * of them, and which of them have changed since they were flushed.
 *
 *     reflector ─► upsert, remove, retain ─► entries, changed keys ─► flush ─► Difference ─► sink
 *
 * A flush passes on how changed objects differ from what the sink has. An object that was deleted and created again under the
 * same name is one upsert, so that no query finds it missing.
 */
export class ObjectSet implements Receiver {
  readonly #options: ObjectSetOptions;
  /** By `NAMESPACE/NAME`. */
  readonly #entries = new Map<string, Entry>();
  /** Keys of objects that are to be flushed, deleted ones among them. */
  readonly #changed = new Set<string>();
  /** Rejections of selected objects, as of the last flush. */
  readonly #rejections = new Map<string, readonly Rejection[]>();
  #badObjects = 0;

  constructor(options: ObjectSetOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Number of objects without a name since the start. */
  get badObjects(): number {
    return this.#badObjects;
  }

  get rejections(): readonly Rejection[] {
    return [...this.#rejections.values()].flat();
  }

  /** The objects that the sink has. The set may change during the iteration. */
  *served(): Iterable<{ uid: string; object: RegistryObject }> {
    for (const [key, { uid }] of this.#entries) {
      const object = this.#options.served(this.#objectKey(key));
      if (object) yield { uid, object };
    }
  }

  upsert(raw: unknown, apiVersion: string): string | undefined {
    const identity = identityOf(raw);
    if (!identity) {
      this.#badObjects++;
      return undefined;
    }
    const { namespace, name, uid, resourceVersion } = identity;
    const key = `${namespace}/${name}`;
    const before = this.#entries.get(key);
    // Most of a relist: one uid and resourceVersion is one state of an object, which need not be decoded again.
    if (before?.uid === uid && before.resourceVersion === resourceVersion && resourceVersion !== '') return key;
    if (!this.#isOfRevision(raw)) {
      this.#delete(key);
      return undefined;
    }
    const { kind, cluster, origin } = this.#options;
    const result = readObject({ ...(raw as object), apiVersion, kind }, origin);
    let object = result.type === 'object' ? result.object : undefined;
    if (object && cluster !== undefined) object = { ...object, meta: { ...object.meta, cluster } };
    const rejections = result.type === 'skipped' ? noRejections : result.rejections;
    this.#set(key, { uid, resourceVersion, rejections, object });
    return key;
  }

  remove(raw: unknown): void {
    const identity = identityOf(raw);
    if (!identity) {
      this.#badObjects++;
      return;
    }
    const key = `${identity.namespace}/${identity.name}`;
    const { uid } = this.#entries.get(key) ?? identity;
    // With another uid it was the predecessor of the object that exists now.
    if (uid === '' || identity.uid === '' || uid === identity.uid) this.#delete(key);
  }

  *retain(namespace: string | undefined, listed: ReadonlySet<string>): Iterable<void> {
    let visited = 0;
    for (const key of this.#entries.keys()) {
      if (!listed.has(key) && (namespace === undefined || namespaceOf(key) === namespace)) this.#delete(key);
      if (++visited % maxPerStep === 0) yield;
    }
  }

  /** Removes the objects of all other namespaces. */
  retainNamespaces(namespaces: ReadonlySet<string>): void {
    for (const key of this.#entries.keys()) if (!namespaces.has(namespaceOf(key))) this.#delete(key);
  }

  /** `isSelected` has changed for these namespaces. */
  reselect(namespaces: ReadonlySet<string>): void {
    for (const key of this.#entries.keys()) if (namespaces.has(namespaceOf(key))) this.#changed.add(key);
  }

  /** Adds an object of a snapshot. */
  load(uid: string, object: RegistryObject): void {
    const { namespace, name } = object.meta;
    this.#set(`${namespace}/${name}`, { uid, resourceVersion: '', rejections: noRejections, object });
  }

  count(namespace: string | undefined): number {
    if (namespace === undefined) return this.size;
    let count = 0;
    for (const key of this.#entries.keys()) if (namespaceOf(key) === namespace) count++;
    return count;
  }

  flush(): boolean {
    const changes: Change[] = [];
    const newRejections: Rejection[] = [];
    const repaired: string[] = [];
    let hasNewRejections = false;
    let left = maxPerStep;
    for (const key of this.#changed) {
      if (left-- === 0) break;
      this.#changed.delete(key);
      const entry = this.#entries.get(key);
      const isSelected = entry !== undefined && this.#options.isSelected(namespaceOf(key));
      const change = this.#flushObject(key, entry, isSelected);
      if (change) changes.push(change);

      const before = this.#rejections.get(key) ?? noRejections;
      const now = isSelected ? entry.rejections : noRejections;
      if ((before.length === 0 && now.length === 0) || isDeepStrictEqual(before, now)) continue;
      hasNewRejections = true;
      if (now.length > 0) this.#rejections.set(key, now);
      else this.#rejections.delete(key);
      newRejections.push(...now.filter((each) => !before.some((old) => isDeepStrictEqual(old, each))));
      if (now.length === 0 && entry) repaired.push(`${this.#options.kind} ${key}`);
    }
    if (changes.length > 0 || hasNewRejections) {
      this.#options.onFlush({ changes, hasNewRejections, newRejections, repaired });
    }
    return this.#changed.size === 0;
  }

  /** What changes for the sink, which has the object from now on where it is served. */
  #flushObject(key: string, entry: Entry | undefined, isSelected: boolean): Change | undefined {
    const before = this.#options.served(this.#objectKey(key));
    const object = entry?.object === 'served' ? before : entry?.object;
    if (entry) entry.object = object && isSelected ? 'served' : object;
    if (object && isSelected) return before && sameObject(before, object) ? undefined : { type: 'upsert', object };
    if (!before) return undefined;
    const { namespace, name, cluster } = before.meta;
    return { type: 'delete', kind: before.kind, namespace, name, ...(cluster === undefined ? {} : { cluster }) };
  }

  #set(key: string, entry: Entry): void {
    this.#entries.set(key, entry);
    this.#changed.add(key);
  }

  #delete(key: string): void {
    if (this.#entries.delete(key)) this.#changed.add(key);
  }

  #objectKey(key: string): string {
    const { kind, cluster } = this.#options;
    const namespace = namespaceOf(key);
    return keyOf(kind, namespace, key.slice(namespace.length + 1), cluster);
  }

  #isOfRevision(raw: unknown): boolean {
    const { revision } = this.#options;
    if (revision === undefined) return true;
    const label = asFields(asFields(asFields(raw)?.metadata)?.labels)?.['istio.io/rev'];
    return label === undefined || label === null || label === revision;
  }
}

function namespaceOf(key: string): string {
  return key.slice(0, key.indexOf('/'));
}
