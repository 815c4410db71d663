import { randomInt } from 'node:crypto';
import type { InspectionBackend } from '../../plugins/inspection.ts';
import type { Plugins } from '../../plugins/plugins.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Inspector, ServerFacts } from '../inspect/inspector.ts';
import type { Generation } from './generation.ts';
import type { Reloader } from './reload/reloader.ts';
import type { Supervisor } from './workers/supervisor.ts';

/** What `explain`, `records`, `admin` and `dashboard` look at in a running server. */
export interface InspectedParts {
  readonly plugins: Plugins;
  readonly clock: Clock;
  readonly hashSeed: number;
  readonly version: string;
  /** Unix time in milliseconds. */
  readonly startedMs: number;
  readonly supervisor: Supervisor;
  readonly reloader: Pick<Reloader, 'hash' | 'loadedMs' | 'hasFailed'>;
  /** The configuration that runs. */
  readonly current: () => Generation;
}

/** Answers for them from what runs. Its code is loaded when it is first asked for. */
export async function serverInspection(parts: InspectedParts): Promise<InspectionBackend> {
  const { makeInspectionBackend } = await import('../inspect/inspection-backend.ts');
  const inspect = await import('../inspect/inspector.ts');
  const { plugins, clock, hashSeed, supervisor, current } = parts;
  const { publications } = supervisor;
  const environment = {
    plugins,
    clock,
    hashSeed,
    randomUint16: () => randomInt(65_536),
    table: (instance: number, name: string) => publications.of(instance)!.tables.get(name)!,
    published: (instance: number) => publications.of(instance)?.published?.data,
  };
  // It knows all zones, which may be many: it is made once for each configuration.
  let made: { readonly generation: Generation; readonly inspector: Inspector } | undefined;
  const inspectorOf = (): Inspector => {
    const generation = current();
    if (made?.generation === generation) return made.inspector;
    const { config, controls } = generation;
    const inspector = new inspect.Inspector(config, (block) => controls.inspectables(block), environment);
    made = { generation, inspector };
    return inspector;
  };
  return makeInspectionBackend(inspectorOf, () => factsOf(parts));
}

function factsOf({ version, startedMs, clock, supervisor, reloader }: InspectedParts): ServerFacts {
  const { hash, loadedMs, hasFailed } = reloader;
  const { counters, restarts } = supervisor;
  const corefile = { hash, loadedMs, hasFailed };
  return { version, startedMs, nowMs: clock.wall(), corefile, workers: counters.length, restarts };
}
