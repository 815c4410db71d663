import { randomInt } from 'node:crypto';
import type { Announcement, Control, NamedReadiness } from '../../plugins/control.ts';
import type { InspectionBackend } from '../../plugins/inspection.ts';
import type { Interfaces } from '../../plugins/plugin.ts';
import { makePlugins, type Plugins } from '../../plugins/plugins.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { LogFormat } from '../../runtime/make-logger.ts';
import type { Family } from '../../runtime/metrics/family.ts';
import { socketAddresses } from '../addresses.ts';
import type { ListenerConfig, ServerConfig } from '../config.ts';
import { dnsFamilies } from '../metrics/dns-families.ts';
import { dropFamilies } from '../metrics/drop-families.ts';
import { metricsLayout, serverLabel, type MetricsLayout } from '../metrics/layout.ts';
import { processFamilies } from '../metrics/process-families.ts';
import { Totals } from '../metrics/totals.ts';
import { SharedNumbers } from '../shared-numbers.ts';
import { publishedKey } from '../worker-protocol.ts';
import { Controls } from './controls.ts';
import { hostOf, HttpServers } from './host.ts';
import { Panics } from './panics.ts';
import { withPlaces } from './places.ts';
import { probePorts } from './ports.ts';
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
  /** In place of the list of plugins, for tests and benchmarks. The workers have the list. */
  readonly plugins?: Plugins;
  /** Files and sockets that the process may have open; no limit where it is not said. */
  readonly fileLimit?: number;
  /** For the metrics. */
  readonly version?: string;
  /** Log lines that this thread could not write. */
  readonly droppedLogLines?: () => number;
  /** When this is settled a start waits no longer for registries: who starts it will stop it at once. */
  readonly interrupted?: Promise<unknown>;
}

/**
 * The running whole:
 *
 *     this thread    the control halves of the plugins (controls.ts), each with its host (host.ts)
 *     workers        sockets and chains (../worker), kept alive by the supervisor
 */
export class RunningServer {
  readonly supervisor: Supervisor;
  readonly #config: ServerConfig;
  readonly #environment: ServerEnvironment;
  readonly #plugins: Plugins;
  readonly #layout: MetricsLayout;
  readonly #totals: Totals;
  readonly #panics: Panics;
  readonly #http: HttpServers;
  readonly #controls: Controls;
  readonly #workers: number;
  #isListening = false;

