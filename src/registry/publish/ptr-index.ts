import { PackedMap } from '../../collections/packed-map.ts';
import { encodeName } from '../../wire/name.ts';
import { reverseName } from '../model/reverse-name.ts';
import { visibilityOf, type NameLayer, type Visibility } from './name-layers.ts';
import { isBefore, type PtrCandidate } from './ptr-candidates.ts';
import { ptrLayer } from './ptr-layer.ts';

/** What an address has, and who saw its PTR records when they were published last. */
interface Entry {
  /** In order: a host that shares the address with thousands costs a search and not a sort. */
  readonly candidates: PtrCandidate[];
  readonly seenBy: Visibility | undefined;
}

/** A reverse name whose PTR records may have changed. */
export interface PtrChange {
  /** In presentation form, without trailing dot. */
  readonly name: string;
  readonly layer: NameLayer | undefined;
  readonly seenBefore: Visibility | undefined;
  readonly seenBy: Visibility | undefined;
}

/**
 * Which hosts have an address, oldest first, and so its PTR records (docs/semantics.md section 7).
 *
 * Of an address that one host has, for everybody, only the host is kept: its candidate is made again when it is needed.
 */
export class PtrIndex {
  /** Address → the one host that has it, for everybody. */
  readonly #only = new PackedMap();
  /** All other addresses. */
  readonly #entries = new Map<string, Entry>();
  /** Those that have changed since the last `flush`. */
  #touched = new Map<string, Entry>();
  readonly #candidateOf: (host: string, address: string) => PtrCandidate | undefined;

  /** `candidateOf` makes the candidate of a host for an address from what the registry has now. */
  constructor(candidateOf: (host: string, address: string) => PtrCandidate | undefined) {
    this.#candidateOf = candidateOf;
  }

  /** The hosts that have an address (canonical), in order, for whomever. */
  candidatesOf(address: string): readonly PtrCandidate[] {
    return (this.#touched.get(address) ?? this.#entryOf(address)).candidates;
  }

  /** The addresses that some host has. */
  *addresses(): Iterable<string> {
    yield* this.#only.keys();
    yield* this.#entries.keys();
  }

  /** A host has other addresses than before, or other candidates for them. */
  update(host: string, before: readonly string[], after: ReadonlyMap<string, PtrCandidate>): void {
    const had = new Set(before);
    for (const address of new Set([...before, ...after.keys()])) {
      const { candidates } = this.#touch(address, host);
      const own = had.has(address) ? candidates.findIndex((each) => each.host === host) : -1;
      if (own >= 0) candidates.splice(own, 1);
      const candidate = after.get(address);
      if (candidate) candidates.splice(placeOf(candidate, candidates), 0, candidate);
    }
  }

  /** What has changed since the last call. */
  *flush(): Iterable<PtrChange> {
    const touched = this.#touched;
    this.#touched = new Map();
    for (const [address, { candidates, seenBy: seenBefore }] of touched) {
      const name = reverseName(address);
      const layer = ptrLayer(encodeName(name)!, address, candidates);
      const seenBy = layer && visibilityOf(layer);
      this.#keep(address, { candidates, seenBy });
      yield { name, layer, seenBefore, seenBy };
    }
  }

  #touch(address: string, host: string): Entry {
    let entry = this.#touched.get(address);
    if (!entry) {
      // The candidate of the host itself is about to be replaced.
      const isOwn = this.#only.get(address) === host;
      entry = isOwn ? { candidates: [], seenBy: 'everybody' } : this.#entryOf(address);
      this.#touched.set(address, entry);
    }
    return entry;
  }

  #entryOf(address: string): Entry {
    const entry = this.#entries.get(address);
    if (entry) return entry;
    const host = this.#only.get(address);
    if (host === undefined) return { candidates: [], seenBy: undefined };
    const candidate = this.#candidateOf(host, address);
    return { candidates: candidate ? [candidate] : [], seenBy: 'everybody' };
  }

  #keep(address: string, entry: Entry): void {
    const { candidates } = entry;
    const only = candidates.length === 1 ? candidates[0]! : undefined;
    const isForAll = only !== undefined && only.ptrs.isUniform && !only.limited;
    if (isForAll) this.#only.set(address, only.host);
    else this.#only.delete(address);
    if (isForAll || candidates.length === 0) this.#entries.delete(address);
    else this.#entries.set(address, entry);
  }
}

/** Where a candidate belongs among those that are in order. */
function placeOf(candidate: PtrCandidate, candidates: readonly PtrCandidate[]): number {
  let low = 0;
  let high = candidates.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(candidates[middle]!, candidate)) low = middle + 1;
    else high = middle;
  }
  return low;
}
