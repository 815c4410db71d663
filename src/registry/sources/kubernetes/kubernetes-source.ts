import type { ApiClient } from '../../../kubernetes/api-client.ts';
import type { ClusterConfig } from '../../../kubernetes/cluster-config.ts';
import { clusterNames } from '../../../kubernetes/cluster-name.ts';
import { Credentials } from '../../../kubernetes/credentials.ts';
import { HttpApiClient } from '../../../kubernetes/http-api-client.ts';
import { defaultTiming, type ReflectorTiming } from '../../../kubernetes/timing.ts';
import type { Clock } from '../../../runtime/clock.ts';
import type { Logger } from '../../../runtime/logger.ts';
import { foregroundPace, TimeSlicer } from '../../../runtime/time-slicer.ts';
import type { PodDemand } from '../../model/pod-demand.ts';
import type { Sink, SnapshotStatus, Source, SourceStatus } from '../source.ts';
import { ClusterWatch } from './cluster-watch.ts';
import type { KubernetesConfig } from './config.ts';
import type { Difference } from './object-set.ts';
import { SnapshotWriter } from './snapshot-writer.ts';

export interface KubernetesSourceOptions {
  /** Names at least one cluster. */
  readonly config: KubernetesConfig;
  readonly watchesServices: boolean;
  readonly watchesSidecars: boolean;
  readonly watchesNodes: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Numbers in [0, 1); Math.random unless it is set. */
  readonly random?: () => number;
  /** Differences to `defaultTiming`. */
  readonly timing?: Partial<ReflectorTiming>;
  readonly apiOf?: (cluster: ClusterConfig) => ApiClient;
  /** The snapshot is read, and never written. */
  readonly isReadOnly?: boolean;
  /** The snapshot is not written before it is resolved: until then another source has the file. */
  readonly inPlace?: Promise<void> | undefined;
}

/** API servers have so long to answer before the snapshot is served. */
export const snapshotGraceMs = 1000;
/** Log lines of one flush; the sink gets the whole list. */
const maxLoggedRejections = 100;

/**
 * The source of objects from one or several API servers. What is common to all users of an API server is in src/kubernetes;
 * this folder knows which kinds are watched where, and how their objects become slim objects.
 *
 *     KubernetesSource
 *      ├─► ClusterWatch      one per cluster
 *      │    ├─► Reflector    one per kind (and namespace, if the Corefile names some)
 *      │    ├─► PodWatches   reflectors of Pods, in the namespaces where something needs them
 *      │    ├─► NamespaceSet which namespaces `namespace_labels` selects
 *      │    └─► ObjectSet    one per kind: decodes objects and finds what has changed ──► Sink
 *      └─► SnapshotWriter    the last good state in a file, for a start while no API server answers
 */
export class KubernetesSource implements Source {
  readonly name: string;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #clusters: readonly ClusterWatch[];
  readonly #snapshot: SnapshotWriter | undefined;
  #sink: Sink | undefined;
  /** That of the sink. It is still needed after the last change: `stop` writes the snapshot. */
  #get: Sink['get'] = () => undefined;
  #isSynced = false;
  #hasSnapshot = false;
  #cancelGrace: (() => void) | undefined;
  #starting: Promise<void> | undefined;
  readonly #abort = new AbortController();

