import type { Announcement, Control, NamedReadiness } from '../../plugins/control.ts';
import { makePlugins, type Plugins } from '../../plugins/plugins.ts';
import { Activities } from '../../runtime/activities.ts';
import { socketAddresses } from '../addresses.ts';
import type { ListenerConfig, ServerConfig } from '../config.ts';
import { Totals } from '../metrics/totals.ts';
import type { HostMaker } from './controls.ts';
import { Generation } from './generation.ts';
import { hostOf, type HostContext, type HostParts } from './host.ts';
import { HttpServers } from './http-servers.ts';
import { Panics } from './panics.ts';
import { withPlaces } from './places.ts';
import { probePorts } from './ports.ts';
import { connectionLimits } from './process-limits.ts';
import { Identities } from './reload/identities.ts';
import { Reloader } from './reload/reloader.ts';
import type { ServerEnvironment } from './server-environment.ts';
import { serverInspection } from './server-inspection.ts';
import { serverMetrics } from './server-metrics.ts';
import { Supervisor } from './workers/supervisor.ts';

/** How long a stop waits for queries in flight; CoreDNS's 5 s. */
const graceMs = 5000;

/**
 * The running whole:
 *
 *     this thread    the control halves of the plugins (controls.ts), each with its host (host.ts)
 *     workers        sockets and chains (../worker), kept alive by the supervisor
 *
 * Another configuration takes the place of the one that runs in these steps; where one of them fails, what was made for it is closed
 * again, and nothing has changed:
 *
 *     ports are probed ─► new control halves start and read ─► workers build chains and open sockets
 *                      ─► workers change over, HTTP servers change hands ─► what is not used any more stops
 */
export class RunningServer {
  readonly supervisor: Supervisor;
  readonly reloader: Reloader;
  readonly #environment: ServerEnvironment;
  readonly #plugins: Plugins;
  readonly #identities: Identities;
  readonly #panics: Panics;
  readonly #http: HttpServers;
  readonly #workers: number;
  readonly #hosts: HostParts;
  readonly #sockets: NamedReadiness = { name: 'sockets', isReady: () => this.#isListening };
  /** The configuration that runs. */
  #current: Generation;
  #generations = 1;
  #isListening = false;
  #isStopping = false;
  #interruptReload = (): void => undefined;
  #reloading: Promise<void> = Promise.resolve();

