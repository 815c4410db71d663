import { RareMap } from '../../collections/rare-map.ts';

/** Who sees a name: everybody, or the clients of some namespaces. */
export interface Visibility {
  readonly all: boolean;
  readonly namespaces: ReadonlySet<string>;
}

/** Changed in place: one look-up in the map counts. */
interface Count {
  readonly name: string;
  descendants: number;
}

/** A power of two. */
const recentSlots = 256;

export const everybody: Visibility = { all: true, namespaces: new Set() };

/**
 * Counts the served names below each name: an ancestor of a served name exists (RFC 8020), for those who see the served
 * name. `onChange` is called when a name comes into being or goes, or is seen by others than before.
 *
 * A million hosts may have a million parents: a name that has one descendant, for everybody, is not counted where
 * `isKnown` says that it is served as an ancestor and as nothing else.
 */
export class EmptyNonTerminals {
  /** Descendants that everybody sees. */
  readonly #all = new Map<string, Count>();
  /** Those that not everybody sees, by namespace; no empty maps. */
  readonly #byNamespace = new RareMap<Map<string, number>>();
  /**
   * Those that were found last, by `recentSlot`: hosts that come one after the other share their ends, and to compare such a
   * text, which was cut out a moment ago, takes less than to look it up.
   */
  readonly #recent = new Array<Count | undefined>(recentSlots).fill(undefined);
  readonly #onChange: (name: string) => void;
  readonly #isKnown: (name: string) => boolean;

  constructor(onChange: (name: string) => void, isKnown: (name: string) => boolean = () => false) {
    this.#onChange = onChange;
    this.#isKnown = isKnown;
  }

  /** Who sees that the name has descendants; `undefined` where it has none. */
  seenBy(name: string): Visibility | undefined {
    const all = this.#countOf(name) > 0;
    const namespaces = this.#byNamespace.get(name);
    if (!namespaces) return all ? everybody : undefined;
    return { all, namespaces: new Set(namespaces.keys()) };
  }

  /** A name that `isKnown` knows will be served as something else. */
  remember(name: string): void {
    if (!this.#all.has(name)) this.#put(name, 1);
  }

  /** A name is seen by others than before; `undefined` where it is not served. */
  move(host: string, before: Visibility | undefined, after: Visibility | undefined): void {
    if (before === after) return;
    for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
      const name = host.slice(dot + 1);
      const added = after ? this.#count(name, after, 1) : false;
      const removed = before ? this.#count(name, before, -1) : false;
      if (!added && !removed) continue;
      this.#onChange(name);
      const all = this.#all.get(name)?.descendants;
      if (all === 0 || (all === 1 && this.#isKnown(name))) this.#forget(name);
    }
  }

  #find(name: string): Count | undefined {
    const slot = recentSlot(name);
    const recent = this.#recent[slot];
    if (recent?.name === name) return recent;
    const count = this.#all.get(name);
    if (count) this.#recent[slot] = count;
    return count;
  }

  #put(name: string, descendants: number): Count {
    const count = { name: unsliced(name), descendants };
    this.#all.set(count.name, count);
    return count;
  }

  #forget(name: string): void {
    this.#all.delete(name);
    const slot = recentSlot(name);
    if (this.#recent[slot]?.name === name) this.#recent[slot] = undefined;
  }

  #countOf(name: string): number {
    return this.#all.get(name)?.descendants ?? (this.#isKnown(name) ? 1 : 0);
  }

  /** Counts one name up or down; returns whether somebody sees the first or no longer any. */
  #count(name: string, { all, namespaces }: Visibility, step: 1 | -1): boolean {
    const edge = step === 1 ? 1 : 0;
    if (all) {
      const known = this.#find(name) ?? this.#put(name, this.#isKnown(name) ? 1 : 0);
      known.descendants += step;
      return known.descendants === edge;
    }
    let changed = false;
    for (const namespace of namespaces) {
      const map = this.#byNamespace.get(name) ?? new Map<string, number>();
      const left = (map.get(namespace) ?? 0) + step;
      if (left > 0) map.set(namespace, left);
      else map.delete(namespace);
      if (map.size === 0) this.#byNamespace.delete(name);
      else this.#byNamespace.set(name, map);
      changed = left === edge || changed;
    }
    return changed;
  }
}

/** Names that come one after the other differ at the end of their first label, if at all: `team-1`, `team-2`. */
function recentSlot(name: string): number {
  const dot = name.indexOf('.');
  const end = dot < 0 ? name.length : dot;
  const last = name.charCodeAt(end - 1) + 16 * name.charCodeAt(Math.max(0, end - 2));
  return (name.length + last) & (recentSlots - 1);
}

/** A part of a string keeps all of it alive, which is a host that nobody else may remember. */
function unsliced(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