  constructor(options: KubernetesSourceOptions) {
    const { config, clock, logger, watchesServices, watchesSidecars, watchesNodes, random = Math.random } = options;
    const names = clusterNames(config.clusters);
    const clientOf = (cluster: ClusterConfig, name: string): ApiClient => {
      const onWithheld = (server: string): void => {
        logger.warning(`kubernetes(${name}): ${server} is asked without credentials: they are sent over https only`);
      };
      return options.apiOf?.(cluster) ?? new HttpApiClient(new Credentials(cluster, onWithheld));
    };
    this.name = `kubernetes(${names.join(' ')})`;
    this.#clock = clock;
    this.#logger = logger;
    this.#clusters = config.clusters.map((cluster, index) => {
      return new ClusterWatch({
        name: names[index]!,
        isNamed: names.length > 1,
        config,
        watchesServices,
        watchesSidecars,
        watchesNodes,
        api: clientOf(cluster, names[index]!),
        clock,
        logger,
        random,
        timing: { ...defaultTiming, ...options.timing },
        served: (key) => this.#get(key),
        onDifference: (difference) => this.#pass(difference),
        onState: () => this.#checkSync(),
      });
    });
    const { snapshot: path, ...rest } = config;
    if (path !== undefined) {
      // A snapshot of another configuration has other objects.
      const key = JSON.stringify([rest, watchesServices, watchesSidecars, watchesNodes]);
      const isReadOnly = options.isReadOnly ?? false;
      const { inPlace } = options;
      const common = { clock, logger, isReadOnly, random, inPlace };
      this.#snapshot = new SnapshotWriter({ path, key, clusters: this.#clusters, ...common });
    }
  }

  start(sink: Sink): void {
    this.#sink = sink;
    this.#get = (key) => sink.get(key);
    if (this.#snapshot) this.#starting = this.#loadAndWatch(this.#snapshot);
    else this.#watch();
  }

  demand(demand: PodDemand): void {
    for (const cluster of this.#clusters) cluster.demand(demand);
  }

  status(): readonly SourceStatus[] {
    return this.#clusters.flatMap((cluster) => cluster.status());
  }

  snapshot(): SnapshotStatus | undefined {
    return this.#snapshot?.status;
  }

  async stop(): Promise<void> {
    this.#sink = undefined;
    this.#abort.abort();
    this.#cancelGrace?.();
    await this.#starting;
    await Promise.all(this.#clusters.map((cluster) => cluster.stop()));
    await this.#snapshot?.stop();
  }

  /** The snapshot comes first, because it is older than anything that an API server says. */
  async #loadAndWatch(snapshot: SnapshotWriter): Promise<void> {
    try {
      const slicer = new TimeSlicer(this.#clock, this.#abort.signal, foregroundPace);
      this.#hasSnapshot = await snapshot.load(slicer);
    } catch (error) {
      if (!this.#sink) return;
      throw error;
    }
    if (!this.#sink) return;
    this.#watch();
    if (this.#hasSnapshot) this.#cancelGrace = this.#clock.after(snapshotGraceMs, () => this.#serveSnapshot());
  }

  #watch(): void {
    for (const cluster of this.#clusters) cluster.start();
  }

  #checkSync(): void {
    if (!this.#sink) return;
    if (this.#clusters.every(({ isSynced }) => isSynced)) {
      this.#snapshot?.enable();
      this.#sync();
    } else if (this.#hasSnapshot && this.#clusters.some(({ isFailing }) => isFailing)) {
      this.#serveSnapshot();
    }
  }

  #serveSnapshot(): void {
    if (this.#isSynced || !this.#sink) return;
    const waiting = this.#clusters.filter(({ isSynced }) => !isSynced).map(({ name }) => name);
    const age = this.#snapshot?.ageText() ?? '';
    this.#logger.warning(`${this.name}: no answer from ${waiting.join(', ')} yet: the snapshot is served, ${age} old`);
    this.#sync();
  }

  #sync(): void {
    if (this.#isSynced) return;
    this.#isSynced = true;
    this.#cancelGrace?.();
    this.#sink?.synced();
  }

  #pass({ changes, hasNewRejections, newRejections, repaired }: Difference): void {
    if (!this.#sink) return;
    if (changes.length > 0) {
      this.#sink.apply(changes);
      this.#snapshot?.changed();
    }
    if (!hasNewRejections) return;
    for (const { reason, object, field, message, origin } of newRejections.slice(0, maxLoggedRejections)) {
      const text = [`kubernetes(${origin})`, object, field, message].filter((part) => part !== '').join(': ');
      this.#logger.warning(this.#redact(text), { reason, object: this.#redact(object), field, origin });
    }
    const more = newRejections.length - maxLoggedRejections;
    if (more > 0) this.#logger.warning(`${this.name}: ${more} more parts of objects are left out`);
    for (const object of repaired.slice(0, maxLoggedRejections)) {
      this.#logger.info(`${this.name}: ${object}: fine again, nothing of it is left out`);
    }
    this.#sink.rejected(this.#clusters.flatMap(({ rejections }) => rejections));
  }

  #redact(text: string): string {
    return this.#clusters.reduce((redacted, cluster) => cluster.redact(redacted), text);
  }
}
