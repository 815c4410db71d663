import { encodeName } from '../../wire/name.ts';
import { reverseName } from '../../wire/reverse-name.ts';
import { visibilityOf, type NameLayer, type Visibility } from './name-layers.ts';
import { isBefore, type PtrCandidate } from './ptr-candidates.ts';
import { ptrLayer } from './ptr-layer.ts';
import type { PublishedHosts } from './published-hosts.ts';

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
 * Of an address that one host has, for everybody, nothing is kept: its candidate is made again when it is needed.
 */
export class PtrIndex {
  readonly #hosts: Pick<PublishedHosts, 'hostsAt' | typeof Symbol.iterator>;
  readonly #candidateOf: (host: string, address: string) => PtrCandidate | undefined;
  /** All other addresses. */
  readonly #entries = new Map<string, Entry>();
  /** Those that have changed since the last `flush`. */
  #touched = new Map<string, Entry>();

  /** `candidateOf` makes the candidate of a host for an address from what the registry has now. */
  constructor(
    hosts: Pick<PublishedHosts, 'hostsAt' | typeof Symbol.iterator>,
    candidateOf: (host: string, address: string) => PtrCandidate | undefined,
  ) {
    this.#hosts = hosts;
    this.#candidateOf = candidateOf;
  }

  /** The hosts that have an address (canonical), in order, for whomever. */
  candidatesOf(address: string): readonly PtrCandidate[] {
    return (this.#entryOf(address) ?? this.#madeAgain(address)).candidates;
  }

  /** The addresses that some host has. */
  *addresses(): Iterable<string> {
    yield* this.#entries.keys();
    for (const [, { addresses }] of this.#hosts) for (const each of addresses) if (!this.#entries.has(each)) yield each;
  }

  /** A host has other addresses than before, or other candidates for them. */
  update(host: string, before: readonly string[], after: ReadonlyMap<string, PtrCandidate>): void {
    for (const address of before) {
      // A host that was the only one is not made again: it is about to be replaced.
      const { candidates } = this.#touch(address, this.#entryOf(address) ?? { candidates: [], seenBy: 'everybody' });
      const own = candidates.findIndex((each) => each.host === host);
      if (own >= 0) candidates.splice(own, 1);
      const candidate = after.get(address);
      if (candidate) insert(candidate, candidates);
    }
    const had = new Set(before);
    for (const [address, candidate] of after) {
      if (had.has(address)) continue;
      insert(candidate, this.#touch(address, this.#entryOf(address) ?? this.#madeAgain(address, host)).candidates);
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

  #touch(address: string, entry: Entry): Entry {
    this.#touched.set(address, entry);
    return entry;
  }

  #entryOf(address: string): Entry | undefined {
    return this.#touched.get(address) ?? this.#entries.get(address);
  }

  /** The entry of an address that has none: that of its only host, but for one that comes to it. */
  #madeAgain(address: string, newHost?: string): Entry {
    const host = this.#hosts.hostsAt(address).find((each) => each !== newHost);
    if (host === undefined) return { candidates: [], seenBy: undefined };
    const candidate = this.#candidateOf(host, address);
    return { candidates: candidate ? [candidate] : [], seenBy: 'everybody' };
  }

  #keep(address: string, entry: Entry): void {
    const [first] = entry.candidates;
    const isOnly = entry.candidates.length === 1 && first!.ptrs.isUniform && !first!.limited;
    if (isOnly || !first) this.#entries.delete(address);
    else this.#entries.set(address, entry);
  }
}

/** Puts a candidate in its place among those that are in order. */
function insert(candidate: PtrCandidate, candidates: PtrCandidate[]): void {
  let low = 0;
  let high = candidates.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(candidates[middle]!, candidate)) low = middle + 1;
    else high = middle;
  }
  candidates.splice(low, 0, candidate);
}
