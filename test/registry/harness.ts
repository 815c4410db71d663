import { startAllocation } from '../../src/plugins/serviceentry/allocation.ts';
import {
  noKubernetes,
  unknownClients,
  type AllocationConfig,
  type ClientsConfig,
  type ServiceEntryConfig,
} from '../../src/plugins/serviceentry/config.ts';
import { serviceEntryHandler } from '../../src/plugins/serviceentry/handler.ts';
import type { Handler, Outcome } from '../../src/plugins/plugin.ts';
import type { Endpoint, Pod, RegistryObject, ServiceEntry, WorkloadEntry } from '../../src/registry/model/object.ts';
import { defaultRegistryOptions, type RegistryOptions } from '../../src/registry/model/options.ts';
import type { NumberedObjects } from '../../src/registry/store/packed-objects.ts';
import { Registry, type RegistryEnvironment } from '../../src/registry/registry.ts';
import type { Change } from '../../src/registry/sources/source.ts';
import { TableReader } from '../../src/table/reader.ts';
import { TableWriter } from '../../src/table/writer.ts';
import { rcode } from '../../src/wire/codes.ts';
import type { Query } from '../../src/wire/query.ts';
import { emptyReply } from '../../src/wire/reply.ts';
import { decodeMessage, type DnsMessage } from '../support/dns-message.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { makeEnvironment } from '../support/plugin.ts';
import { makeQuery, replyBytes, type TypeOption } from '../support/query.ts';
import { RecordingLogger } from '../support/quiet-logger.ts';

const hashSeed = 0x5eed;
const origin = { text: 'test' };

export const defaultOptions: RegistryOptions = {
  ...defaultRegistryOptions,
  zones: ['mesh.test.'],
  allocationZones: ['240.240.in-addr.arpa.'],
};

/** A registry with its table, and a handler that reads it; the next plugin says NXDOMAIN without SOA. */
export class RegistryHarness {
  readonly clock = new FakeClock();
  readonly logger = new RecordingLogger();
  readonly writer: TableWriter;
  readonly registry: Registry;
  /** The next plugin: knows no name, and says so. */
  next: Handler = (query) => emptyReply(query, rcode.NXDOMAIN);
  /** How often the table got new memory. */
  generations = 0;
  readonly #options: RegistryOptions;
  readonly #clients: ClientsConfig;
  readonly #reader: TableReader;

  constructor(
    changes: Partial<RegistryOptions> = {},
    clients: Partial<ClientsConfig> = {},
    allocation: Pick<AllocationConfig, 'mode'> = { mode: 'off' },
    checker?: RegistryEnvironment['checker'],
  ) {
    this.#clients = { ...unknownClients, ...clients };
    this.#options = { ...defaultOptions, ...changes };
    const readers: TableReader[] = [];
    this.writer = new TableWriter(hashSeed, (handle) => {
      this.generations++;
      readers[0]?.use(handle);
    });
    this.#reader = new TableReader(this.writer.handle);
    readers.push(this.#reader);
    this.registry = new Registry(this.#options, {
      table: this.writer,
      serverAddresses: ['192.0.2.53'],
      allocation: startAllocation({ file: '', cidrs: [], ...allocation }, this.clock, this.logger),
      checker,
      clock: this.clock,
      logger: this.logger,
    });
    this.registry.synced();
  }

  upsert(...objects: RegistryObject[]): void {
    this.registry.apply(objects.map((object): Change => ({ type: 'upsert', object })));
  }

  delete({ kind, meta: { namespace, name } }: RegistryObject): void {
    this.registry.apply([{ type: 'delete', kind, namespace, name }]);
  }

  /** How many hosts the action made the registry resolve. */
  resolvedBy(action: () => void): number {
    const before = this.registry.status.resolved;
    action();
    return this.registry.status.resolved - before;
  }

  /** The octets of the reply to a client, by its address. Rotation begins anew with every call. */
  askBytes(name: string, type: TypeOption, from?: string): Uint8Array {
    const { query, outcome } = this.#answer(name, type, from);
    if (typeof outcome !== 'number') throw new Error('the answer has to wait');
    return replyBytes(query, outcome).slice();
  }

