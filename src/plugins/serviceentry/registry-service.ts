import { FileSource } from '../../registry/sources/file/file-source.ts';
import { KubernetesSource } from '../../registry/sources/kubernetes/kubernetes-source.ts';
import { keyOfSource } from '../../registry/model/object.ts';
import { Registry, type RegistryStatus } from '../../registry/registry.ts';
import type { Rejection } from '../../registry/model/rejection.ts';
import { HostIndex } from '../../registry/search/host-index.ts';
import type { PodDemand } from '../../registry/model/pod-demand.ts';
import type { Change, SnapshotStatus, Source, SourceStatus } from '../../registry/sources/source.ts';
import { changesOfSource } from '../../registry/sources/source-changes.ts';
import { syncState } from '../../table/layout.ts';
import { TableWriter } from '../../table/writer.ts';
import type { Activities, Activity } from '../../runtime/activities.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Host } from '../control.ts';
import type { Checker } from '../../registry/check/checker.ts';
import { startAllocation, type RunningAllocation } from './allocation.ts';
import { ChangeTimes } from './change-times.ts';
import type { ServiceEntryConfig } from './config.ts';
import { startChecks } from './check/start-checks.ts';
import { RegistryPublicHosts } from './public-hosts.ts';
import { SyncWatch } from './sync-watch.ts';

/** Any time: nothing happens then. */
const keepAliveMs = 60_000;
const readOnlyTimeoutMs = 3_600_000;

/** What a registry uses of its host. */
export type RegistryHost = Pick<
  Host,
  | 'clock'
  | 'logger'
  | 'hashSeed'
  | 'interfaces'
  | 'isReadOnly'
  | 'activities'
  | 'inPlace'
  | 'publishTable'
  | 'publishWaiting'
>;

/** Makes the sources that the directive names. */
export type MakeSources = (config: ServiceEntryConfig, host: RegistryHost) => Source[];

function makeSources(config: ServiceEntryConfig, { clock, logger, isReadOnly, inPlace }: RegistryHost): Source[] {
  const { files, maxFileBytes, kubernetes, registry } = config;
  const sources: Source[] = [];
  if (files.length > 0) {
    const limit = maxFileBytes > 0 ? { maxFileBytes } : {};
    sources.push(new FileSource({ paths: files, clock, logger, ...limit }));
  }
  if (kubernetes.clusters.length > 0) {
    const { services, sidecars, nodes } = registry;
    const watched = { watchesServices: services, watchesSidecars: sidecars, watchesNodes: nodes };
    sources.push(new KubernetesSource({ config: kubernetes, ...watched, clock, logger, isReadOnly, inPlace }));
  }
  return sources;
}

/** The control half of one `serviceentry` directive at work: its sources, its store and its answer table. */
export class RegistryService {
  readonly #config: ServiceEntryConfig;
  readonly #sources: readonly Source[];
  readonly #registry: Registry;
  readonly #writer: TableWriter;
  readonly #clock: Clock;
  readonly #activities: Activities;
  readonly #isReadOnly: boolean;
  readonly #allocation: RunningAllocation | undefined;
  #hosts: HostIndex | undefined;
  /** For the metrics. */
  readonly changeTimes: ChangeTimes;
  readonly #syncWatch: SyncWatch;
  /** `undefined` where endpoints are not checked. */
  readonly checker: Checker | undefined;
  /** What other name servers may be told. */
  readonly publicHosts: RegistryPublicHosts;
  #isSynced = false;
  #cancelTimeout: (() => void) | undefined;
  #alive: NodeJS.Timeout | undefined;

