import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { formatProblem } from '../corefile/problem.ts';
import type { Host } from '../plugins/control.ts';
import { InspectError } from '../plugins/inspection.ts';
import { makePlugins, type Plugins } from '../plugins/plugins.ts';
import { Activities } from '../runtime/activities.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { ServerConfig } from '../server/config.ts';
import { Controls } from '../server/control/controls.ts';
import { publicHostsOf } from '../server/control/host.ts';
import { Panics } from '../server/control/panics.ts';
import { withPlaces } from '../server/control/places.ts';
import { Inspector } from '../server/inspect/inspector.ts';
import type { TableHandle } from '../table/layout.ts';
import type { InspectFlags } from './inspect-flags.ts';
import { loadCorefile, readCorefile } from './load.ts';

/** For -kubeconfig without a Corefile. */
const clusterCorefile = '.:53 {\n  serviceentry\n  forward . /etc/resolv.conf\n}\n';

/**
 * Reads what the plugins of a Corefile answer from, once, hands it to `use`, and lets it go. With `kubeconfig` that is the cluster of the file. Opens no port and writes no
 * file; `isResolving` if other servers are really asked. Rejects with InspectError where the Corefile has errors or a registry cannot be read in 30 seconds or its `startup_timeout`.
 */
export async function inspectLocally<Result>(
  flags: LocalFlags,
  hashSeed: number,
  isResolving: boolean,
  use: (inspector: Inspector) => Promise<Result>,
): Promise<Result> {
  const isNeeded = ({ explains }: Plugins[number]): boolean =>
    explains === true || (isResolving && explains === 'resolving');
  return withLocalControls(flags, hashSeed, isNeeded, problemLogger, (_, inspector) => use(inspector));
}

type LocalFlags = Pick<InspectFlags, 'conf' | 'kubeconfig' | 'defaultPort'>;

/** As `inspectLocally`, with the control halves of the plugins that are needed. `logger` is theirs. */
export async function withLocalControls<Result>(
  { conf, kubeconfig, defaultPort }: LocalFlags,
  hashSeed: number,
  isNeeded: (plugin: Plugins[number]) => boolean,
  logger: Logger,
  use: (controls: Controls<number>, inspector: Inspector) => Promise<Result>,
): Promise<Result> {
  const corefile = readCorefile(conf, defaultPort, kubeconfig === undefined ? undefined : clusterCorefile);
  const { problems, config } = loadCorefile(corefile, defaultPort, process.env);
  if (problems.hasErrors) throw new InspectError(problems.sorted().map(formatProblem).join('\n'));
  const plugins = makePlugins();
  const complete = withPlaces(toInspect(config, plugins, kubeconfig), plugins, networkInterfaces);
  const tables = new Map<string, TableHandle>();
  const published = new Map<number, unknown>();
  const controls = new Controls<number>(new Panics(problemLogger));
  try {
    await controls.make(
      complete,
      plugins.filter(isNeeded),
      {
        context: (_, serial) => serial,
        host: (serial) => ({
          ...readOnlyHost(serial, hashSeed, tables, published),
          logger,
          publicHosts: (block) => publicHostsOf(controls.inspectables(block)),
        }),
      },
      () => -1,
    );
    await controls.load();
    const inspector = new Inspector(complete, (block) => controls.inspectables(block), {
      plugins,
      clock: systemClock,
      hashSeed,
      randomUint16: () => randomInt(65_536),
      table: (instance, name) => tables.get(`${instance} ${name}`)!,
      published: (instance) => published.get(instance),
    });
    const late = inspector.inspected.find(({ inspectable }) => !inspectable.isSynced);
    if (late) throw new InspectError(`the registry of ${late.inspectable.table} could not be read in time`);
    return await use(controls, inspector);
  } finally {
    await controls.stop();
  }
}

/** The same Corefile, for one reading. */
function toInspect(config: ServerConfig, plugins: Plugins, kubeconfig: string | undefined): ServerConfig {
  const readers = new Map(plugins.flatMap(({ name, forInspection }) => (forInspection ? [[name, forInspection]] : [])));
  if (kubeconfig !== undefined && !config.blocks.some((block) => block.plugins.some(({ name }) => readers.has(name)))) {
    throw new InspectError(
      `-kubeconfig is for a Corefile with ${[...readers.keys()].join(', ')}, and this one has none`,
    );
  }
  const blocks = config.blocks.map((block) => ({
    ...block,
    plugins: block.plugins.map((each) => ({
      ...each,
      config: readers.get(each.name)?.(each.config, kubeconfig) ?? each.config,
    })),
  }));
  return { ...config, blocks };
}

/** What a plugin may use where nothing is served. */
function readOnlyHost(
  serial: number,
  hashSeed: number,
  tables: Map<string, TableHandle>,
  published: Map<number, unknown>,
): Omit<Host, 'logger' | 'publicHosts'> {
  return {
    clock: systemClock,
    hashSeed,
    isReadOnly: true,
    activities: new Activities(),
    readFile: (path) => readFileSync(path, 'utf8'),
    openHttp: () => Promise.reject(new Error('nothing is served here')),
    publishTable: (name, handle) => tables.set(`${serial} ${name}`, handle),
    publishWaiting: () => undefined,
    publishTls: () => undefined,
    publish: (_block, data) => published.set(serial, data),
    counters: () => undefined,
    servers: () => [],
    sharesZones: () => false,
    readiness: () => [],
    metrics: () => [],
    inspection: () => Promise.reject(new Error('nothing is served here')),
    interfaces: networkInterfaces,
    reopenSockets: () => undefined,
    corefile: { hash: '', files: [], loadedMs: 0, fixed: 'nothing is served here', check: () => Promise.resolve() },
  };
}

/** What matters is in the explanation; only errors are printed beside it. */
export const problemLogger: Logger = {
  debugs: false,
  debug: () => undefined,
  info: () => undefined,
  warning: () => undefined,
  error: (message) => process.stderr.write(`${message}\n`),
  flush: () => undefined,
};
