import { asFields } from '../../../runtime/untyped.ts';
import { isDeepStrictEqual } from 'node:util';
import { sameObject } from '../same-object.ts';
import { keyOf, type ObjectKind, type Origin, type RegistryObject } from '../../model/object.ts';
import { objectOfText, textOfObject } from '../../store/object-text.ts';
import { PackedMap } from '../../../collections/packed-map.ts';
import { readObject } from '../../decode/object.ts';
import type { Rejection } from '../../model/rejection.ts';
import type { Change } from '../source.ts';
import { known, namespaceOf, stampFor, stampOf, uidOf } from './known.ts';
import { identityOf, type Identity, type Listing, type Receiver } from '../../../kubernetes/receiver.ts';
import { SeenKeys } from './seen-keys.ts';

/** What is told at one flush. */
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
  /** What the sink has under a key (`objectKey`). */
  readonly served: (key: string) => RegistryObject | undefined;
  /** The sink is told, if it is, before this returns. */
  readonly onFlush: (difference: Difference) => void;
}

/** What has become of an object since the last flush. */
interface Pending {
  readonly namespace: string;
  readonly stamp: string;
  /** `undefined` where it cannot be served, or is gone. */
  readonly object: RegistryObject | undefined;
  readonly rejections: readonly Rejection[];
  readonly exists: boolean;
}

const noRejections: readonly Rejection[] = [];
/** Objects that are told at a time, and that are looked at: a few milliseconds. */
const maxTold = 256;
const maxVisited = 2048;

/** Something that is to be done with each object, by and by. */
interface Sweep {
  readonly keys: Iterator<string>;
  readonly visit: (key: string) => void;
}

/**
 * The slim objects of one kind and cluster. Whatever happens between two flushes becomes one difference to what the sink
 * was told, with at most one change per object. An object that was deleted and created again by the same name is one
 * upsert of the whole new object: the registry takes the old one out and puts the new one in with no answer in between.
 */
export class ObjectSet implements Receiver {
  readonly #options: ObjectSetOptions;
  /** `NAMESPACE/NAME` of what exists → what is known of it. The objects themselves are where the sink has them. */
  readonly #known = new PackedMap();
  readonly #pending = new Map<string, Pending>();
  /** Of objects that exist, visible or not. */
  readonly #leftOut = new Map<string, readonly Rejection[]>();
  readonly #rejected = new Map<string, readonly Rejection[]>();
  readonly #sweeps: Sweep[] = [];
  #badObjects = 0;

  constructor(options: ObjectSetOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.count(undefined);
  }

  /** Objects without so much as a name, that came since the start. */
  get badObjects(): number {
    return this.#badObjects;
  }

