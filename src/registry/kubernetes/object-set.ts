import { isDeepStrictEqual } from 'node:util';
import { sameObject } from '../file/same-object.ts';
import type { ObjectKind, Origin, RegistryObject } from '../object.ts';
import { asFields } from '../read/fields.ts';
import { readObject } from '../read/object.ts';
import type { Rejection } from '../rejection.ts';
import type { Change } from '../source.ts';
import { identityOf, type Receiver } from './receiver.ts';

/** What became of one flush. */
export interface Difference {
  readonly changes: readonly Change[];
  /** Whether `rejections` is another list than before. */
  readonly hasNewRejections: boolean;
  /** Objects of which nothing is left out any more. */
  readonly healed: readonly string[];
  readonly newRejections: readonly Rejection[];
}

export interface ObjectSetOptions {
  readonly kind: ObjectKind;
  /** Put into the objects where there are several clusters. */
  readonly cluster: string | undefined;
  readonly origin: Origin;
  /** Objects with another label `istio.io/rev` are left out; `undefined` to take all. */
  readonly revision: string | undefined;
  readonly isVisible: (namespace: string) => boolean;
  readonly onFlush: (difference: Difference) => void;
}

/** An object that exists in the cluster, or did until the next flush. */
interface Entry {
  readonly namespace: string;
  uid: string;
  /** `undefined` where it cannot be served, or is gone. */
  object: RegistryObject | undefined;
  /** What the sink knows. */
  told: RegistryObject | undefined;
  rejections: readonly Rejection[];
  exists: boolean;
}

const noRejections: readonly Rejection[] = [];

/**
 * The slim objects of one kind and cluster. Whatever happens between two flushes becomes one difference to what the sink
 * was told, with at most one change per object. An object that was deleted and created again by the same name is one
 * upsert of the whole new object: the registry takes the old one out and puts the new one in with no answer in between.
 */
export class ObjectSet implements Receiver {
  readonly #options: ObjectSetOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #dirty = new Set<string>();
  readonly #rejected = new Map<string, readonly Rejection[]>();
  #badObjects = 0;

  constructor(options: ObjectSetOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Objects without so much as a name, that came since the start. */
  get badObjects(): number {
    return this.#badObjects;
  }

  get rejections(): readonly Rejection[] {
    return [...this.#rejected.values()].flat();
  }

  /** What the sink knows, with uid. */
  *served(): Iterable<{ uid: string; object: RegistryObject }> {
    for (const { uid, told } of this.#entries.values()) if (told) yield { uid, object: told };
  }

  upsert(raw: unknown, apiVersion: string): string | undefined {
    const identity = identityOf(raw);
    if (!identity) {
      this.#badObjects++;
      return undefined;
    }
    if (!this.#isOfRevision(raw)) {
      this.#forget(identity.key);
      return undefined;
    }
    const { kind, cluster, origin } = this.#options;
    const result = readObject({ ...(raw as object), apiVersion, kind }, origin);
    let object = result.type === 'object' ? result.object : undefined;
    if (object && cluster !== undefined) object = { ...object, meta: { ...object.meta, cluster } };
    this.#put(identity, object, result.type === 'skipped' ? noRejections : result.rejections);
    return identity.key;
  }

  remove(raw: unknown): void {
    const identity = identityOf(raw);
    const entry = identity && this.#entries.get(identity.key);
    if (!identity) this.#badObjects++;
    // The end of one that was followed by another of the same name says nothing about that.
    if (entry && (entry.uid === '' || identity.uid === '' || entry.uid === identity.uid)) this.#forget(identity.key);
  }

  retain(namespace: string | undefined, seen: ReadonlySet<string>): void {
    for (const [key, entry] of this.#entries) {
      if ((namespace === undefined || entry.namespace === namespace) && !seen.has(key)) this.#forget(key);
    }
  }

  /** Takes out what is in no namespace of these. */
  retainNamespaces(namespaces: ReadonlySet<string>): void {
    for (const [key, { namespace }] of this.#entries) if (!namespaces.has(namespace)) this.#forget(key);
  }

  count(namespace: string | undefined): number {
    if (namespace === undefined) return this.#entries.size;
    let count = 0;
    for (const entry of this.#entries.values()) if (entry.namespace === namespace) count++;
    return count;
  }

  /** Puts in an object of a snapshot. */
  load(uid: string, object: RegistryObject): void {
    const { namespace, name } = object.meta;
    this.#put({ key: `${namespace}/${name}`, namespace, uid }, object, noRejections);
  }

  /** `isVisible` says something else than before of these. */
  revisit(namespaces: ReadonlySet<string>): void {
    for (const [key, { namespace }] of this.#entries) if (namespaces.has(namespace)) this.#dirty.add(key);
  }

  flush(): void {
    if (this.#dirty.size === 0) return;
    const changes: Change[] = [];
    const healed: string[] = [];
    const newRejections: Rejection[] = [];
    let hasNewRejections = false;
    for (const key of this.#dirty) {
      const entry = this.#entries.get(key);
      if (!entry) continue;
      const isServed = entry.exists && this.#options.isVisible(entry.namespace);
      const change = this.#changeOf(entry, isServed ? entry.object : undefined);
      if (change) changes.push(change);
      if (!entry.exists) this.#entries.delete(key);

      const before = this.#rejected.get(key) ?? noRejections;
      const now = isServed ? entry.rejections : noRejections;
      if ((before.length === 0 && now.length === 0) || isDeepStrictEqual(before, now)) continue;
      hasNewRejections = true;
      if (now.length > 0) this.#rejected.set(key, now);
      else this.#rejected.delete(key);
      newRejections.push(...now.filter((each) => !before.some((old) => isDeepStrictEqual(old, each))));
      if (now.length === 0 && entry.exists) healed.push(`${this.#options.kind} ${key}`);
    }
    this.#dirty.clear();
    if (changes.length > 0 || hasNewRejections) {
      this.#options.onFlush({ changes, hasNewRejections, healed, newRejections });
    }
  }

  #changeOf(entry: Entry, now: RegistryObject | undefined): Change | undefined {
    const before = entry.told;
    if (now && before && sameObject(before, now)) {
      // One copy is enough.
      entry.object = before;
      return undefined;
    }
    entry.told = now;
    if (now) return { type: 'upsert', object: now };
    if (!before) return undefined;
    const { namespace, name, cluster } = before.meta;
    return { type: 'delete', kind: before.kind, namespace, name, ...(cluster === undefined ? {} : { cluster }) };
  }

  #put(
    { key, namespace, uid }: { key: string; namespace: string; uid: string },
    object: RegistryObject | undefined,
    rejections: readonly Rejection[],
  ): void {
    const entry = this.#entries.get(key);
    if (entry) Object.assign(entry, { uid, object, rejections, exists: true });
    else this.#entries.set(key, { namespace, uid, object, told: undefined, rejections, exists: true });
    this.#dirty.add(key);
  }

  #forget(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    Object.assign(entry, { object: undefined, rejections: noRejections, exists: false });
    this.#dirty.add(key);
  }

  #isOfRevision(raw: unknown): boolean {
    const { revision } = this.#options;
    if (revision === undefined) return true;
    const label = asFields(asFields(asFields(raw)?.metadata)?.labels)?.['istio.io/rev'];
    return label === undefined || label === null || label === revision;
  }
}
