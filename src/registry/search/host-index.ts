import type { Clock } from '../../runtime/clock.ts';
import { workInSlices, type Work } from '../../runtime/sliced-work.ts';
import { isAtOrBelow } from '../../wire/zone-text.ts';
import type { ServiceEntry } from '../model/object.ts';
import type { HostObserver, Registry } from '../registry.ts';
import { resolveHost } from '../resolve/resolve-host.ts';
import type { HostAnswer } from '../resolve/answer.ts';
import type { ViewMap } from '../resolve/view-map.ts';
import { isSameRow, type HostChange } from './host-change.ts';
import { hostRow, SharedLists, type HostRow, type SearchedAnswer, type SearchedType } from './host-row.ts';

/** Of the work in one go while the hosts are read that are there already. */
const sliceMs = 10;
/** Changes that are remembered. */
export const maxChanges = 200;
/** Words that are offered for one filter. */
const maxOffered = 200;

/** Which hosts are looked for; without a field nothing is left out for it. */
export interface HostQuery {
  /** Part of the host, lower-case. */
  readonly text?: string | undefined;
  /** Hosts at or below this name: lower-case, without trailing dot. */
  readonly below?: string | undefined;
  readonly namespace?: string | undefined;
  readonly source?: string | undefined;
  readonly export?: string | undefined;
  readonly answer?: SearchedAnswer | undefined;
  readonly type?: SearchedType | undefined;
}

/** The words that rows have, for who chooses from them: those of the most rows first, and at most 200 of each. */
export interface HostWords {
  readonly namespaces: readonly string[];
  readonly sources: readonly string[];
  readonly exports: readonly string[];
}

/*
 * search/ is for people who look for hosts: a row for each host, the rows in their order, and what has changed lately. It is only
 * there where somebody looks.
 *
 *     Registry ─ a host was resolved ─► HostIndex ─► HostRow   ─► search
 *                                             └────► HostChange ─► the last 200
 */

/** The hosts of a registry, kept in step with it. A host costs about 250 octets. */
export class HostIndex implements HostObserver {
  readonly #registry: Registry;
  readonly #clock: Clock;
  readonly #isSynced: () => boolean;
  readonly #lists = new SharedLists();
  readonly #rows = new Map<string, HostRow>();
  readonly #changes: HostChange[] = [];
  readonly #stopReading: () => void;
  #isRead = false as boolean;
  /** In their order; `undefined` where hosts have come or gone since. */
  #sorted: readonly HostRow[] | undefined;
  /** Where it was sorted last, which the next order is nearly. */
  #order: readonly string[] = [];
  #words: HostWords | undefined;

  /** Reads what is there in slices. What comes while `isSynced` says no is no change. */
  constructor(registry: Registry, clock: Clock, isSynced: () => boolean) {
    this.#registry = registry;
    this.#clock = clock;
    this.#isSynced = isSynced;
    registry.observe(this);
    this.#stopReading = workInSlices(this.#read(), clock, sliceMs, () => (this.#isRead = true));
  }

  /** Whether all hosts are in it that the registry has. */
  get isComplete(): boolean {
    return this.#isRead && this.#isSynced();
  }

  get size(): number {
    return this.#rows.size;
  }

  /** The newest first. */
  get changes(): readonly HostChange[] {
    return this.#changes.toReversed();
  }

  resolved(host: string, entries: readonly ServiceEntry[], answers: ViewMap<HostAnswer | undefined>): void {
    const before = this.#rows.get(host);
    const { options } = this.#registry.context;
    const after = entries.length === 0 ? undefined : hostRow(host, entries, answers, options, this.#lists);
    if (isSameRow(before, after)) return;
    if (after) this.#rows.set(after.host, after);
    else this.#rows.delete(host);
    this.#sorted = undefined;
    this.#words = undefined;
    if (!this.isComplete) return;
    if (this.#changes.length >= maxChanges) this.#changes.shift();
    this.#changes.push({ atMs: this.#clock.wall(), before, after });
  }

  /** The rows that match, in the order of their hosts. */
  search(query: HostQuery): readonly HostRow[] {
    const { text = '', below = '', namespace, source, export: exported, answer, type } = query;
    return this.#inOrder().filter(
      (row) =>
        (text === '' || row.host.includes(text)) &&
        (below === '' || isAtOrBelow(row.host, below)) &&
        (namespace === undefined || row.namespaces.includes(namespace)) &&
        (source === undefined || row.sources.includes(source)) &&
        (exported === undefined || row.exports.includes(exported)) &&
        (answer === undefined || row.answers.includes(answer)) &&
        (type === undefined || row.types.includes(type)),
    );
  }

  get words(): HostWords {
    const rows = [...this.#rows.values()];
    return (this.#words ??= {
      namespaces: mostFrequent(rows, ({ namespaces }) => namespaces),
      sources: mostFrequent(rows, ({ sources }) => sources),
      exports: mostFrequent(rows, ({ exports }) => exports),
    });
  }

  close(): void {
    this.#stopReading();
    this.#registry.observe(undefined);
  }

  *#read(): Work<void> {
    const { store, context } = this.#registry;
    for (const host of store.hosts) {
      // Others come by themselves, as they are resolved.
      const entries = store.entriesOf(host);
      this.resolved(host, entries, resolveHost(host, entries, context));
      yield undefined;
    }
  }

  /** Sorting what is nearly in order takes a tenth of the time. */
  #inOrder(): readonly HostRow[] {
    if (this.#sorted) return this.#sorted;
    const known = this.#order.filter((host) => this.#rows.has(host));
    const isKnown = new Set(known);
    const order = [...known, ...[...this.#rows.keys()].filter((host) => !isKnown.has(host))].sort();
    this.#order = order;
    return (this.#sorted = order.map((host) => this.#rows.get(host)!));
  }
}

function mostFrequent(rows: readonly HostRow[], wordsOf: (row: HostRow) => readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const row of rows) for (const word of wordsOf(row)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const byCount = [...counts].sort(([, a], [, b]) => b - a).slice(0, maxOffered);
  return byCount.map(([word]) => word).sort();
}