  /** Publishes its table. `sourcesOf` is for tests and benchmarks that feed objects by hand. */
  constructor(config: ServiceEntryConfig, host: RegistryHost, sourcesOf: MakeSources = makeSources) {
    const { clock, logger, isReadOnly } = host;
    const { table, serverAddresses, registry } = config;
    this.#config = config;
    this.#clock = clock;
    this.#activities = host.activities;
    this.#isReadOnly = isReadOnly;
    this.changeTimes = new ChangeTimes(clock);
    this.#writer = new TableWriter(host.hashSeed, (handle) => host.publishTable(table, handle));
    host.publishTable(table, this.#writer.handle);
    const allocation = startAllocation(config.allocation, clock, logger, isReadOnly, host.inPlace);
    this.#allocation = allocation;
    const onPodDemand = (demand: PodDemand): void => {
      for (const source of this.#sources) source.demand?.(demand);
    };
    this.checker = startChecks(config.check, host, (targets) => this.#registry.checked(targets));
    const stands = { table: this.#writer, serverAddresses, allocation, checker: this.checker, clock, logger };
    const onResolved = (hosts: ReadonlySet<string>): void => this.publicHosts.changed(hosts);
    this.#registry = new Registry(registry, { ...stands, onPodDemand, onResolved });
    this.publicHosts = new RegistryPublicHosts(this.#registry, () => this.#isSynced);
    this.#sources = sourcesOf(config, host);
    this.#syncWatch = new SyncWatch(this.#sources, clock, logger, (text) => host.publishWaiting(table, text));
  }

  get config(): ServiceEntryConfig {
    return this.#config;
  }

  /** The objects and rules behind the table, to be read. */
  get registry(): Registry {
    return this.#registry;
  }

  /** Octets of shared memory that the table takes. */
  get tableBytes(): number {
    return this.#writer.bytes;
  }

  /** SOA serial. */
  get serial(): number {
    return this.#writer.serial;
  }

  /** Name of the table, as the query half asks for it. */
  get name(): string {
    return this.#config.table;
  }

  get status(): RegistryStatus {
    return this.#registry.status;
  }

  /** How each kind of each cluster is kept; empty where only files are read. */
  get sourceStatus(): readonly SourceStatus[] {
    return this.#sources.flatMap((source) => source.status?.() ?? []);
  }

  /** Of each source that keeps the last good state in a file. */
  get snapshots(): readonly SnapshotStatus[] {
    return this.#sources.flatMap((source) => source.snapshot?.() ?? []);
  }

  /** What the Corefile names to read from, as the log names it: `file(deploy/examples)`. */
  get sourceNames(): readonly string[] {
    return this.#sources.map(({ name }) => name);
  }

  /** The hosts for who looks for some: made when it is wanted for the first time, and kept up from then on. */
  get hosts(): HostIndex {
    return (this.#hosts ??= new HostIndex(this.#registry, this.#clock, () => this.#isSynced));
  }

  /** What is waited for before the first sync, since when and why; '' where there is nothing to say. */
  get waitingText(): string {
    return this.#isSynced ? '' : this.#syncWatch.text;
  }

  /** A host that can be asked for, for a hint. */
  get exampleHost(): string | undefined {
    return this.#registry.exampleHost;
  }

  get isSynced(): boolean {
    return this.#isSynced;
  }

  /** Starts watching; resolves when everything that exists was read, or `startup_timeout` has passed. */
  start(): Promise<void> {
    // Timers of the clock do not keep a process alive, and between two attempts a source has nothing else.
    this.#alive = setInterval(() => undefined, keepAliveMs);
    const startedMs = this.#clock.wall();
    return new Promise<void>((resolve) => {
      this.#cancelTimeout = this.#clock.after(this.#timeoutMs, () => {
        this.#syncWatch.overdue();
        this.#writer.sync = syncState.overdue;
        resolve();
      });
      const rejections = new Map<Source, readonly Rejection[]>();
      for (const source of this.#sources) source.demand?.(this.#registry.podDemand);
      for (const [place, source] of this.#sources.entries()) {
        source.start({
          apply: (changes) => this.#apply(changesOfSource(changes, place)),
          get: (key) => this.#registry.get(keyOfSource(key, place)),
          rejected: (list) => {
            rejections.set(source, list);
            this.#registry.rejected([...rejections.values()].flat());
          },
          synced: () => {
            if (!this.#syncWatch.synced(source)) return;
            this.#cancelTimeout?.();
            this.#isSynced = true;
            this.#registry.synced();
            this.#record('registry sync', startedMs, this.#clock.wall() - startedMs, { hosts: this.status.hosts });
            resolve();
          },
        });
      }
      if (!this.#isSynced) this.#syncWatch.start();
    }).finally(() => clearInterval(this.#alive));
  }

  /** From an event of a source to the answers of the hosts that it changes. */
  #apply(changes: Iterable<Change>): void {
    const startedMs = this.#clock.wall();
    const { resolved } = this.status;
    const tookMs = this.changeTimes.measure(this.#isSynced, () => this.#registry.apply(changes));
    this.#record('registry change', startedMs, tookMs, { 'hosts.resolved': this.status.resolved - resolved });
  }

  #record(name: string, startedMs: number, durationMs: number, attributes: Activity['attributes']): void {
    this.#activities.record({ name, startedMs, durationMs, attributes: { table: this.name, ...attributes } });
  }

  /** Files are there, however long it takes to read them, where nobody waits for answers. */
  get #timeoutMs(): number {
    const { kubernetes, startupTimeoutMs } = this.#config;
    return this.#isReadOnly && kubernetes.clusters.length === 0 ? readOnlyTimeoutMs : startupTimeoutMs;
  }

  /** Writes what another one of these is to read from its files. */
  save(): void {
    this.#allocation?.save();
  }

  async stop(): Promise<void> {
    this.checker?.stop();
    this.#cancelTimeout?.();
    this.#syncWatch.stop();
    clearInterval(this.#alive);
    this.#hosts?.close();
    await Promise.all(this.#sources.map((source) => source.stop()));
    this.#allocation?.close();
  }
}
