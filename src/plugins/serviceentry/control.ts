import type { Family } from '../../runtime/metrics/family.ts';
import type { Announcement, Control, Host, Readiness } from '../control.ts';
import type { Inspectable } from '../inspection.ts';
import type { Use } from '../plugin.ts';
import type { ServiceEntryConfig } from './config.ts';
import { RegistryInspectable } from './inspectable.ts';
import { registryFamilies } from './metrics.ts';
import { RegistryService, type MakeSources } from './registry-service.ts';

/** The registry of a server block that has the directive. */
export class ServiceEntryControl implements Control {
  readonly #services = new Map<number, RegistryService>();
  readonly #uses: readonly Use<ServiceEntryConfig>[];
  readonly #host: Host;

  constructor(uses: readonly Use<ServiceEntryConfig>[], host: Host, makeSources?: MakeSources) {
    this.#uses = uses;
    this.#host = host;
    for (const { block, config } of uses) {
      this.#services.set(block, new RegistryService(config, host, makeSources));
    }
  }

  /** In the order of the Corefile. */
  get services(): readonly RegistryService[] {
    return [...this.#services.values()];
  }

  async load(): Promise<void> {
    await Promise.all(this.services.map((service) => service.start()));
  }

  readiness(block: number): Readiness | undefined {
    const service = this.#services.get(block);
    return service && { isReady: () => service.isSynced, reason: () => service.waitingText };
  }

  metrics(): readonly Family[] {
    const registries = this.#uses.map(({ block, zones }) => {
      const servers = this.#host.sharesZones(block) ? this.#host.servers(block) : [];
      return { zones, servers, service: this.#services.get(block)!, counts: this.#host.counters(block) };
    });
    return registryFamilies(registries, this.#host.clock);
  }

  announcement(): Announcement {
    const hosts = this.services.reduce((sum, { status }) => sum + status.hosts, 0);
    const [exampleName] = this.services.flatMap(({ exampleHost }) => exampleHost ?? []);
    return { hosts, exampleName };
  }

  inspectable(block: number): Inspectable | undefined {
    const service = this.#services.get(block);
    return service && new RegistryInspectable(service);
  }

  get changes(): number {
    return this.services.reduce((sum, { status }) => sum + status.resolved, 0);
  }

  save(): void {
    for (const service of this.services) service.save();
  }

  async stop(): Promise<void> {
    await Promise.all(this.services.map((service) => service.stop()));
  }
}