  /** The same where the answer may have to wait. */
  async askBytesLater(name: string, type: TypeOption, from?: string): Promise<Uint8Array> {
    const { query, outcome } = this.#answer(name, type, from);
    return replyBytes(query, await outcome).slice();
  }

  #answer(name: string, type: TypeOption, from: string | undefined): { query: Query; outcome: Outcome } {
    const config: ServiceEntryConfig = {
      table: 'table',
      files: [],
      maxFileBytes: 0,
      kubernetes: noKubernetes,
      registry: this.#options,
      allocation: { mode: 'off', file: '', cidrs: [] },
      clients: this.#clients,
      negativeTtl: 5,
      startupTimeoutMs: 0,
      unsynced: 'forward',
      fallthrough: undefined,
      serverAddresses: [],
    };
    const environment = { ...makeEnvironment(), table: () => this.#reader };
    const handler = serviceEntryHandler.create(config, environment, this.next);
    const peer = from === undefined ? {} : { peer: { address: from, port: 40_000, family: 4 as const } };
    const query = makeQuery(name, type, { hashSeed, transport: 'tcp', ...peer });
    return { query, outcome: handler(query) };
  }

  ask(name: string, type: TypeOption = 'A'): DnsMessage {
    return decodeMessage(this.askBytes(name, type));
  }

  /** The addresses of a name, or `NODATA`, or the response code; `forwarded` where the next plugin answered. */
  addresses(name: string): string {
    const { answer, rcode: code, flags } = this.ask(name);
    if (!flags.includes('aa')) return 'forwarded';
    if (code !== 'NOERROR') return code;
    return answer.length === 0 ? 'NODATA' : answer.map((line) => line.split(' ')[4]).join(' ');
  }
}

/** Gives each object the number of its first asking. */
export function numberedObjects(): NumberedObjects {
  const objects: RegistryObject[] = [];
  return {
    idOf(object) {
      const at = objects.indexOf(object);
      return at >= 0 ? at : objects.push(object) - 1;
    },
    objectOf: (id) => objects[id]!,
  };
}

export function serviceEntry(name: string, changes: Partial<ServiceEntry> & { created?: number } = {}): ServiceEntry {
  const { created, ...others } = changes;
  const [namespace, own] = name.includes('/') ? (name.split('/') as [string, string]) : ['default', name];
  return {
    kind: 'ServiceEntry',
    meta: { namespace, name: own, created, origin },
    hosts: ['a.example.com'],
    vips: [],
    hasAddresses: (others.vips?.length ?? 0) > 0,
    ports: [],
    location: 'MESH_INTERNAL',
    resolution: 'STATIC',
    endpoints: [],
    selector: undefined,
    exportTo: [],
    autoAddresses: new Map(),
    allowsAutoAddresses: true,
    ttl: undefined,
    ...others,
  };
}

export function endpoint(ip: string, changes: Partial<Endpoint> = {}): Endpoint {
  return { address: { kind: 'ip', ip }, ports: new Map(), locality: '', weight: undefined, ...changes };
}

export function workloadEntry(
  name: string,
  ip: string,
  labels: object,
  changes: Partial<WorkloadEntry> = {},
): WorkloadEntry {
  const [namespace, own] = name.includes('/') ? (name.split('/') as [string, string]) : ['default', name];
  return {
    kind: 'WorkloadEntry',
    meta: { namespace, name: own, created: undefined, origin },
    labels: new Map(Object.entries(labels) as [string, string][]),
    endpoint: endpoint(ip),
    isHealthy: true,
    ...changes,
  };
}

export function pod(name: string, ips: readonly string[], labels: object, changes: Partial<Pod> = {}): Pod {
  const [namespace, own] = name.includes('/') ? (name.split('/') as [string, string]) : ['default', name];
  return {
    kind: 'Pod',
    meta: { namespace, name: own, created: undefined, origin },
    labels: new Map(Object.entries(labels) as [string, string][]),
    ips,
    isReady: true,
    hasEnded: false,
    isHostNetwork: false,
    ports: new Map(),
    isMeshed: false,
    ...changes,
  };
}