  private constructor(config: ServerConfig, identities: Identities, plugins: Plugins, environment: ServerEnvironment) {
    const {
      clock,
      logger,
      logFormat,
      hashSeed,
      canReusePort,
      version = '',
      commit = '',
      droppedLogLines = () => 0,
    } = environment;
    this.#identities = identities;
    this.#plugins = plugins;
    this.#environment = environment;
    this.#workers = canReusePort ? (config.sockets ?? environment.cpus) : 1;
    this.#panics = new Panics(logger);
    this.#current = new Generation(config, plugins, this.#workers, this.#panics, 0);
    const limits = this.#limitsOf(config);
    const start = { hashSeed, reusePort: canReusePort, logFormat };
    const supervisor = new Supervisor(start, this.#current.forWorkers(limits.stream), clock, logger);
    const totals = new Totals(() => supervisor.counters);
    const activities = new Activities();
    const reloader = new Reloader(environment.corefile, (next) => this.reload(next), clock, logger, activities);
    supervisor.onReport = (serial, data) => this.#current.controls.report(serial, data);
    this.supervisor = supervisor;
    this.reloader = reloader;
    this.#http = new HttpServers(limits.http, canReusePort, this.#panics);
    const measured = {
      version,
      fileLimit: environment.fileLimit ?? Infinity,
      commit,
      totals,
      reloader,
      workerRestarts: () => supervisor.restarts,
      droppedLogLines,
      controlPanics: () => this.#panics.count,
      httpMeter: this.#http.meter,
    };
    const common = { plugins, clock, hashSeed, version, startedMs: clock.wall(), supervisor, reloader };
    const inspected = { ...common, current: () => this.#current };
    this.#hosts = {
      ...environment,
      supervisor,
      panics: this.#panics,
      http: this.#http,
      totals,
      activities,
      corefile: reloader,
      readiness: () => [this.#sockets],
      metrics: (isShown) => serverMetrics(this.#current, measured, isShown),
      inspection: () => serverInspection(inspected),
    };
  }

  /**
   * Starts everything; resolves when all sockets are open and all registries have been read (or are overdue). Rejects, with
   * nothing left open, where an address cannot be listened on or a plugin cannot start.
   */
  static async start(config: ServerConfig, environment: ServerEnvironment): Promise<RunningServer> {
    const { interfaces, plugins = makePlugins() } = environment;
    const listeners = await probePorts(config.listeners);
    const identities = new Identities();
    const numbered = identities.number(withPlaces({ ...config, listeners }, plugins, interfaces));
    const server = new RunningServer(numbered, identities, plugins, environment);
    try {
      await server.#start();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  get listeners(): readonly ListenerConfig[] {
    return this.#current.config.listeners;
  }

  /** What the plugins announce of themselves. */
  get announcements(): readonly Announcement[] {
    return this.#current.controls.announcements;
  }

  /** Grows with the changes that the plugins have worked through. */
  get changes(): number {
    return this.#current.controls.changes;
  }

  /** The ports of the HTTP servers that a plugin has opened, in that order. */
  httpPorts(plugin: string): number[] {
    return this.#http.of(plugin).map(({ port }) => port);
  }

  /** The control halves of a plugin that the Corefile has, in its order. */
  controls(plugin: string): readonly Control[] {
    return this.#current.controls.of(plugin);
  }

  /** A defect that nobody caught: it is logged and counted. */
  recover(error: unknown): void {
    this.#panics.caught('', error);
  }

  /**
   * Has another configuration take the place of the one that runs; one at a time. Rejects, with nothing changed, where that cannot
   * be: the message has the position of the line whose fault it is.
   */
  reload(config: ServerConfig): Promise<void> {
    const done = this.#reloading.then(() => this.#reload(config));
    this.#reloading = done.catch(() => undefined);
    return done;
  }

  /**
   * The end that clients do not notice: it is not ready any more, but goes on answering for the time that plugins ask for,
   * until nobody is sent here. Then it stops.
   */
  async shutDown(): Promise<void> {
    await this.#endReloads();
    await this.#current.controls.withdraw();
    await this.#current.controls.drain();
    await this.stop();
  }

  /** Answers what is in flight, for at most 5 s, then closes everything. */
  async stop(): Promise<void> {
    await this.#endReloads();
    const { controls } = this.#current;
    await controls.withdraw();
    await this.supervisor.close(graceMs);
    await controls.stop();
    await this.#http.close();
  }

  async #start(): Promise<void> {
    const { interrupted } = this.#environment;
    const { controls, config } = this.#current;
    await controls.make(config, this.#plugins, this.#hostMaker(this.#current), this.#identities.newSerial);
    this.supervisor.use(this.#current.forWorkers(this.#limitsOf(config).stream));
    await controls.start();
    this.#http.commit(new Set(this.#current.controlSerials));
    // Workers start while registries are read; until that is done they answer SERVFAIL.
    const opened = this.supervisor.open(this.#workers).then(() => (this.#isListening = true));
    const read = controls.load();
    await Promise.all([opened, interrupted ? Promise.race([read, interrupted]) : read]);
  }

  /** No reload begins any more, and one that is under way is given up, or done. */
  async #endReloads(): Promise<void> {
    this.#isStopping = true;
    this.#interruptReload();
    await this.#reloading;
  }

  async #reload(config: ServerConfig): Promise<void> {
    this.#refuseWhileStopping();
    const { interfaces, setDebug } = this.#environment;
    const before = this.#current;
    const listeners = await probePorts(config.listeners, before.config.listeners);
    const placed = withPlaces({ ...config, listeners }, this.#plugins, interfaces);
    const numbered = this.#identities.number(placed, before.config);
    const next = new Generation(numbered, this.#plugins, this.#workers, this.#panics, this.#generations++, before);
    try {
      await this.#prepare(next, before);
    } catch (error) {
      this.supervisor.abort();
      await next.controls.stop(before.controls);
      this.#http.abort();
      this.#closePublications(next, before);
      throw error;
    }
    this.#current = next;
    for (const { context } of next.controls.all) context.generation = next;
    this.#http.commit(new Set(next.controlSerials));
    setDebug?.(numbered.debug);
    await this.supervisor.commit();
    await before.controls.stop(next.controls);
    this.#closePublications(before, next);
    next.setInPlace();
    this.#warnOfWorkers(numbered);
  }

  /** Makes all that the configuration needs beside what runs. */
  async #prepare(next: Generation, before: Generation): Promise<void> {
    const { controls, config } = next;
    await controls.make(config, this.#plugins, this.#hostMaker(next), this.#identities.newSerial, before.controls);
    await controls.start(before.controls);
    this.#refuseWhileStopping();
    const interrupted = new Promise<void>((resolve) => (this.#interruptReload = resolve));
    await Promise.race([controls.load(before.controls), interrupted]);
    this.#refuseWhileStopping();
    const [unready] = controls.unready(before.controls);
    if (unready !== undefined) throw new Error(unready);
    await this.supervisor.prepare(next.forWorkers(this.#limitsOf(config).stream));
    this.#refuseWhileStopping();
  }

  #refuseWhileStopping(): void {
    if (this.#isStopping) throw new Error('the server is stopping');
  }

  /** What control halves publish that only the first configuration has concerns nobody. */
  #closePublications(gone: Generation, other: Generation): void {
    const left = new Set(other.controlSerials);
    for (const serial of gone.controlSerials) if (!left.has(serial)) this.supervisor.publications.close(serial);
  }

  #warnOfWorkers({ sockets }: ServerConfig): void {
    const { canReusePort, cpus, logger } = this.#environment;
    const wanted = canReusePort ? (sockets ?? cpus) : 1;
    if (wanted === this.#workers) return;
    logger.warning(
      `multisocket: the number of sockets stays ${this.#workers} until a restart; the Corefile wants ${wanted}`,
    );
  }

  #hostMaker(generation: Generation): HostMaker<HostContext> {
    return {
      context: (plugin, serial, isShared) => ({ plugin, serial, isShared, generation }),
      host: (context) => {
        this.supervisor.publications.open(context.serial);
        return hostOf(context, this.#hosts);
      },
    };
  }

  #limitsOf(config: ServerConfig) {
    return connectionLimits(this.#environment.fileLimit ?? Infinity, {
      workers: this.#workers,
      streamSockets: config.listeners.flatMap(socketAddresses).length,
      httpServers: httpServers(config),
    });
  }
}

/** At most so many: blocks may share one. */
function httpServers({ blocks }: ServerConfig): number {
  return blocks.flatMap(({ plugins }) => plugins).filter(({ settings }) => settings.http).length;
}
