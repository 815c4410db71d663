import type { Clock } from '../../../runtime/clock.ts';
import type { Logger } from '../../../runtime/logger.ts';
import type { PodDemand, Sink, SnapshotStatus, Source, SourceStatus } from '../source.ts';
import type { ApiClient } from '../../../kubernetes/api-client.ts';
import { clusterNames } from './cluster-name.ts';
import { ClusterWatch } from './cluster-watch.ts';
import type { ClusterConfig, KubernetesConfig } from './config.ts';
import { Credentials } from '../../../kubernetes/credentials.ts';
import { HttpApiClient } from '../../../kubernetes/http-api-client.ts';
import type { Difference } from './object-set.ts';
import { SnapshotKeeper } from './snapshot-keeper.ts';
import { defaultTiming, type ReflectorTiming } from '../../../kubernetes/timing.ts';
import { startPace, Turns } from '../../../kubernetes/turns.ts';

export interface KubernetesSourceOptions {
  /** Names at least one cluster. */
  readonly config: KubernetesConfig;
  readonly watchesServices: boolean;
  readonly watchesSidecars: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Numbers in [0, 1); Math.random unless it is set. */
  readonly random?: () => number;
  /** Differences to `defaultTiming`. */
  readonly timing?: Partial<ReflectorTiming>;
  readonly apiOf?: (cluster: ClusterConfig) => ApiClient;
  /** The snapshot is read, and never written. */
  readonly isReadOnly?: boolean;
}

/** A start waits so long for API servers before what a snapshot holds is served. */
export const snapshotGraceMs = 1000;
/** Lines of one change in the log; the list that the sink gets is whole. */
const maxLoggedRejections = 100;

/** Objects from one or several API servers. */
export class KubernetesSource implements Source {
  readonly name: string;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #clusters: readonly ClusterWatch[];
  readonly #snapshot: SnapshotKeeper | undefined;
  #sink: Sink | undefined;
  /** Of the sink, also when it is told no more: the last snapshot is written then. */
  #get: Sink['get'] = () => undefined;
  #isSynced = false;
  #hasSnapshot = false;
  #cancelGrace: (() => void) | undefined;
  #starting: Promise<void> | undefined;
  readonly #abort = new AbortController();

  constructor(options: KubernetesSourceOptions) {
    const { config, clock, logger, watchesServices, watchesSidecars, random = Math.random } = options;
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
        api: clientOf(cluster, names[index]!),
        clock,
        logger,
        random,
        timing: { ...defaultTiming, ...options.timing },
        served: (key) => this.#get(key),
        onDifference: (difference) => this.#tell(difference),
        onState: () => this.#look(),
      });
    });
    const { snapshot: path, ...rest } = config;
    if (path !== undefined) {
      // What was left out then must not be left out now, and the other way round.
      const key = JSON.stringify([rest, watchesServices, watchesSidecars]);
      const isReadOnly = options.isReadOnly ?? false;
      this.#snapshot = new SnapshotKeeper({ path, key, clusters: this.#clusters, clock, logger, isReadOnly, random });
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

  /** What a snapshot holds comes first: it is older than anything that an API server says. Never rejects. */
  async #loadAndWatch(snapshot: SnapshotKeeper): Promise<void> {
    try {
      const turns = new Turns(this.#clock, this.#abort.signal, startPace);
      this.#hasSnapshot = await snapshot.load(turns);
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

  #look(): void {
    if (!this.#sink) return;
    if (this.#clusters.every(({ isSynced }) => isSynced)) {
      this.#snapshot?.begin();
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

  #tell({ changes, hasNewRejections, healed, newRejections }: Difference): void {
    if (!this.#sink) return;
    if (changes.length > 0) {
      this.#sink.apply(changes);
      this.#snapshot?.touch();
    }
    if (!hasNewRejections) return;
    for (const { reason, object, field, message, origin } of newRejections.slice(0, maxLoggedRejections)) {
      const text = [`kubernetes(${origin})`, object, field, message].filter((part) => part !== '').join(': ');
      this.#logger.warning(this.#hide(text), { reason, object: this.#hide(object), field, origin });
    }
    const more = newRejections.length - maxLoggedRejections;
    if (more > 0) this.#logger.warning(`${this.name}: ${more} more parts of objects are left out`);
    for (const object of healed.slice(0, maxLoggedRejections)) {
      this.#logger.info(`${this.name}: ${object}: fine again, nothing of it is left out`);
    }
    this.#sink.rejected(this.#clusters.flatMap(({ rejections }) => rejections));
  }

  #hide(text: string): string {
    return this.#clusters.reduce((shown, cluster) => cluster.hide(shown), text);
  }
}
