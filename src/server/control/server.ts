import { randomBytes, randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AdminConfig } from '../../plugins/admin/config.ts';
import { HttpMeter } from '../../plugins/http-meter.ts';
import type { HttpServer } from '../../plugins/http-server.ts';
import type { ServiceEntryConfig } from '../../plugins/serviceentry/config.ts';
import { RegistryService, type MakeSources } from '../../plugins/serviceentry/control.ts';
import { tlsName } from '../../plugins/tls/config.ts';
import { TlsKeeper } from '../../plugins/tls/control.ts';
import { formatDurationMs } from '../../corefile/duration.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { LogFormat } from '../../runtime/make-logger.ts';
import type { Logger } from '../../runtime/logger.ts';
import { AddressWatch } from './address-watch.ts';
import { serverAddresses, socketAddresses, type Interfaces } from '../addresses.ts';
import type { BlockConfig, ListenerConfig, ServerConfig } from '../config.ts';
import { configOf } from './configure.ts';
import { Endpoints, lameduckMs, type EndpointPorts } from './endpoints.ts';
import type { InspectorEnvironment } from '../inspect/inspector.ts';
import type { ExportedFacts } from '../metrics/exporter.ts';
import { Totals } from '../metrics/totals.ts';
import { claimPorts } from './ports.ts';
import { connectionLimits } from './process-limits.ts';
import { Supervisor } from './supervisor.ts';

/** How long a stop waits for queries in flight; CoreDNS's 5 s. */
const graceMs = 5000;

export interface ServerEnvironment {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly logFormat: LogFormat;
  readonly interfaces: Interfaces;
  /** Secret of the process, for the hash of names. */
  readonly hashSeed: number;
  /** Workers where the Corefile says no number. */
  readonly cpus: number;
  /** Whether several sockets can share an address (SO_REUSEPORT). */
  readonly canReusePort: boolean;
  /** In place of the sources that the Corefile names, for tests and benchmarks. */
  readonly makeSources?: MakeSources;
  /** Files and sockets that the process may have open; no limit where it is not said. */
  readonly fileLimit?: number;
  /** For the metrics. */
  readonly version?: string;
  /** Log lines that this thread could not write. */
  readonly droppedLogLines?: () => number;
  /** When this is settled a start waits no longer for registries: who starts it will stop it at once. */
  readonly interrupted?: Promise<unknown>;
}

/** The running whole: registries on this thread, sockets and chains in workers. */
export class RunningServer {
  readonly listeners: readonly ListenerConfig[];
  readonly registries: readonly RegistryService[];
  readonly supervisor: Supervisor;
  readonly #config: ServerConfig;
  readonly #environment: ServerEnvironment;
  readonly #admins: HttpServer[] = [];
  readonly #httpMeter = new HttpMeter();
  readonly #httpConnections: number;
  readonly #tlsKeepers: TlsKeeper[] = [];
  readonly #addressWatch: AddressWatch;
  #endpoints: Endpoints | undefined;
  #isListening = false;

  private constructor(
    config: ServerConfig,
    environment: ServerEnvironment,
    registries: RegistryService[],
    supervisor: Supervisor,
    httpConnections: number,
  ) {
    this.#httpConnections = httpConnections;
    this.listeners = config.listeners;
    this.registries = registries;
    this.supervisor = supervisor;
    this.#config = config;
    this.#environment = environment;
    const { interfaces, clock, logger } = environment;
    const onMoved = (address: string): void => supervisor.reopen(address);
    this.#addressWatch = new AddressWatch({ interfaces, clock, logger, onMoved });
  }

