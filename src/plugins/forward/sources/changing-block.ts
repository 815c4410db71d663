import type { CounterSums, Host } from '../../control.ts';
import type { Use } from '../../plugin.ts';
import { type ForwardConfig, type LineState, slotsOf, type UpstreamAddress, upstreamKey } from '../config.ts';
import { seriesOf, upstreamSeries } from '../meter.ts';
import type { ServersFile } from './servers-file.ts';
import type { WatchedName } from './watched-name.ts';
import { ChangingLine, type Watched } from './changing-line.ts';

/** What was counted of one upstream. */
export interface CountedUpstream {
  readonly upstream: UpstreamAddress;
  readonly counts: readonly number[];
}

/** What was counted of the lines of a server block. */
export interface CountedBlock {
  readonly sums: CounterSums;
  /** As they are at present. */
  readonly upstreams: () => readonly CountedUpstream[];
}

/** The `forward` lines of a server block, as far as their upstreams change. */
export class ChangingBlock {
  readonly use: Use<ForwardConfig>;
  readonly #host: Host;
  /** By their place among the lines of the block. */
  readonly #lines: ReadonlyMap<number, ChangingLine>;
  /** What a slot had counted, of others, when it was given to its upstream; by the slot among those of all lines. */
  readonly #before = new Map<number, readonly number[]>();

  constructor(use: Use<ForwardConfig>, watched: Watched, host: Host) {
    this.use = use;
    this.#host = host;
    this.#lines = new Map(
      use.config.lines.flatMap((line, index) =>
        line.sources ? [[index, new ChangingLine(line, line.sources, watched, host.logger)] as const] : [],
      ),
    );
  }

  get files(): readonly ServersFile[] {
    return [...this.#lines.values()].flatMap(({ files }) => files);
  }

  get names(): readonly WatchedName[] {
    return [...this.#lines.values()].flatMap(({ names }) => names);
  }

  /** A name or a file has changed. */
  update(): void {
    let hasChanged = false;
    for (const [index, line] of this.#lines) {
      const before = line.state;
      if (!line.update()) continue;
      hasChanged = true;
      this.#startSlots(index, before, line.state);
    }
    if (hasChanged) this.publish();
  }

  /** Tells the workers how the lines are at present. */
  publish(): void {
    if (this.#lines.size === 0) return;
    const states: readonly (readonly [number, LineState])[] = Array.from(this.#lines, ([index, { state }]) => [
      index,
      state,
    ]);
    this.#host.publish(this.use.block, new Map(states));
  }

  /** `undefined` where the queries of the block are not counted. */
  counted(): CountedBlock | undefined {
    const sums = this.#host.counters(this.use.block);
    if (sums === undefined) return undefined;
    return { sums, upstreams: () => this.#countedUpstreams(sums) };
  }

  #countedUpstreams(sums: CounterSums): readonly CountedUpstream[] {
    return this.use.config.lines.flatMap((line, index) => {
      const first = this.#firstSlot(index);
      const state = this.#lines.get(index)?.state;
      const placed = state?.upstreams ?? line.upstreams.map((upstream, slot) => ({ ...upstream, slot }));
      return placed.map((upstream) => ({ upstream, counts: this.#countsSince(sums, first + upstream.slot) }));
    });
  }

  #countsSince(sums: CounterSums, slot: number): readonly number[] {
    const counts = sums.slice(seriesOf(slot), upstreamSeries.length);
    const before = this.#before.get(slot);
    if (before === undefined) return counts;
    return counts.map((count, i) => (i < upstreamSeries.states ? count - before[i]! : count));
  }

  /** The numbers of an upstream that has just come begin at 0, whatever was counted in its slot before. */
  #startSlots(index: number, before: LineState, after: LineState): void {
    const sums = this.#host.counters(this.use.block);
    if (sums === undefined) return;
    const first = this.#firstSlot(index);
    const owners = new Map(before.upstreams.map((upstream) => [upstream.slot, upstreamKey(upstream)]));
    for (const upstream of after.upstreams) {
      if (owners.get(upstream.slot) === upstreamKey(upstream)) continue;
      const slot = first + upstream.slot;
      this.#before.set(slot, sums.slice(seriesOf(slot), upstreamSeries.length));
    }
  }

  #firstSlot(index: number): number {
    return this.use.config.lines.slice(0, index).reduce((sum, line) => sum + slotsOf(line), 0);
  }
}
