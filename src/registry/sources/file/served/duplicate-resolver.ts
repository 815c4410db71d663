import { partsOfKey, type RegistryObject } from '../../../model/object.ts';
import type { Rejection } from '../../../model/rejection.ts';
import { sameObject } from '../../same-object.ts';
import type { Change } from '../../source.ts';
import { compareDeclarations, originOf, type Declaration } from '../declaration.ts';

/** A rejection with the file that it counts for. */
export interface FileRejection {
  readonly file: string;
  readonly rejection: Rejection;
}

/**
 * Of several declarations of one object the first one is published, and the others wait for it to be deleted. Objects that
 * are published are not kept here, for the sink has them; those that wait are.
 */
export class DuplicateResolver {
  readonly #published: (key: string) => RegistryObject | undefined;
  /** Key → its declaration, where there is only one. */
  readonly #single = new Map<string, Declaration>();
  /** Key → its declarations in order, where there are several. */
  readonly #contested = new Map<string, Declaration[]>();
  /** Keys of which the first declaration may have changed since the last `takeChanges`. */
  #touched = new Set<string>();

  /** @param published what the sink has under a key */
  constructor(published: (key: string) => RegistryObject | undefined) {
    this.#published = published;
  }

  add(declaration: Declaration): void {
    const { key } = declaration;
    if (key === undefined) return;
    const others = this.#declarationsOf(key);
    const [first] = others;
    if (!first || compareDeclarations(declaration, first) < 0) {
      if (first) this.#keepObject(key, first);
      others.unshift(declaration);
      this.#touched.add(key);
    } else {
      this.#keepObject(key, declaration);
      insert(others, declaration);
    }
    this.#store(key, others);
  }

  /** Declarations of one file are best removed last one first: then a key that thousands of them have costs no more. */
  remove(declaration: Declaration): void {
    const { key } = declaration;
    if (key === undefined) return;
    const declarations = this.#declarationsOf(key);
    const at = declarations.lastIndexOf(declaration);
    if (at < 0) return;
    declarations.splice(at, 1);
    if (at === 0) this.#touched.add(key);
    this.#store(key, declarations);
  }

  /**
   * What the sink has to apply since the last call, deletions last; `undefined` for a key where nothing changed. A change
   * counts as applied when it is given.
   */
  *takeChanges(): Generator<Change | undefined, undefined> {
    const touched = this.#touched;
    this.#touched = new Set();
    const deleted: string[] = [];
    for (const key of touched) {
      const first = this.#single.get(key) ?? this.#contested.get(key)?.[0];
      if (!first) deleted.push(key);
      yield first && this.#upsert(key, first);
    }
    for (const key of deleted) {
      const { kind, namespace, name } = partsOfKey(key);
      yield this.#published(key) && { type: 'delete', kind, namespace, name };
    }
    return undefined;
  }

  /**
   * One rejection for each declaration that comes after another, but for those that are only kept; of more than `limit`, one
   * that counts the rest.
   */
  duplicates(limit = Infinity): FileRejection[] {
    const found: FileRejection[] = [];
    let more = 0;
    for (const [key, [first, ...others]] of this.#contested) {
      const { kind, namespace, name } = partsOfKey(key);
      const object = `${kind} ${namespace}/${name}`;
      for (const other of others) {
        if (other.place.isKept === true) continue;
        if (found.length >= limit && ++more > 0) continue;
        const message = `${originOf(first!)} has the same kind, namespace and name, and is served`;
        const written = hostsAndAddressesOf((other.original ?? other).object);
        const origin = originOf(other);
        const rejection = { reason: 'duplicate', object, field: '', message, origin, written, isWhole: true } as const;
        found.push({ file: other.place.path, rejection });
      }
    }
    const { file = '' } = found.at(-1) ?? {};
    const message = `${more} more objects stand behind others of the same kind, namespace and name`;
    const rejection = { reason: 'duplicate', object: '', field: '', message, origin: file } as const;
    return more === 0 ? found : [...found, { file, rejection }];
  }

  #upsert(key: string, declaration: Declaration): Change | undefined {
    const original = declaration.original ?? declaration;
    const { object } = original;
    if (!object) return undefined;
    original.object = undefined;
    const before = this.#published(key);
    if (before && sameObject(before, object)) return undefined;
    return { type: 'upsert', object: { ...object, meta: { ...object.meta, origin: { text: originOf(declaration) } } } };
  }

  /**
   * For a declaration that waits behind another. What was published is still with the sink; what was just read may hold
   * windows into the text of its file, and would keep all of it in memory.
   */
  #keepObject(key: string, declaration: Declaration): void {
    const original = declaration.original ?? declaration;
    original.object = original.object ? structuredClone(original.object) : this.#published(key);
  }

  #declarationsOf(key: string): Declaration[] {
    const single = this.#single.get(key);
    return single ? [single] : (this.#contested.get(key) ?? []);
  }

  #store(key: string, declarations: Declaration[]): void {
    const [first, second] = declarations;
    if (second) this.#contested.set(key, declarations);
    else this.#contested.delete(key);
    if (first && !second) this.#single.set(key, first);
    else this.#single.delete(key);
  }
}

/** For whoever looks for a host of an object that is not served. */
function hostsAndAddressesOf(object: RegistryObject | undefined): readonly string[] {
  return object?.kind === 'ServiceEntry' ? [...object.hosts, ...object.vips] : [];
}

function insert(declarations: Declaration[], declaration: Declaration): void {
  let [low, high] = [0, declarations.length];
  // Most come in order.
  if (compareDeclarations(declarations[high - 1]!, declaration) < 0) low = high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareDeclarations(declarations[middle]!, declaration) < 0) low = middle + 1;
    else high = middle;
  }
  declarations.splice(low, 0, declaration);
}
