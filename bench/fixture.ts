import { loadCorefile } from '../src/cli/load.ts';
import { formatProblem } from '../src/corefile/problem.ts';
import { makePlugins } from '../src/plugins/plugins.ts';
import { defaultRegistryOptions, type RegistryOptions } from '../src/registry/model/options.ts';
import type { ServiceEntry, Sidecar } from '../src/registry/model/object.ts';
import { Registry } from '../src/registry/registry.ts';
import { TableReader } from '../src/table/reader.ts';
import { TableWriter } from '../src/table/writer.ts';
import type { Change } from '../src/registry/sources/source.ts';
import { noKubernetes, unknownClients, type ServiceEntryConfig } from '../src/plugins/serviceentry/config.ts';
import { systemClock } from '../src/runtime/clock.ts';
import type { Logger } from '../src/runtime/logger.ts';
import { Dispatcher } from '../src/server/worker/dispatcher.ts';
import { BlockChain } from '../src/server/worker/chain.ts';
import type { BlockConfig, ListenerConfig } from '../src/server/config.ts';
import { makeNumbers } from '../src/server/counters.ts';
import { metricsLayout } from '../src/server/metrics/layout.ts';
import { Meter } from '../src/server/metrics/meter.ts';
import { connectDgram } from '../src/sockets/connect-dgram.ts';

export const hashSeed = 0x5eed;

const nothing = (): void => undefined;
export const silent: Logger = {
  debug: nothing,
  info: nothing,
  warning: nothing,
  error: nothing,
  debugs: false,
  flush: nothing,
};

const options: RegistryOptions = { ...defaultRegistryOptions, zones: ['mesh.test.'] };

/**
 * Whom the hosts of a fixture are visible to; the benchmark's client is in namespace `clients`. With `endpoints` all see them, and each has
 * four endpoints in place of a VIP; with `nearest` these are in three zones, and the client in one of them.
 */
export type Visibility = 'all' | 'exportTo' | 'sidecars' | 'endpoints' | 'nearest';

const clientNamespace = 'clients';

/** A host with more addresses than a reply without EDNS has room for, or one of 1,232 octets. */
export const manyAddresses = 'many.mesh.test';

/** Name of the host with this number; they differ in length, as names do. */
export function hostName(index: number): string {
  return `service-${index}.team-${index % 97}.mesh.test`;
}

/**
 * A server in this process, without sockets: what a listener would call, over a registry of `hosts` hosts. Its block has
 * `prometheus` and `errors`; without `isCounted` only `errors`. `lines` of a Corefile add more. With `exportTo` each host is exported to the client's
 * namespace alone, with `sidecars` a Sidecar of that namespace lists all hosts.
 */
export function makeDispatcher(
  hosts: number,
  isCounted = true,
  visibility: Visibility = 'all',
  lines = '',
): { dispatcher: Dispatcher; writer: TableWriter; registry: Registry } {
  const readers: TableReader[] = [];
  const writer = new TableWriter(hashSeed, (handle) => readers.forEach((reader) => reader.use(handle)));
  const table = new TableReader(writer.handle);
  readers.push(table);
  const isNear = visibility === 'nearest';
  const nearest = isNear ? { usesLocality: true, nearest: 'first' as const } : {};
  const registryOptions = { ...options, ...nearest, sidecars: visibility === 'sidecars' };
  const registry = new Registry(registryOptions, {
    table: writer,
    serverAddresses: ['127.0.0.1'],
    clock: systemClock,
    logger: silent,
  });
  if (visibility === 'sidecars') registry.apply([{ type: 'upsert', object: sidecar }]);
  const exportTo = visibility === 'exportTo' ? [clientNamespace] : [];
  for (let first = 0; first < hosts; first += 10_000) {
    const changes: Change[] = [];
    for (let i = first; i < Math.min(hosts, first + 10_000); i++)
      changes.push({ type: 'upsert', object: { ...serviceEntry(i), ...endpointsFor(visibility, i), exportTo } });
    registry.apply(changes);
  }
  registry.apply([
    { type: 'upsert', object: wildcard },
    { type: 'upsert', object: many },
  ]);
  registry.synced();
  const config: ServiceEntryConfig = {
    table: 'bench',
    files: [],
    maxFileBytes: 0,
    registry: registryOptions,
    kubernetes: noKubernetes,
    allocation: { mode: 'off', file: '', cidrs: [] },
    clients: {
      ...unknownClients,
      namespace: clientNamespace,
      localities: isNear
        ? [{ cidr: { address: '0.0.0.0', prefixLength: 0, family: 4 }, locality: 'region/zone-1/1' }]
        : [],
    },
    negativeTtl: 5,
    startupTimeoutMs: 0,
    unsynced: 'forward',
    fallthrough: undefined,
    serverAddresses: [],
  };
  return { dispatcher: makeBlock({ name: 'serviceentry', config }, table, isCounted, lines), writer, registry };
}