  get rejections(): readonly Rejection[] {
    return [...this.#rejected.values()].flat();
  }

  /** What the sink has, with uid, each as it is when it is asked for. */
  *served(): Iterable<{ uid: string; object: RegistryObject }> {
    for (const key of this.#known.liveKeys()) {
      const text = this.#known.get(key);
      const object = text?.startsWith(known.served) === true ? this.#told(key) : undefined;
      if (object) yield { uid: uidOf(stampOf(text!)), object };
    }
  }

  upsert(raw: unknown, apiVersion: string): string | undefined {
    const identity = identityOf(raw);
    if (!identity) {
      this.#badObjects++;
      return undefined;
    }
    if (this.#isAsBefore(identity)) return identity.key;
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
    if (!identity) {
      this.#badObjects++;
      return;
    }
    const { key } = identity;
    const uid = uidOf(this.#pending.get(key)?.stamp ?? stampOf(this.#known.get(key) ?? ''));
    // The end of one that was followed by another of the same name says nothing about that.
    if (uid === '' || identity.uid === '' || uid === identity.uid) this.#forget(key);
  }

  beginList(namespace: string | undefined): Listing {
    const seen = new SeenKeys(this.#known);
    return { saw: (key) => seen.add(key), end: () => this.#retain(namespace, seen) };
  }

  /** Takes out what is in no namespace of these, while it is flushed. */
  retainNamespaces(namespaces: ReadonlySet<string>): void {
    this.#sweep((key) => {
      if (!namespaces.has(namespaceOf(key))) this.#forget(key);
    });
  }

  count(namespace: string | undefined): number {
    let count = 0;
    if (namespace === undefined) count = this.#known.size;
    else for (const key of this.#known.keys()) if (namespaceOf(key) === namespace) count++;
    for (const [key, pending] of this.#pending) {
      if ((namespace === undefined || pending.namespace === namespace) && !this.#known.has(key)) count++;
    }
    return count;
  }

  /** Puts in an object of a snapshot. */
  load(uid: string, object: RegistryObject): void {
    const { namespace, name } = object.meta;
    this.#put({ key: `${namespace}/${name}`, namespace, uid, resourceVersion: '' }, object, noRejections);
  }

  /** `isVisible` says something else than before of these; it is told while all is flushed. */
  revisit(namespaces: ReadonlySet<string>): void {
    this.#sweep((key) => {
      const namespace = namespaceOf(key);
      const text = this.#known.get(key);
      if (!namespaces.has(namespace) || text === undefined || this.#pending.has(key)) return;
      const rejections = this.#leftOut.get(key) ?? noRejections;
      const pending = { namespace, stamp: stampOf(text), object: this.#kept(key, text), rejections, exists: true };
      this.#pending.set(key, pending);
    });
  }

  flush(): boolean {
    if (this.#pending.size < maxTold) this.#visitSome();
    if (this.#pending.size > 0) this.#tellSome();
    return this.#pending.size === 0 && this.#sweeps.length === 0;
  }

  #tellSome(): void {
    const changes: Change[] = [];
    const healed: string[] = [];
    const newRejections: Rejection[] = [];
    let hasNewRejections = false;
    let left = maxTold;
    for (const [key, pending] of this.#pending) {
      if (left-- === 0) break;
      this.#pending.delete(key);
      const isServed = pending.exists && this.#options.isVisible(pending.namespace);
      const change = this.#changeOf(key, isServed ? pending.object : undefined);
      if (change) changes.push(change);
      this.#remember(key, pending, isServed);

      const before = this.#rejected.get(key) ?? noRejections;
      const now = isServed ? pending.rejections : noRejections;
      if ((before.length === 0 && now.length === 0) || isDeepStrictEqual(before, now)) continue;
      hasNewRejections = true;
      if (now.length > 0) this.#rejected.set(key, now);
      else this.#rejected.delete(key);
      newRejections.push(...now.filter((each) => !before.some((old) => isDeepStrictEqual(old, each))));
      if (now.length === 0 && pending.exists) healed.push(`${this.#options.kind} ${key}`);
    }
    if (changes.length > 0 || hasNewRejections) {
      this.#options.onFlush({ changes, hasNewRejections, healed, newRejections });
    }
  }

  #changeOf(key: string, now: RegistryObject | undefined): Change | undefined {
    const before = this.#known.get(key)?.startsWith(known.served) === true ? this.#told(key) : undefined;
    if (now) return before && sameObject(before, now) ? undefined : { type: 'upsert', object: now };
    if (!before) return undefined;
    const { namespace, name, cluster } = before.meta;
    return { type: 'delete', kind: before.kind, namespace, name, ...(cluster === undefined ? {} : { cluster }) };
  }

  #remember(key: string, { stamp, object, rejections, exists }: Pending, isServed: boolean): void {
    if (exists && rejections.length > 0) this.#leftOut.set(key, rejections);
    else this.#leftOut.delete(key);
    if (!exists) this.#known.delete(key);
    else if (!object) this.#known.set(key, known.unusable + stamp);
    else if (isServed) this.#known.set(key, known.served + stamp);
    else this.#known.set(key, `${known.hidden}${stamp}\n${textOfObject(object)}`);
  }

  /** The object that is known under a key, served or not. */
  #kept(key: string, text: string): RegistryObject | undefined {
    if (text.startsWith(known.served)) return this.#told(key);
    if (!text.startsWith(known.hidden)) return undefined;
    return objectOfText(this.#objectKey(key), text.slice(text.indexOf('\n') + 1));
  }

  #told(key: string): RegistryObject | undefined {
    return this.#options.served(this.#objectKey(key));
  }

  #objectKey(key: string): string {
    const { kind, cluster } = this.#options;
    const namespace = namespaceOf(key);
    return keyOf(kind, namespace, key.slice(namespace.length + 1), cluster);
  }

  /** Visits all that is known now, some at each flush. What comes later is right from the start. */
  #sweep(visit: (key: string) => void): void {
    this.#sweeps.push({ keys: this.#known.liveKeys()[Symbol.iterator](), visit });
  }

  #visitSome(): void {
    for (let left = maxVisited; left > 0 && this.#pending.size < maxTold; left--) {
      const [sweep] = this.#sweeps;
      if (!sweep) return;
      const next = sweep.keys.next();
      if (next.done === true) this.#sweeps.shift();
      else sweep.visit(next.value);
    }
  }

  /**
   * Whether the API server has told this state of the object before, so that it need not be read again: most of a list that
   * is not the first. Objects with one uid and resourceVersion are one and the same (Kubernetes API concepts, "Resource
   * versions").
   */
  #isAsBefore(identity: Identity): boolean {
    const { key, resourceVersion } = identity;
    if (resourceVersion === '' || this.#pending.has(key)) return false;
    const text = this.#known.get(key);
    return text !== undefined && stampOf(text) === stampFor(identity);
  }

  #put(identity: Identity, object: RegistryObject | undefined, rejections: readonly Rejection[]): void {
    const { key, namespace } = identity;
    this.#pending.set(key, { namespace, stamp: stampFor(identity), object, rejections, exists: true });
  }

  *#retain(namespace: string | undefined, seen: SeenKeys): Iterable<void> {
    // Then all that exists is known.
    while (!this.flush()) yield;
    let count = 0;
    for (const key of seen.unseen()) {
      if (namespace === undefined || namespaceOf(key) === namespace) this.#forget(key);
      if (++count % maxTold > 0) continue;
      this.flush();
      yield;
    }
  }

  #forget(key: string): void {
    if (!this.#known.has(key) && !this.#pending.has(key)) return;
    const gone = { stamp: '', object: undefined, rejections: noRejections, exists: false };
    this.#pending.set(key, { namespace: namespaceOf(key), ...gone });
  }

  #isOfRevision(raw: unknown): boolean {
    const { revision } = this.#options;
    if (revision === undefined) return true;
    const label = asFields(asFields(asFields(raw)?.metadata)?.labels)?.['istio.io/rev'];
    return label === undefined || label === null || label === revision;
  }
}
