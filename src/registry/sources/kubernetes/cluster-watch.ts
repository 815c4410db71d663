import type { ApiClient } from '../../../kubernetes/api-client.ts';
import { flushAll, type Receiver } from '../../../kubernetes/receiver.ts';
import { Reflector } from '../../../kubernetes/reflector.ts';
import type { ReflectorTiming } from '../../../kubernetes/timing.ts';
import type { Clock } from '../../../runtime/clock.ts';
import type { Logger } from '../../../runtime/logger.ts';
import type { TimeSlicer } from '../../../runtime/time-slicer.ts';
import type { ObjectKind, RegistryObject } from '../../model/object.ts';
import type { Rejection } from '../../model/rejection.ts';
import type { PodDemand } from '../../model/pod-demand.ts';
import type { SourceStatus } from '../source.ts';
import type { KubernetesConfig } from './config.ts';
import { combinedStatus } from './kind-status.ts';
import { NamespaceSet } from './namespace-set.ts';
import { ObjectSet, type Difference } from './object-set.ts';
import { PodWatches } from './pod-watches.ts';
import { hasRevision, resources, type WatchedKind } from './watched-kinds.ts';

export interface ClusterWatchOptions {
  /** For messages. */
  readonly name: string;
  /** Objects carry the name, because there are several clusters. */
  readonly isNamed: boolean;
  readonly config: KubernetesConfig;
  readonly watchesServices: boolean;
  readonly watchesSidecars: boolean;
  readonly watchesNodes: boolean;
  readonly api: ApiClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly timing: ReflectorTiming;
  /** The object that the sink has under a key. */
  readonly served: (key: string) => RegistryObject | undefined;
  readonly onDifference: (difference: Difference) => void;
  /** `isSynced` or `isFailing` may have changed. */
  readonly onState: () => void;
}

/** Watches the kinds of one cluster that the Corefile needs: a set of objects for each kind, and reflectors that fill it. */
export class ClusterWatch {
  readonly #options: ClusterWatchOptions;
  readonly #sets = new Map<WatchedKind, ObjectSet>();
  readonly #namespaces: NamespaceSet | undefined;
  /** Of all kinds but Pods. */
  readonly #reflectors = new Map<WatchedKind, readonly Reflector[]>();
  readonly #pods: PodWatches | undefined;
  #isStarted = false;

