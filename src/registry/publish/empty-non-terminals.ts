import type { Visibility } from './name-layers.ts';
import { ownText } from '../../collections/own-text.ts';

/**
 * Counts the served names below each name: a name above a served one exists (RFC 8020), for those who see the served
 * name. `onChange` is called when a name comes into being or goes, or is seen by others than before.
 */
export class EmptyNonTerminals {
  /** How many names below a name everybody sees. */
  readonly #all = new Map<string, number>();
  /** How many the clients of each namespace see beside these; no empty maps. */
  readonly #byNamespace = new Map<string, Map<string, number>>();
  readonly #onChange: (name: string) => void;

  constructor(onChange: (name: string) => void) {
    this.#onChange = onChange;
  }

  /** Who sees that there are names below this one; `undefined` where there are none. */
  seenBy(name: string): Visibility | undefined {
    if (this.#all.has(name)) return 'everybody';
    const namespaces = this.#byNamespace.get(name);
    return namespaces && new Set(namespaces.keys());
  }

  /** A name is seen by others than before; `undefined` where it is not served. */
  move(name: string, before: Visibility | undefined, after: Visibility | undefined): void {
    if (before === after) return;
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      const above = name.slice(dot + 1);
      const added = after !== undefined && this.#count(above, after, 1);
      const removed = before !== undefined && this.#count(above, before, -1);
      if (added || removed) this.#onChange(above);
    }
  }

  /** Counts up or down; returns whether for somebody it is the first name, or was the last one. */
  #count(name: string, seenBy: Visibility, step: 1 | -1): boolean {
    if (seenBy === 'everybody') return count(this.#all, name, step);
    const namespaces = this.#byNamespace.get(name) ?? new Map<string, number>();
    this.#byNamespace.set(name, namespaces);
    let changed = false;
    for (const namespace of seenBy) changed = count(namespaces, namespace, step) || changed;
    if (namespaces.size === 0) this.#byNamespace.delete(name);
    return changed;
  }
}

function count(counts: Map<string, number>, key: string, step: 1 | -1): boolean {
  const before = counts.get(key);
  if (before === undefined) counts.set(ownText(key), step);
  else if (before + step === 0) counts.delete(key);
  else counts.set(key, before + step);
  return before === undefined || before + step === 0;
}