  /**
   * Starts everything; resolves when all sockets are open and all registries have been read (or are overdue). Rejects,
   * with nothing left open, where an address cannot be listened on.
   */
  static async start(config: ServerConfig, environment: ServerEnvironment): Promise<RunningServer> {
    const { clock, logger, logFormat, hashSeed, canReusePort } = environment;
    const listeners = await claimPorts(config.listeners);
    const complete = withServerAddresses({ ...config, listeners }, environment.interfaces);
    const workers = canReusePort ? (config.sockets ?? environment.cpus) : 1;
    const connections = connectionLimits(environment.fileLimit ?? Infinity, {
      workers,
      streamSockets: listeners.flatMap(socketAddresses).length,
      httpServers: httpServers(config),
    });
    const maxConnections = connections.stream;
    const start = { config: complete, hashSeed, reusePort: canReusePort, maxConnections, logFormat };
    const supervisor = new Supervisor(start, clock, logger);
    const registries = complete.blocks.flatMap(serviceEntries).map(
      (directive) =>
        new RegistryService(
          directive,
          hashSeed,
          clock,
          logger,
          (handle) => supervisor.setTable(directive.table, handle),
          environment.makeSources,
          (text) => supervisor.setWaiting(directive.table, text),
        ),
    );
    for (const registry of registries) supervisor.setTable(registry.name, registry.table);
    const server = new RunningServer(complete, environment, registries, supervisor, connections.http);
    try {
      server.#startTls();
      await server.#openEndpoints();
      // Workers start while the registry is read; until that is done they answer SERVFAIL.
      const opened = supervisor.open(workers);
      server.#addressWatch.start(listeners.map(({ address }) => address));
      void opened.then(
        () => (server.#isListening = true),
        () => undefined,
      );
      const read = Promise.all(registries.map((registry) => registry.start()));
      await Promise.all([opened, environment.interrupted ? Promise.race([read, environment.interrupted]) : read]);
      await server.#startAdmins({ clock, hashSeed, randomUint16: () => randomInt(65_536) });
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Where `admin` answers, in the order of the Corefile. */
  get adminUrls(): readonly string[] {
    return this.#admins.map(({ url }) => url);
  }

  /** The ports of `health`, `ready` and `prometheus`. */
  get endpointPorts(): EndpointPorts {
    return this.#endpoints?.ports ?? { health: [], ready: [], prometheus: [] };
  }

  /**
   * The end that clients do not notice: it is not ready any more, but goes on answering for the time that `lameduck` of
   * `health` says, until nobody is sent here. Then it stops.
   */
  async shutDown(): Promise<void> {
    await this.#endpoints?.closeReady();
    const waitMs = lameduckMs(this.#config);
    const { clock, logger } = this.#environment;
    if (waitMs > 0) {
      logger.info(`plugin/health: Going into lameduck mode for ${formatDurationMs(waitMs)}`);
      await new Promise<void>((resolve) => clock.after(waitMs, resolve));
    }
    await this.stop();
  }

  /** Answers what is in flight, for at most 5 s, then closes everything. */
  async stop(): Promise<void> {
    this.#addressWatch.stop();
    for (const keeper of this.#tlsKeepers) keeper.stop();
    await this.#endpoints?.closeReady();
    await Promise.all(this.#admins.map((admin) => admin.close()));
    await this.supervisor.close(graceMs);
    await Promise.all(this.registries.map((registry) => registry.stop()));
    await this.#endpoints?.close();
  }

  /** Throws where a certificate or key cannot be used: nothing is opened then. */
  #startTls(): void {
    const configs = new Map(this.listeners.flatMap(({ tls }) => (tls ? [[tlsName(tls), tls] as const] : [])));
    for (const [name, config] of configs) {
      const keeper = new TlsKeeper(config, {
        clock: this.#environment.clock,
        logger: this.#environment.logger,
        readFile: (path) => readFileSync(path, 'utf8'),
        randomBytes,
        publish: (material) => this.supervisor.setTls(name, material),
      });
      this.#tlsKeepers.push(keeper);
      keeper.start();
    }
  }

  async #openEndpoints(): Promise<void> {
    const registryOf = this.#config.blocks.map((block) => {
      const directive = configOf<ServiceEntryConfig>(block, 'serviceentry');
      return directive && this.registries.find(({ name }) => name === directive.table);
    });
    this.#endpoints = await Endpoints.open(this.#config, {
      readyWatches: (block) => {
        const registry = registryOf[block];
        const sockets = { name: 'sockets', isReady: () => this.#isListening };
        if (!registry) return [sockets];
        const reason = (): string => registry.waitingText;
        return [sockets, { name: 'serviceentry', isReady: () => registry.isSynced, reason }];
      },
      facts: () => this.#facts(registryOf),
      httpMeter: this.#httpMeter,
      maxConnections: this.#httpConnections,
      clock: this.#environment.clock,
      logger: this.#environment.logger,
    });
  }

  #facts(registryOf: readonly (RegistryService | undefined)[]): Omit<ExportedFacts, 'health'> {
    const { supervisor } = this;
    const { version = '', droppedLogLines = () => 0, clock } = this.#environment;
    const registries = this.#config.blocks.flatMap(({ zones }, index) => {
      const service = registryOf[index];
      return service ? [{ zones, service }] : [];
    });
    const totals = new Totals(() => supervisor.counters);
    const workerRestarts = (): number => supervisor.restarts;
    const httpMeter = this.#httpMeter;
    return { version, config: this.#config, totals, workerRestarts, droppedLogLines, httpMeter, registries, clock };
  }

  async #startAdmins(environment: InspectorEnvironment): Promise<void> {
    const configs = this.#config.blocks.flatMap((block) => configOf<AdminConfig>(block, 'admin') ?? []);
    if (configs.length === 0) return;
    // Only who has an admin pays for its code.
    const { openAdmins } = await import('./admins.ts');
    const inspected = { config: this.#config, registries: this.registries, supervisor: this.supervisor };
    const http = { httpMeter: this.#httpMeter, maxConnections: this.#httpConnections };
    await openAdmins(configs, inspected, { ...environment, ...http }, (admin) => this.#admins.push(admin));
  }
}

/** At most so many: blocks may share one. */
function httpServers({ blocks }: ServerConfig): number {
  const plugins = ['health', 'ready', 'prometheus', 'admin'];
  return blocks.flatMap((block) => block.plugins).filter(({ name }) => plugins.includes(name)).length;
}

export function serviceEntries({ plugins }: BlockConfig): ServiceEntryConfig[] {
  return plugins.filter(({ name }) => name === 'serviceentry').map(({ config }) => config as ServiceEntryConfig);
}

/** Tells each `serviceentry` the addresses that `ns.dns.<zone>` answers: those of the listeners of its block. */
export function withServerAddresses(config: ServerConfig, interfaces: Interfaces): ServerConfig {
  const blocks = config.blocks.map((block, index) => {
    const listeners = config.listeners.filter(({ zones }) => zones.some(([, at]) => at === index));
    const addresses = serverAddresses(listeners, interfaces);
    const plugins = block.plugins.map((plugin) =>
      plugin.name === 'serviceentry'
        ? { ...plugin, config: { ...(plugin.config as ServiceEntryConfig), serverAddresses: addresses } }
        : plugin,
    );
    return { ...block, plugins };
  });
  return { ...config, blocks };
}
