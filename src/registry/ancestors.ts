/** Who sees a name: everybody, or the clients of some namespaces. */
export interface Visibility {
  readonly all: boolean;
  readonly namespaces: ReadonlySet<string>;
}

export const everybody: Visibility = { all: true, namespaces: new Set() };

/** How many descendants of a name are seen by whom. */
interface Counts {
  all: number;
  /** Of those that not everybody sees; `undefined` where there are none. */
  namespaces: Map<string, number> | undefined;
}

/**
 * Counts the served names below each name: an ancestor of a served name exists (RFC 8020), for those who see the served
 * name. `onChange` is called when a name comes into being or goes, or is seen by others than before.
 */
export class Ancestors {
  readonly #counts = new Map<string, Counts>();
  readonly #onChange: (name: string) => void;

  constructor(onChange: (name: string) => void) {
    this.#onChange = onChange;
  }

  /** Who sees that the name has descendants; `undefined` where it has none. */
  seenBy(name: string): Visibility | undefined {
    const counts = this.#counts.get(name);
    return counts && { all: counts.all > 0, namespaces: new Set(counts.namespaces?.keys()) };
  }

  /** A name is seen by others than before; `undefined` where it is not served. */
  move(host: string, before: Visibility | undefined, after: Visibility | undefined): void {
    if (before === after) return;
    for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
      const name = host.slice(dot + 1);
      const counts = this.#counts.get(name) ?? { all: 0, namespaces: undefined };
      this.#counts.set(name, counts);
      const added = after ? count(counts, after, 1) : false;
      const removed = before ? count(counts, before, -1) : false;
      if (counts.all === 0 && !counts.namespaces) this.#counts.delete(name);
      if (added || removed) this.#onChange(name);
    }
  }
}

/** Counts one name up or down; returns whether somebody sees the first or no longer any. */
function count(counts: Counts, { all, namespaces }: Visibility, step: 1 | -1): boolean {
  const edge = step === 1 ? 1 : 0;
  if (all) {
    counts.all += step;
    return counts.all === edge;
  }
  let changed = false;
  for (const namespace of namespaces) {
    const map = (counts.namespaces ??= new Map<string, number>());
    const left = (map.get(namespace) ?? 0) + step;
    if (left > 0) map.set(namespace, left);
    else map.delete(namespace);
    if (map.size === 0) counts.namespaces = undefined;
    changed = left === edge || changed;
  }
  return changed;
}
