import type { Clock } from '../../../runtime/clock.ts';
import type { Logger } from '../../../runtime/logger.ts';
import type { ObjectKind, RegistryObject } from '../../model/object.ts';
import type { Rejection } from '../../model/rejection.ts';
import type { PodDemand, SourceStatus } from '../source.ts';
import type { ApiClient } from '../../../kubernetes/api-client.ts';
import type { KubernetesConfig } from './config.ts';
import { NamespaceSet } from './namespace-set.ts';
import { ObjectSet, type Difference } from './object-set.ts';
import { noCounts, sumOf, type Counts } from './kind-status.ts';
import { podScopes, type PodScopes } from './pod-scopes.ts';
import { tell, type Receiver } from '../../../kubernetes/receiver.ts';
import { Reflector } from '../../../kubernetes/reflector.ts';
import { resources, type WatchedKind } from '../../../kubernetes/resource.ts';
import type { ReflectorTiming } from '../../../kubernetes/timing.ts';
import { quietPace, Turns } from '../../../kubernetes/turns.ts';

export interface ClusterWatchOptions {
  /** Shown in messages. */
  readonly name: string;
  /** Objects carry the name, because there are several clusters. */
  readonly isNamed: boolean;
  readonly config: KubernetesConfig;
  readonly watchesServices: boolean;
  readonly watchesSidecars: boolean;
  readonly api: ApiClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly timing: ReflectorTiming;
  /** What the sink has under a key. */
  readonly served: (key: string) => RegistryObject | undefined;
  readonly onDifference: (difference: Difference) => void;
  /** Asked for when `isSynced` or `isFailing` may be another. */
  readonly onState: () => void;
}

/** Pods that nobody has a use for any more are watched for so long: demand comes and goes with single objects. */
const podLingerMs = 60_000;
const wide = '';

/** What of one cluster the Corefile needs, and no more. */
export class ClusterWatch {
  readonly #options: ClusterWatchOptions;
  readonly #sets = new Map<ObjectKind, ObjectSet>();
  readonly #namespaces: NamespaceSet | undefined;
  readonly #fixed: Reflector[] = [];
  readonly #fixedKinds = new Map<Reflector, WatchedKind>();
  /** By namespace, `wide` for all of them. */
  readonly #pods = new Map<string, Reflector>();
  /** Reflectors on their way out, and what else is under way. */
  readonly #stopping = new Set<Promise<void>>();
  readonly #abort = new AbortController();
  readonly #turns: Turns;
  /** Of Pods whose reflectors are gone. */
  #pastPods: Counts = noCounts;
  #demand: PodDemand = { everywhere: false, namespaces: new Set() };
  #cancelLinger: (() => void) | undefined;
  /** Pods came out of a snapshot, maybe of namespaces that nobody needs now. */
  #hasLoadedPods = false;
  #isStarted = false;
  #isStopped = false;

