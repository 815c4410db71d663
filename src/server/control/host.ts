import { readFileSync } from 'node:fs';
import { PluginError, type CounterSums, type Host, type RunningCorefile } from '../../plugins/control.ts';
import type { Inspectable, PublicHosts } from '../../plugins/inspection.ts';
import { errorMessage } from '../../runtime/errors.ts';
import type { Totals } from '../metrics/totals.ts';
import type { Generation } from './generation.ts';
import type { HttpServers } from './http-servers.ts';
import type { Panics } from './panics.ts';
import type { Supervisor } from './workers/supervisor.ts';

/** What the host of one control half knows of it. */
export interface HostContext {
  readonly plugin: string;
  /** Serial number of the control half. */
  readonly serial: number;
  /** It stands for all server blocks that have the plugin. */
  readonly isShared: boolean;
  /** The configuration that it belongs to: another one after each reload that leaves it. */
  generation: Generation;
}

/** What the hosts of all plugins of a running server have in common. */
export interface HostParts extends Pick<
  Host,
  'clock' | 'logger' | 'hashSeed' | 'activities' | 'interfaces' | 'readiness' | 'metrics' | 'inspection'
> {
  readonly supervisor: Supervisor;
  readonly panics: Panics;
  readonly http: HttpServers;
  readonly totals: Totals;
  readonly corefile: RunningCorefile;
}

/** What one control half may use of a running server. */
export function hostOf(context: HostContext, parts: HostParts): Host {
  const { clock, logger, hashSeed, supervisor, panics, http, totals, corefile } = parts;
  const { plugin, serial } = context;
  const publishes = (): void => {
    if (context.isShared)
      throw new Error('a control half that stands for several server blocks cannot publish for one');
  };
  return {
    clock: panics.guardedClock(plugin, clock),
    logger,
    hashSeed,
    isReadOnly: false,
    activities: parts.activities,
    inPlace: context.generation.inPlace,
    readFile: (path) => readFileSync(path, 'utf8'),
    async openHttp(use, options) {
      try {
        return await http.start(serial, plugin, options);
      } catch (error) {
        throw new PluginError(use, errorMessage(error), { cause: error });
      }
    },
    publishTable(name, handle) {
      publishes();
      supervisor.publications.setTable(serial, name, handle);
    },
    publishWaiting: (name, text) => supervisor.publications.setWaiting(serial, name, text),
    publishTls: (name, material) => supervisor.publications.setTls(serial, name, material),
    publish(_block, data) {
      publishes();
      supervisor.publications.publish(serial, data);
    },
    counters(block): CounterSums | undefined {
      const part = context.generation.counted(plugin, block);
      return (
        part && {
          get workers() {
            return totals.count;
          },
          at: (index) => totals.at(part.at + index, part.memory),
          slice: (start, length) => totals.slice(part.at + start, length, part.memory),
        }
      );
    },
    sharesZones: (block) => context.generation.sharesZones(plugin, block),
    servers: (block) => context.generation.servers(block),
    readiness: (block) => [...parts.readiness(block), ...context.generation.readiness(block)],
    metrics: (isShown) => parts.metrics(isShown),
    inspection: () => parts.inspection(),
    publicHosts: (block) => publicHostsOf(context.generation.controls.inspectables(block)),
    interfaces: () => parts.interfaces(),
    reopenSockets: (address) => supervisor.reopen(address),
    corefile,
  };
}

/** Those of the plugin of a server block that has a registry. */
export function publicHostsOf(inspectables: ReadonlyMap<string, Inspectable>): PublicHosts | undefined {
  const [inspectable] = inspectables.values();
  return inspectable?.publicHosts;
}