  constructor(options: ClusterWatchOptions) {
    const { config, watchesServices, watchesSidecars, watchesNodes, clock } = options;
    this.#options = options;
    if (config.namespaceLabels !== '') {
      this.#namespaces = new NamespaceSet({
        onChange: (changed) => {
          for (const set of this.#sets.values()) set.reselect(changed);
        },
        flush: () => this.#flush(),
      });
    }
    this.#addSet('ServiceEntry');
    this.#addSet('WorkloadEntry');
    if (watchesServices) this.#addSet('Service');
    if (watchesSidecars) this.#addSet('Sidecar');
    if (watchesNodes) this.#addSet('Node');
    if (config.pods === 'off') return;
    const pods = this.#addSet('Pod');
    const makeReflector = (namespace: string | undefined): Reflector => this.#makeReflector('Pod', namespace, pods, '');
    this.#pods = new PodWatches({ config, pods, clock, makeReflector });
  }

  get name(): string {
    return this.#options.name;
  }

  /** Everything that existed at the start was passed on. */
  get isSynced(): boolean {
    return this.#isStarted && this.#allReflectors.every(({ isSynced }) => isSynced);
  }

  /** Something could not be listed yet, because of errors. */
  get isFailing(): boolean {
    return this.#allReflectors.some(({ isSynced, status }) => !isSynced && status.errors > 0);
  }

  get rejections(): readonly Rejection[] {
    return [...this.#sets.values()].flatMap(({ rejections }) => rejections);
  }

  /** Removes the credentials of the API server from a text. */
  redact(text: string): string {
    return this.#options.api.redact(text);
  }

  start(): void {
    this.#isStarted = true;
    const { labels, namespaceLabels, namespaces } = this.#options.config;
    if (this.#namespaces) {
      const reflector = this.#makeReflector('Namespace', undefined, this.#namespaces, namespaceLabels);
      this.#reflectors.set('Namespace', [reflector]);
    }
    const scopes = namespaces.length === 0 ? [undefined] : namespaces;
    for (const [kind, set] of this.#sets) {
      if (kind === 'Pod') continue;
      const selector = kind === 'ServiceEntry' || kind === 'WorkloadEntry' ? labels : '';
      // Nodes are in no namespace.
      const reflectors = (kind === 'Node' ? [undefined] : scopes).map((namespace) =>
        this.#makeReflector(kind, namespace, set, selector),
      );
      this.#reflectors.set(kind, reflectors);
    }
    this.#pods?.start();
    for (const reflector of [...this.#reflectors.values()].flat()) reflector.start();
  }

  demand(demand: PodDemand): void {
    this.#pods?.demand(demand);
  }

  async stop(): Promise<void> {
    const reflectors = [...this.#reflectors.values()].flat();
    await Promise.all([...reflectors.map((each) => each.stop()), this.#pods?.stop()]);
    this.#options.api.close();
  }

  /** Adds the namespaces of a snapshot, which are passed on by `flush`. Only before `start`. */
  loadNamespaces(names: readonly string[]): void {
    this.#namespaces?.load(names);
  }

  /** Adds an object of a snapshot, after the namespaces; else as `loadNamespaces`. */
  loadObject(uid: string, object: RegistryObject): void {
    this.#sets.get(object.kind)?.load(uid, object);
  }

  /** Passes all changes on, in slices. */
  flush(slicer: TimeSlicer): Promise<void> {
    return flushAll({ flush: () => this.#flush() }, slicer);
  }

  /** Names of the selected namespaces, for a snapshot. */
  get namespaces(): readonly string[] {
    return [...(this.#namespaces?.names ?? [])];
  }

  /** All objects that the sink has, for a snapshot. */
  *served(): Iterable<{ uid: string; object: RegistryObject }> {
    for (const set of this.#sets.values()) yield* set.served();
  }

  status(): SourceStatus[] {
    const kinds: WatchedKind[] = [...this.#sets.keys(), ...(this.#namespaces ? (['Namespace'] as const) : [])];
    return kinds.map((kind) => {
      const set = this.#sets.get(kind);
      const pods = kind === 'Pod' ? this.#pods : undefined;
      const status = pods?.status() ?? combinedStatus(this.#reflectors.get(kind) ?? []);
      return {
        ...status,
        cluster: this.name,
        kind,
        isSynced: this.#isStarted && status.isSynced,
        objects: (set ?? this.#namespaces)?.size ?? 0,
        errors: status.errors + (set?.badObjects ?? 0),
      };
    });
  }

  /** As `Receiver.flush`, of all kinds. */
  #flush(): boolean {
    let isDone = true;
    for (const set of this.#sets.values()) isDone = set.flush() && isDone;
    return isDone;
  }

  get #allReflectors(): readonly Reflector[] {
    return [...this.#reflectors.values(), this.#pods?.reflectors ?? []].flat();
  }

  #addSet(kind: ObjectKind): ObjectSet {
    const { name, isNamed, config, served, onDifference } = this.#options;
    const set = new ObjectSet({
      kind,
      cluster: isNamed ? name : undefined,
      origin: { text: name },
      revision: hasRevision(kind) ? config.revision : undefined,
      isSelected: (namespace) => kind === 'Node' || (this.#namespaces?.has(namespace) ?? true),
      served,
      onFlush: onDifference,
    });
    this.#sets.set(kind, set);
    return set;
  }

  #makeReflector(
    kind: WatchedKind,
    namespace: string | undefined,
    receiver: Receiver,
    labelSelector: string,
  ): Reflector {
    const { name, api, clock, logger, random, timing, onState } = this.#options;
    const where = namespace === undefined ? '' : ` in ${namespace}`;
    const title = `kubernetes(${name}): ${kind}${where}`;
    const resource = resources[kind];
    const options = { resource, namespace, labelSelector, api, receiver, clock, logger, title, random, timing };
    return new Reflector({ ...options, onState });
  }
}
