import { nodeFileSystem, type FileSystem } from '../../runtime/files/file-system.ts';
import type { Family } from '../../runtime/metrics/family.ts';
import type { Control, Host } from '../control.ts';
import type { Use } from '../plugin.ts';
import type { HostsConfig } from './hosts.ts';
import { HostsService } from './service.ts';
import { hostsFamilies } from './metrics.ts';

/** A table for each server block that has the directive. */
export class HostsControl implements Control {
  readonly #services: ReadonlyMap<number, HostsService>;

  constructor(uses: readonly Use<HostsConfig>[], host: Host, fileSystem: FileSystem = nodeFileSystem) {
    this.#services = new Map(uses.map(({ block, config }) => [block, new HostsService(config, host, fileSystem)]));
  }

  async load(): Promise<void> {
    await Promise.all(Array.from(this.#services.values(), (service) => service.start()));
  }

  metrics(isShown: (block: number) => boolean): readonly Family[] {
    return hostsFamilies([...this.#services].flatMap(([block, service]) => (isShown(block) ? service : [])));
  }

  get changes(): number {
    return [...this.#services.values()].reduce((sum, { changes }) => sum + changes, 0);
  }

  stop(): void {
    for (const service of this.#services.values()) service.stop();
  }
}