/** A server block that has `prometheus` and `errors` before a plugin that answers from a table; without `isCounted` only `errors`; and what `lines` add. */
export function makeBlock(
  { name, config }: { name: string; config: unknown },
  table: TableReader,
  isCounted = true,
  lines = '',
): Dispatcher {
  const position = { file: 'Corefile', line: 1, column: 1 };
  const plugins = [
    ...(isCounted ? [{ name: 'prometheus', instance: 0, config: {}, settings: { isMeasured: true }, position }] : []),
    { name: 'errors', instance: 1, config: { consolidations: [] }, settings: {}, position },
    { name, instance: 2, config, settings: {}, position },
    ...pluginsOf(lines),
  ].sort((one, other) => placeOf(one.name) - placeOf(other.name));
  const block = { id: 0, zones: ['.'], plugins };
  const listener: ListenerConfig = { scheme: 'dns', address: '', port: 53, zones: [['.', 0]] };
  const chain = new BlockChain(block, {
    plugins: makePlugins(),
    clock: systemClock,
    logger: silent,
    zones: ['.'],
    randomUint16: () => 0,
    connectUdp: connectDgram,
    table: () => table,
  });
  const layout = metricsLayout({ blocks: [block], listeners: [listener] }, makePlugins());
  const counters = new Float64Array(makeNumbers(layout.length));
  const [series] = layout.zones;
  const meter = series && new Meter(counters, series.at, systemClock);
  return new Dispatcher(
    [['.', { handler: chain.handler, filter: chain.filter, recursionAvailable: false, tables: chain.tables, meter }]],
    counters,
    silent,
  );
}

/** What these lines of a server block come to. */
function pluginsOf(lines: string): BlockConfig['plugins'] {
  if (lines === '') return [];
  const { problems, config } = loadCorefile({ file: 'Corefile', text: `. {\n${lines}\n}\n` }, 53, {});
  if (problems.list.length > 0) throw new Error(problems.list.map(formatProblem).join('\n'));
  return config.blocks[0]!.plugins.map((plugin, i) => ({ ...plugin, instance: 3 + i }));
}

/** In which a plugin's query half handles queries, as a number. */
function placeOf(plugin: string): number {
  return makePlugins().findIndex(({ name }) => name === plugin);
}

/** ServiceEntry number `index`: one host with one VIP and one port. */
export function serviceEntry(index: number, revision = 0): ServiceEntry {
  const vip = `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${(index + revision) & 255}`;
  return { ...template, meta: { ...template.meta, name: `se-${index}` }, hosts: [hostName(index)], vips: [vip] };
}

/** What is different of a host with endpoints. */
function endpointsFor(visibility: Visibility, index: number): Partial<ServiceEntry> {
  if (visibility !== 'endpoints' && visibility !== 'nearest') return {};
  const endpoints = Array.from({ length: 4 }, (_, i) => ({
    address: { kind: 'ip' as const, ip: `10.${(index >> 14) & 255}.${(index >> 6) & 255}.${4 * (index & 63) + i}` },
    ports: new Map<string, number>(),
    locality: visibility === 'nearest' ? `region/zone-${i % 3}` : '',
    weight: undefined,
  }));
  return { vips: [], hasAddresses: false, endpoints };
}

const template: ServiceEntry = {
  kind: 'ServiceEntry',
  meta: { namespace: 'bench', name: 'template', created: undefined, origin: { text: 'bench' } },
  hosts: [],
  vips: [],
  hasAddresses: true,
  ports: [{ name: 'http', number: 80, isUdp: false, targetPort: undefined }],
  location: 'MESH_INTERNAL',
  resolution: 'STATIC',
  endpoints: [],
  selector: undefined,
  exportTo: [],
  autoAddresses: new Map(),
  allowsAutoAddresses: true,
  ttl: undefined,
};

const wildcard: ServiceEntry = {
  ...template,
  meta: { ...template.meta, name: 'wildcard' },
  hosts: ['*.tenants.test'],
  vips: ['10.255.0.1'],
};

const many: ServiceEntry = {
  ...template,
  meta: { ...template.meta, name: 'many' },
  hosts: [manyAddresses],
  vips: Array.from({ length: 200 }, (_, i) => `10.254.0.${i + 1}`),
};

const sidecar: Sidecar = {
  kind: 'Sidecar',
  meta: { namespace: clientNamespace, name: 'default', created: undefined, origin: { text: 'bench' } },
  selector: undefined,
  egressHosts: [{ namespace: '*', host: '*.mesh.test' }],
};