  constructor(options: ClusterWatchOptions) {
    const { config, watchesServices, watchesSidecars } = options;
    this.#options = options;
    this.#turns = new Turns(options.clock, this.#abort.signal, quietPace);
    if (config.namespaceLabels !== '') {
      this.#namespaces = new NamespaceSet({
        onChange: (changed) => {
          for (const set of this.#sets.values()) set.revisit(changed);
        },
        flush: () => this.#flush(),
      });
    }
    this.#addSet('ServiceEntry');
    this.#addSet('WorkloadEntry');
    if (watchesServices) this.#addSet('Service');
    if (watchesSidecars) this.#addSet('Sidecar');
    if (config.pods !== 'off') this.#addSet('Pod');
  }

  get name(): string {
    return this.#options.name;
  }

  /** Everything that existed at the start was told. */
  get isSynced(): boolean {
    return this.#isStarted && this.#reflectors.every(({ isSynced }) => isSynced);
  }

  /** Takes out of a text what is sent to the API server as a proof. */
  hide(text: string): string {
    return this.#options.api.hide(text);
  }

  /** Something could not be read for a first time, and is waited for. */
  get isFailing(): boolean {
    return this.#reflectors.some(({ isSynced, status }) => !isSynced && status.errors > 0);
  }

  get rejections(): readonly Rejection[] {
    return [...this.#sets.values()].flatMap(({ rejections }) => rejections);
  }

  start(): void {
    this.#isStarted = true;
    const { labels, namespaceLabels, namespaces } = this.#options.config;
    if (this.#namespaces) this.#watch('Namespace', undefined, this.#namespaces, namespaceLabels);
    for (const [kind, set] of this.#sets) {
      if (kind === 'Pod') continue;
      const selector = kind === 'ServiceEntry' || kind === 'WorkloadEntry' ? labels : '';
      if (namespaces.length === 0) this.#watch(kind, undefined, set, selector);
      for (const namespace of namespaces) this.#watch(kind, namespace, set, selector);
    }
    this.#reconcilePods();
    for (const reflector of this.#fixed) reflector.start();
  }

  demand(demand: PodDemand): void {
    this.#demand = demand;
    if (this.#isStarted && !this.#isStopped) this.#reconcilePods();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelLinger?.();
    this.#abort.abort();
    await Promise.all([...this.#reflectors.map((each) => each.stop()), ...this.#stopping]);
    this.#options.api.close();
  }

  /** Puts in what a snapshot held; told by `tell`. Only before `start`. */
  loadNamespaces(names: readonly string[]): void {
    this.#namespaces?.load(names);
  }

  /** As `loadNamespaces`, which goes first. */
  loadObject(uid: string, object: RegistryObject): void {
    this.#sets.get(object.kind)?.load(uid, object);
    if (object.kind === 'Pod') this.#hasLoadedPods = true;
  }

  /** Tells all that has changed, in turns. */
  tell(turns: Turns): Promise<void> {
    return tell({ flush: () => this.#flush() }, turns);
  }

  /** The names of namespaces that match, for a snapshot. */
  get namespaces(): readonly string[] {
    return [...(this.#namespaces?.names ?? [])];
  }

  *served(): Iterable<{ uid: string; object: RegistryObject }> {
    for (const set of this.#sets.values()) yield* set.served();
  }

  status(): SourceStatus[] {
    const kinds: WatchedKind[] = [...this.#sets.keys(), ...(this.#namespaces ? (['Namespace'] as const) : [])];
    return kinds.map((kind) => this.#statusOf(kind));
  }

  #statusOf(kind: WatchedKind): SourceStatus {
    const isPod = kind === 'Pod';
    const reflectors = isPod
      ? [...this.#pods.values()]
      : this.#fixed.filter((each) => this.#fixedKinds.get(each) === kind);
    const set = kind === 'Namespace' ? undefined : this.#sets.get(kind);
    const { errors, ...status } = sumOf(
      reflectors.map((each) => each.status),
      isPod ? this.#pastPods : noCounts,
    );
    return {
      ...status,
      cluster: this.name,
      kind,
      isSynced: this.#isStarted && status.isSynced,
      objects: set?.size ?? this.#namespaces?.size ?? 0,
      errors: errors + (set?.badObjects ?? 0),
    };
  }

  /** As `Receiver.flush`, of all kinds. */
  #flush(): boolean {
    let isDone = true;
    for (const set of this.#sets.values()) isDone = set.flush() && isDone;
    return isDone;
  }

  get #reflectors(): Reflector[] {
    return [...this.#fixed, ...this.#pods.values()];
  }

  #addSet(kind: ObjectKind): void {
    const { name, isNamed, config, served, onDifference } = this.#options;
    const isIstios = kind === 'ServiceEntry' || kind === 'WorkloadEntry' || kind === 'Sidecar';
    const set = new ObjectSet({
      kind,
      cluster: isNamed ? name : undefined,
      origin: { text: name },
      revision: isIstios ? config.revision : undefined,
      served,
      isVisible: (namespace) => this.#namespaces?.has(namespace) ?? true,
      onFlush: onDifference,
    });
    this.#sets.set(kind, set);
  }

  #watch(kind: WatchedKind, namespace: string | undefined, receiver: Receiver, labelSelector: string): void {
    const reflector = this.#reflector(kind, namespace, receiver, labelSelector);
    this.#fixed.push(reflector);
    this.#fixedKinds.set(reflector, kind);
  }

  #reflector(kind: WatchedKind, namespace: string | undefined, receiver: Receiver, labelSelector: string): Reflector {
    const { name, api, clock, logger, random, timing, onState } = this.#options;
    const where = namespace === undefined ? '' : ` in ${namespace}`;
    const title = `kubernetes(${name}): ${kind}${where}`;
    const resource = resources[kind];
    const options = { resource, namespace, labelSelector, api, receiver, clock, logger, title, random, timing };
    return new Reflector({ ...options, onState });
  }

  /** Watches at once what is missing, and after a while no more what is too much. */
  #reconcilePods(): void {
    const scopes = this.#podScopes();
    if (scopes === 'all') {
      // Its first list finds what is kept of the others.
      for (const namespace of [...this.#pods.keys()]) if (namespace !== wide) this.#stopPods(namespace);
      this.#startPods(wide);
    } else if (!this.#pods.has(wide)) {
      for (const namespace of scopes) this.#startPods(namespace);
    }
    if (this.#hasLoadedPods || isExcess(scopes, this.#pods.keys())) {
      this.#cancelLinger ??= this.#options.clock.after(podLingerMs, () => this.#narrowPods());
    } else {
      this.#cancelLinger?.();
      this.#cancelLinger = undefined;
    }
  }

  #narrowPods(): void {
    this.#cancelLinger = undefined;
    this.#hasLoadedPods = false;
    const scopes = this.#podScopes();
    if (scopes === 'all') return;
    for (const namespace of [...this.#pods.keys()]) if (!scopes.has(namespace)) this.#stopPods(namespace);
    for (const namespace of scopes) this.#startPods(namespace);
    const set = this.#sets.get('Pod');
    if (!set) return;
    set.retainNamespaces(scopes);
    this.#track(tell(set, this.#turns).catch(() => undefined));
  }

  #podScopes(): PodScopes {
    const { pods, namespaces } = this.#options.config;
    return podScopes(pods, namespaces, this.#demand);
  }

  #startPods(namespace: string): void {
    const set = this.#sets.get('Pod');
    if (!set || this.#pods.has(namespace)) return;
    const reflector = this.#reflector('Pod', namespace === wide ? undefined : namespace, set, '');
    this.#pods.set(namespace, reflector);
    reflector.start();
  }

  #stopPods(namespace: string): void {
    const reflector = this.#pods.get(namespace);
    if (!reflector) return;
    this.#pods.delete(namespace);
    this.#pastPods = sumOf([reflector.status], this.#pastPods);
    this.#track(reflector.stop());
  }

  /** `stop` waits for it. */
  #track(running: Promise<void>): void {
    const tracked = running.finally(() => this.#stopping.delete(tracked));
    this.#stopping.add(tracked);
  }
}

function isExcess(scopes: PodScopes, watched: Iterable<string>): boolean {
  if (scopes === 'all') return false;
  for (const namespace of watched) if (!scopes.has(namespace)) return true;
  return false;
}
