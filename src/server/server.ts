import { randomInt } from 'node:crypto';
import { AdminServer } from '../plugins/admin/admin-server.ts';
import type { AdminConfig } from '../plugins/admin/config.ts';
import type { ServiceEntryConfig } from '../plugins/serviceentry/config.ts';
import { RegistryService, type MakeSources } from '../plugins/serviceentry/control.ts';
import type { Clock } from '../runtime/clock.ts';
import type { LogFormat } from '../runtime/make-logger.ts';
import type { Logger } from '../runtime/logger.ts';
import { serverAddresses, type Interfaces } from './addresses.ts';
import type { BlockConfig, ListenerConfig, ServerConfig } from './config.ts';
import { configOf } from './configure.ts';
import { adminBackend } from './inspect/admin-backend.ts';
import { InspectError } from './inspect/inspect-error.ts';
import { Inspector, type InspectorEnvironment } from './inspect/inspector.ts';
import { claimPorts } from './ports.ts';
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
}

/** The running whole: registries on this thread, sockets and chains in workers. */
export class RunningServer {
  readonly listeners: readonly ListenerConfig[];
  readonly registries: readonly RegistryService[];
  readonly supervisor: Supervisor;
  readonly #admins: AdminServer[] = [];

  private constructor(listeners: readonly ListenerConfig[], registries: RegistryService[], supervisor: Supervisor) {
    this.listeners = listeners;
    this.registries = registries;
    this.supervisor = supervisor;
  }

  /**
   * Starts everything; resolves when all sockets are open and all registries have been read (or are overdue). Rejects,
   * with nothing left open, where an address cannot be listened on.
   */
  static async start(config: ServerConfig, environment: ServerEnvironment): Promise<RunningServer> {
    const { clock, logger, logFormat, hashSeed, canReusePort } = environment;
    const listeners = await claimPorts(config.listeners);
    const complete = withServerAddresses({ ...config, listeners }, environment.interfaces);
    const start = { config: complete, hashSeed, reusePort: canReusePort, logFormat };
    const supervisor = new Supervisor(start, clock, logger);
    const registries = complete.blocks
      .flatMap(serviceEntries)
      .map(
        (directive) =>
          new RegistryService(
            directive,
            hashSeed,
            clock,
            logger,
            (handle) => supervisor.setTable(directive.table, handle),
            environment.makeSources,
          ),
      );
    for (const registry of registries) supervisor.setTable(registry.name, registry.table);
    const server = new RunningServer(listeners, registries, supervisor);
    try {
      // Workers start while the registry is read; until that is done they answer SERVFAIL.
      const opened = supervisor.open(canReusePort ? (config.sockets ?? environment.cpus) : 1);
      await Promise.all([opened, ...registries.map((registry) => registry.start())]);
      await server.#startAdmins(complete, { clock, hashSeed, randomUint16: () => randomInt(65_536) });
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

  /** Answers what is in flight, for at most 5 s, then closes everything. */
  async stop(): Promise<void> {
    await Promise.all(this.#admins.map((admin) => admin.close()));
    await this.supervisor.close(graceMs);
    await Promise.all(this.registries.map((registry) => registry.stop()));
  }

  async #startAdmins(config: ServerConfig, environment: InspectorEnvironment): Promise<void> {
    const inspector = new Inspector(config, this.registries, environment);
    const { supervisor } = this;
    const backend = adminBackend(inspector, () => ({
      workers: supervisor.counters.length,
      restarts: supervisor.restarts,
    }));
    const configs = config.blocks.flatMap((block) => configOf<AdminConfig>(block, 'admin') ?? []);
    // Several blocks may name one address: each admin tells of all blocks.
    const distinct = new Map(configs.map((each) => [`${each.address} ${each.port}`, each]));
    for (const each of distinct.values()) {
      this.#admins.push(await AdminServer.start(each, backend, (error) => error instanceof InspectError));
    }
  }
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
