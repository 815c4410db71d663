import { UpdateError, type UpdateFailure } from '../../dynamic-update/errors.ts';
import type { Change, HostChange, SkipReason } from '../../dynamic-update/plan.ts';
import { PrimaryServer } from '../../dynamic-update/primary.ts';
import { ZoneUpdater, type PassReport } from '../../dynamic-update/zone-updater.ts';
import type { Absence } from '../../registry/export/public-host.ts';
import type { Clock } from '../../runtime/clock.ts';
import { foregroundPace, TimeSlicer } from '../../runtime/time-slicer.ts';
import type { PublicHosts } from '../inspection.ts';
import type { PublishTarget } from './config.ts';
import { DesiredZones } from './desired-zones.ts';
import { keyOf } from './key-file.ts';

/** Why a host is not in a zone, as metrics name it. */
export type Skip = SkipReason | 'size' | 'refused' | Exclude<Absence, 'unknown'>;

export interface ZonePublisherOptions {
  readonly target: PublishTarget;
  readonly clock: Clock;
  readonly readFile: (path: string) => string;
  /** A cryptographically random number from 0 to 65535. */
  readonly randomUint16: () => number;
  /** Ends what is under way; it rejects then. */
  readonly signal: AbortSignal;
  /** Asked before each message: whether this process may write. */
  readonly mayWrite: () => boolean;
}

/** What came of a pass over one zone. */
export interface ZonePass {
  readonly zone: string;
  readonly changes: readonly HostChange[];
  /** Hosts that the server refuses, with what it says. */
  readonly refused: ReadonlyMap<string, string>;
  /** Why the zone was not brought into step. */
  readonly error?: UpdateError;
}

/** What is known of a zone at present. */
export interface ZoneState {
  /** RRsets that are ours; `undefined` where it is not known. */
  readonly owned: number | undefined;
  /** When it was last known to be in step: Unix time in milliseconds. */
  readonly succeededAt: number | undefined;
  readonly changes: ReadonlyMap<Change['kind'], number>;
  readonly failures: ReadonlyMap<UpdateFailure, number>;
}

interface PublishedZone {
  readonly updater: ZoneUpdater;
  readonly skipped: Map<string, Skip>;
  /** The next pass is about everything: the last one has failed, or there was none. */
  isBehind: boolean;
  succeededAt: number | undefined;
  readonly changes: Map<Change['kind'], number>;
  readonly failures: Map<UpdateFailure, number>;
}

/** Brings the zones of one line into step, when it is told to. One pass at a time. */
export class ZonePublisher {
  readonly #options: ZonePublisherOptions;
  readonly #zones = new Map<string, PublishedZone>();
  #desired: DesiredZones;
  #isRegistryEmpty = false;

  constructor(options: ZonePublisherOptions) {
    const { target, clock, readFile, randomUint16, signal, mayWrite } = options;
    const { primary, keyFile, owner, maxRemovals, isDryRun } = target;
    this.#options = options;
    this.#desired = new DesiredZones(target);
    const readKey = (): ReturnType<typeof keyOf> => keyOf(keyFile, readFile);
    const server = new PrimaryServer({ ...primary, readKey, clock, randomUint16, signal });
    const removalDoubt = (): string => (this.#isRegistryEmpty ? 'the registry has no hosts at all' : '');
    for (const zone of target.zones) {
      const own = { zone, owner, server, clock, signal, maxRemovals, removalDoubt, isDryRun, mayWrite };
      this.#zones.set(zone, {
        updater: new ZoneUpdater(own),
        skipped: new Map(),
        isBehind: true,
        succeededAt: undefined,
        changes: new Map(),
        failures: new Map(),
      });
    }
  }

  /** Reads the registry and the zones, and does all that is to be done. */
  async compare(hosts: PublicHosts): Promise<ZonePass[]> {
    const { target, clock, signal } = this.#options;
    const slicer = new TimeSlicer(clock, signal, foregroundPace);
    const desired = new DesiredZones(target);
    for (const host of hosts.hosts()) {
      desired.set(host, hosts.of(host, target));
      if (slicer.isSliceOver) await slicer.rest();
    }
    desired.takeTouched();
    this.#desired = desired;
    this.#isRegistryEmpty = isEmpty(hosts);
    return this.#eachZone(async (zone, { updater, skipped }) => {
      const report = await updater.compare(desired.zones.get(zone)!);
      skipped.clear();
      return report;
    });
  }

  /** Does what is to be done for these hosts. A zone of which the last pass has failed is compared as a whole. */
  async update(hosts: PublicHosts, changed: Iterable<string>): Promise<ZonePass[]> {
    for (const host of changed) this.#desired.set(host, hosts.of(host, this.#options.target));
    this.#isRegistryEmpty = isEmpty(hosts);
    const touched = this.#desired.takeTouched();
    return this.#eachZone(async (zone, { updater, skipped, isBehind }) => {
      const desired = this.#desired.zones.get(zone)!;
      const scope = touched.get(zone);
      if (isBehind) return updater.compare(desired);
      if (!scope) return undefined;
      for (const host of scope.hosts) skipped.delete(host);
      return updater.update(desired, scope);
    });
  }

  /** The last pass over some zone has failed. */
  get isBehind(): boolean {
    return [...this.#zones.values()].some(({ isBehind }) => isBehind);
  }

  /** By zone. */
  get states(): ReadonlyMap<string, ZoneState> {
    return new Map(
      Array.from(this.#zones, ([zone, { updater, ...state }]) => [
        zone,
        { ...state, owned: updater.contents?.owned.size },
      ]),
    );
  }

  /** Hosts that are in none of the zones, by reason. */
  get skipped(): ReadonlyMap<Skip, number> {
    const counts = new Map<Skip, number>();
    const count = (reason: Skip): unknown => counts.set(reason, (counts.get(reason) ?? 0) + 1);
    for (const reason of this.#desired.absent.values()) if (reason !== 'unknown') count(reason);
    for (const { skipped } of this.#zones.values()) for (const reason of skipped.values()) count(reason);
    return counts;
  }

  /** One zone that fails holds up none of the others. */
  async #eachZone(pass: (zone: string, state: PublishedZone) => Promise<PassReport | undefined>): Promise<ZonePass[]> {
    const passes: ZonePass[] = [];
    for (const [zone, state] of this.#zones) {
      try {
        const report = await pass(zone, state);
        state.isBehind = false;
        state.succeededAt = this.#options.clock.wall();
        if (!report) continue;
        const { changes, skipped, refused } = report;
        for (const [host, reason] of skipped) state.skipped.set(host, reason);
        for (const host of refused.keys()) state.skipped.set(host, 'refused');
        for (const { kind } of changes.flatMap((each) => each.changes)) add(state.changes, kind);
        passes.push({ zone, changes, refused });
      } catch (error) {
        if (!(error instanceof UpdateError)) throw error;
        state.isBehind = true;
        add(state.failures, error.failure);
        passes.push({ zone, changes: [], refused: new Map(), error });
      }
    }
    return passes;
  }
}

function add<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function isEmpty(hosts: PublicHosts): boolean {
  for (const _ of hosts.hosts()) return false;
  return true;
}
