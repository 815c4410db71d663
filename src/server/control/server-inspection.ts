import { randomInt } from 'node:crypto';
import type { InspectionBackend } from '../../plugins/inspection.ts';
import type { Plugins } from '../../plugins/plugins.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Generation } from './generation.ts';
import type { Supervisor } from './workers/supervisor.ts';

/** What `explain` and `records` look at in a running server. */
export interface InspectedParts {
  readonly plugins: Plugins;
  readonly clock: Clock;
  readonly hashSeed: number;
  readonly supervisor: Supervisor;
  /** The configuration that runs. */
  readonly current: () => Generation;
}

/** Answers `explain` and `records` from what runs. Its code is loaded when it is first asked for. */
export async function serverInspection(parts: InspectedParts): Promise<InspectionBackend> {
  const { makeInspectionBackend } = await import('../inspect/inspection-backend.ts');
  const { Inspector } = await import('../inspect/inspector.ts');
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
  return makeInspectionBackend(
    () => {
      const { config, controls } = current();
      return new Inspector(config, (block) => controls.inspectables(block), environment);
    },
    () => ({ workers: supervisor.counters.length, restarts: supervisor.restarts }),
  );
}
