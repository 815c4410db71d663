import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import { refusalOf } from './allowed.ts';
import { neverMatches } from './host.ts';
import { objectKey, type RegistryObject, type ServiceEntry } from './object.ts';
import type { RegistryOptions } from './options.ts';
import { Publisher } from './publisher.ts';
import type { Rejection } from './rejection.ts';
import type { Workload } from './resolve/endpoints.ts';
import { resolveHost } from './resolve/resolve.ts';
import { autoAddressesOf } from './resolve/vips.ts';
import type { Change, Sink } from './source.ts';
import { syncState } from './table/layout.ts';
import type { TableWriter } from './table/writer.ts';
import { WorkloadIndex } from './workload-index.ts';

/** What a registry holds and has done, for logs, metrics and tests. */
export interface RegistryStatus {
  readonly objects: number;
  readonly hosts: number;
  /** Hosts that were resolved since the start. */
  readonly resolved: number;
  readonly rejections: readonly Rejection[];
}

/**
 * The store of one `serviceentry` directive and what keeps its answer table right: objects come in through the sink,
 * and the hosts that they touch are resolved again, and no others.
 */
export class Registry implements Sink {
  readonly #options: RegistryOptions;
  readonly #table: TableWriter;
  readonly #publisher: Publisher;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #objects = new Map<string, RegistryObject>();
  readonly #byHost = new Map<string, ServiceEntry[]>();
  readonly #workloads = new WorkloadIndex();
  /** Refused hosts, by object key. */
  readonly #refused = new Map<string, readonly Rejection[]>();
  #rejections: readonly Rejection[] = [];
  #resolved = 0;

  constructor(
    options: RegistryOptions,
    table: TableWriter,
    serverAddresses: readonly string[],
    clock: Clock,
    logger: Logger,
  ) {
    this.#options = options;
    this.#table = table;
    this.#clock = clock;
    this.#logger = logger;
    this.#publisher = new Publisher(table, options.zones, serverAddresses, options.ttl);
    this.#touchSerial();
  }

  get status(): RegistryStatus {
    return {
      objects: this.#objects.size,
      hosts: this.#publisher.hosts,
      resolved: this.#resolved,
      rejections: [...this.#rejections, ...[...this.#refused.values()].flat()],
    };
  }

  /** The first host that answers with addresses of its own, or any, or `undefined`: for a hint at the start. */
  get exampleHost(): string | undefined {
    return this.#publisher.exampleHost;
  }

  apply(changes: readonly Change[]): void {
    const dirty = new Set<string>();
    for (const change of changes) {
      const key =
        change.type === 'upsert' ? objectKey(change.object) : `${change.kind}/${change.namespace}/${change.name}`;
      const old = this.#objects.get(key);
      if (old) this.#remove(old, key, dirty);
      if (change.type === 'upsert') this.#add(change.object, key, dirty);
    }
    let changed = false;
    for (const host of dirty) changed = this.#resolve(host) || changed;
    if (changed) this.#touchSerial();
  }

  rejected(rejections: readonly Rejection[]): void {
    this.#rejections = rejections;
  }

  synced(): void {
    this.#table.sync = syncState.synced;
    const held = this.#options.autoAddresses === 'off' ? this.#countAutoAddresses() : 0;
    if (held > 0) {
      this.#logger.info(
        `plugin/serviceentry: automatically allocated addresses of ${held} hosts are held back; auto_addresses says who gets them`,
      );
    }
  }

  #add(object: RegistryObject, key: string, dirty: Set<string>): void {
    this.#objects.set(key, object);
    if (object.kind === 'Service' || object.kind === 'Sidecar') return;
    if (object.kind !== 'ServiceEntry') {
      this.#workloads.addWorkload(object);
      this.#touchSelecting(object, dirty);
      return;
    }
    this.#workloads.addSelector(object);
    const refused: Rejection[] = [];
    for (const host of object.hosts) {
      const reason = refusalOf(object, host, this.#options);
      if (reason !== undefined) refused.push(this.#refuse(object, host, reason));
      else if (!neverMatches(host)) {
        const entries = this.#byHost.get(host);
        if (entries) entries.push(object);
        else this.#byHost.set(host, [object]);
        dirty.add(host);
      }
    }
    if (refused.length > 0) this.#refused.set(key, refused);
  }

  #remove(object: RegistryObject, key: string, dirty: Set<string>): void {
    this.#objects.delete(key);
    if (object.kind === 'Service' || object.kind === 'Sidecar') return;
    if (object.kind !== 'ServiceEntry') {
      this.#touchSelecting(object, dirty);
      this.#workloads.removeWorkload(object);
      return;
    }
    this.#workloads.removeSelector(object);
    this.#refused.delete(key);
    for (const host of object.hosts) {
      const entries = this.#byHost.get(host);
      const at = entries?.indexOf(object) ?? -1;
      if (!entries || at < 0) continue;
      if (entries.length === 1) this.#byHost.delete(host);
      else entries.splice(at, 1);
      dirty.add(host);
    }
  }

  #touchSelecting(workload: Workload, dirty: Set<string>): void {
    for (const entry of this.#workloads.selecting(workload)) {
      for (const host of entry.hosts) if (this.#byHost.has(host)) dirty.add(host);
    }
  }

  /** Resolves and publishes one host, and the one above where an endpoint name of it comes into or out of view. */
  #resolve(host: string): boolean {
    const changed = this.#publish(host);
    const above = this.#publisher.hiddenBy(host);
    return above === undefined ? changed : this.#publish(above) || changed;
  }

  #publish(host: string): boolean {
    this.#resolved++;
    const visible = (this.#byHost.get(host) ?? []).filter((entry) => this.#isPublic(entry));
    if (visible.length === 0) return this.#publisher.publish(host, undefined);
    const answer = resolveHost(host, visible, (entry) => this.#workloads.selectedBy(entry), this.#options);
    return this.#publisher.publish(host, answer);
  }

  /** A client of no known namespace sees only what is exported to all (SEMANTICS.md section 8). */
  #isPublic(entry: ServiceEntry): boolean {
    const exportTo = entry.exportTo.length > 0 ? entry.exportTo : this.#options.defaultExportTo;
    return exportTo.length === 0 || exportTo.includes('*');
  }

  #touchSerial(): void {
    this.#table.serial = Math.floor(this.#clock.wall() / 1000);
  }

  #refuse(entry: ServiceEntry, host: string, reason: string): Rejection {
    const object = `ServiceEntry ${entry.meta.namespace}/${entry.meta.name}`;
    this.#logger.warning(`plugin/serviceentry: ${object}: host ${host} is not served: ${reason}`);
    const field = `spec.hosts[${entry.hosts.indexOf(host)}]`;
    return { reason: 'not-allowed', object, field, message: reason, origin: entry.meta.origin.text };
  }

  #countAutoAddresses(): number {
    let hosts = 0;
    for (const [host, entries] of this.#byHost) {
      if (entries.some((entry) => autoAddressesOf(entry, host).length > 0)) hosts++;
    }
    return hosts;
  }
}