  private constructor(config: ServerConfig, plugins: Plugins, environment: ServerEnvironment) {
    const { clock, logger, logFormat, hashSeed, canReusePort } = environment;
    this.#config = config;
    this.#plugins = plugins;
    this.#environment = environment;
    this.#workers = canReusePort ? (config.sockets ?? environment.cpus) : 1;
    const connections = connectionLimits(environment.fileLimit ?? Infinity, {
      workers: this.#workers,
      streamSockets: config.listeners.flatMap(socketAddresses).length,
      httpServers: httpServers(config),
    });
    this.#layout = metricsLayout(config, plugins);
    const start = {
      config,
      hashSeed,
      shared: new SharedNumbers(config, plugins, this.#workers).make(),
      reusePort: canReusePort,
      maxConnections: connections.stream,
      logFormat,
    };
    this.supervisor = new Supervisor(start, this.#layout.length, clock, logger);
    this.#totals = new Totals(() => this.supervisor.counters);
    this.#panics = new Panics(logger);
    this.#http = new HttpServers(connections.http);
    this.#controls = new Controls(this.#panics);
  }

  /**
   * Starts everything; resolves when all sockets are open and all registries have been read (or are overdue). Rejects, with
   * nothing left open, where an address cannot be listened on or a plugin cannot start.
   */
  static async start(config: ServerConfig, environment: ServerEnvironment): Promise<RunningServer> {
    const { interfaces, plugins = makePlugins() } = environment;
    const listeners = await probePorts(config.listeners);
    const server = new RunningServer(withPlaces({ ...config, listeners }, plugins, interfaces), plugins, environment);
    try {
      await server.#start();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  get listeners(): readonly ListenerConfig[] {
    return this.#config.listeners;
  }

  /** What the plugins announce of themselves. */
  get announcements(): readonly Announcement[] {
    return this.#controls.announcements;
  }

  /** Grows with the changes that the plugins have worked through. */
  get changes(): number {
    return this.#controls.changes;
  }

  /** The ports of the HTTP servers that a plugin has opened, in that order. */
  httpPorts(plugin: string): number[] {
    return this.#http.of(plugin).map(({ port }) => port);
  }

  /** The control half of a plugin that the Corefile has. */
  control(plugin: string): Control | undefined {
    return this.#controls.of(plugin);
  }

  /** A defect that nobody caught: it is logged and counted. */
  recover(error: unknown): void {
    this.#panics.caught('', error);
  }

  /**
   * The end that clients do not notice: it is not ready any more, but goes on answering for the time that plugins ask for,
   * until nobody is sent here. Then it stops.
   */
  async shutDown(): Promise<void> {
    await this.#controls.withdraw();
    await this.#controls.drain();
    await this.stop();
  }

  /** Answers what is in flight, for at most 5 s, then closes everything. */
  async stop(): Promise<void> {
    await this.#controls.withdraw();
    await this.supervisor.close(graceMs);
    await this.#controls.stop();
    await this.#http.close();
  }

  async #start(): Promise<void> {
    const { interrupted } = this.#environment;
    const parts = {
      ...this.#environment,
      supervisor: this.supervisor,
      panics: this.#panics,
      http: this.#http,
      totals: this.#totals,
      layout: this.#layout,
      servers: (block: number) =>
        this.#config.listeners.filter(({ zones }) => zones.some(([, each]) => each === block)).map(serverLabel),
      readiness: (block: number) => this.#readiness(block),
      metrics: (isShown: (block: number) => boolean) => this.#metrics(isShown),
      inspection: () => this.#inspection(),
    };
    await this.#controls.make(this.#config, this.#plugins, (plugin) => hostOf(plugin, parts));
    await this.#controls.start();
    // Workers start while registries are read; until that is done they answer SERVFAIL.
    const opened = this.supervisor.open(this.#workers).then(() => (this.#isListening = true));
    const read = this.#controls.load();
    await Promise.all([opened, interrupted ? Promise.race([read, interrupted]) : read]);
  }

  #readiness(block: number): NamedReadiness[] {
    return [{ name: 'sockets', isReady: () => this.#isListening }, ...this.#controls.readiness(block)];
  }

  #metrics(isShown: (block: number) => boolean): Family[] {
    const { version = '', droppedLogLines = () => 0 } = this.#environment;
    const facts = {
      version,
      totals: this.#totals,
      workerRestarts: () => this.supervisor.restarts,
      droppedLogLines,
      controlPanics: () => this.#panics.count,
      httpMeter: this.#http.meter,
    };
    return [
      ...processFamilies(facts),
      ...dnsFamilies(this.#config, this.#layout, isShown, this.#totals),
      ...dropFamilies(this.#config, isShown),
      ...this.#controls.metrics(isShown),
    ];
  }

  async #inspection(): Promise<InspectionBackend> {
    // Only who looks pays for the code.
    const { makeInspectionBackend } = await import('../inspect/inspection-backend.ts');
    const { clock, hashSeed } = this.#environment;
    const { supervisor } = this;
    return makeInspectionBackend(
      this.#config,
      (block) => this.#controls.inspectables(block),
      {
        plugins: this.#plugins,
        clock,
        hashSeed,
        randomUint16: () => randomInt(65_536),
        table: (name) => supervisor.table(name),
        published: (plugin, block) => supervisor.published(publishedKey(plugin, block)),
      },
      () => ({ workers: supervisor.counters.length, restarts: supervisor.restarts }),
    );
  }
}

/** At most so many: blocks may share one. */
function httpServers({ blocks }: ServerConfig): number {
  return blocks.flatMap(({ plugins }) => plugins).filter(({ settings }) => settings.http).length;
}
