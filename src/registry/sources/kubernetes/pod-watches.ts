import type { Reflector } from '../../../kubernetes/reflector.ts';
import { flushAll } from '../../../kubernetes/receiver.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { backgroundPace, TimeSlicer } from '../../../runtime/time-slicer.ts';
import type { PodDemand } from '../../model/pod-demand.ts';
import type { KubernetesConfig } from './config.ts';
import { combinedStatus, noCounts, type Counts } from './kind-status.ts';
import type { ObjectSet } from './object-set.ts';

export interface PodWatchesOptions {
  readonly config: Pick<KubernetesConfig, 'pods' | 'namespaces'>;
  readonly pods: ObjectSet;
  readonly clock: Clock;
  /** Of a namespace, `undefined` for all; not started. */
  readonly makeReflector: (namespace: string | undefined) => Reflector;
}

/** In which namespaces Pods are watched. */
export type PodScopes = ReadonlySet<string> | 'all';

/** With more namespaces one watch of all is cheaper for both sides than one for each. */
export const maxPodWatches = 16;
/** Pods that nothing selects any more are watched for so long: demand comes and goes with single objects. */
const lingerMs = 60_000;
const allNamespaces = '';

/**
 * Watches Pods where something needs them. A namespace is watched as soon as there is demand for it; a watch that is not
 * needed any more ends a minute later.
 */
export class PodWatches {
  readonly #options: PodWatchesOptions;
  /** By namespace, `allNamespaces` for a watch of all. */
  readonly #reflectors = new Map<string, Reflector>();
  /** What `stop` waits for: reflectors that are stopping, and objects that are being removed. */
  readonly #stopping = new Set<Promise<void>>();
  readonly #abort = new AbortController();
  readonly #slicer: TimeSlicer;
  /** Of reflectors that were stopped. */
  #pastCounts: Counts = noCounts;
  #demand: PodDemand = { everywhere: false, namespaces: new Set() };
  #cancelLinger: (() => void) | undefined;
  /** Pods of a snapshot may be in namespaces without demand. */
  #hasLoadedPods = false;
  #isStarted = false;

  constructor(options: PodWatchesOptions) {
    this.#options = options;
    this.#slicer = new TimeSlicer(options.clock, this.#abort.signal, backgroundPace);
  }

  get reflectors(): readonly Reflector[] {
    return [...this.#reflectors.values()];
  }

  status(): ReturnType<typeof combinedStatus> {
    return combinedStatus(this.reflectors, this.#pastCounts);
  }

  start(): void {
    this.#isStarted = true;
    this.#hasLoadedPods = this.#options.pods.size > 0;
    this.#reconcile();
  }

  demand(demand: PodDemand): void {
    this.#demand = demand;
    if (this.#isStarted && !this.#abort.signal.aborted) this.#reconcile();
  }

  async stop(): Promise<void> {
    this.#cancelLinger?.();
    this.#abort.abort();
    await Promise.all([...this.reflectors.map((each) => each.stop()), ...this.#stopping]);
  }

  /** Starts the watches that are missing now, and stops the others later. */
  #reconcile(): void {
    const scopes = this.#scopes;
    if (scopes === 'all') {
      // Its first list finds what the others leave behind.
      for (const namespace of this.#reflectors.keys()) if (namespace !== allNamespaces) this.#stopWatch(namespace);
      this.#startWatch(allNamespaces);
    } else if (!this.#reflectors.has(allNamespaces)) {
      for (const namespace of scopes) this.#startWatch(namespace);
    }
    const isExcess = scopes !== 'all' && [...this.#reflectors.keys()].some((namespace) => !scopes.has(namespace));
    if (this.#hasLoadedPods || isExcess) {
      this.#cancelLinger ??= this.#options.clock.after(lingerMs, () => this.#stopUnneeded());
    } else {
      this.#cancelLinger?.();
      this.#cancelLinger = undefined;
    }
  }

  #stopUnneeded(): void {
    this.#cancelLinger = undefined;
    this.#hasLoadedPods = false;
    const scopes = this.#scopes;
    if (scopes === 'all') return;
    for (const namespace of this.#reflectors.keys()) if (!scopes.has(namespace)) this.#stopWatch(namespace);
    for (const namespace of scopes) this.#startWatch(namespace);
    const { pods } = this.#options;
    pods.retainNamespaces(scopes);
    this.#track(flushAll(pods, this.#slicer).catch(() => undefined));
  }

  get #scopes(): PodScopes {
    const { pods, namespaces } = this.#options.config;
    return podScopes(pods, namespaces, this.#demand);
  }

  #startWatch(namespace: string): void {
    if (this.#reflectors.has(namespace)) return;
    const reflector = this.#options.makeReflector(namespace === allNamespaces ? undefined : namespace);
    this.#reflectors.set(namespace, reflector);
    reflector.start();
  }

  #stopWatch(namespace: string): void {
    const reflector = this.#reflectors.get(namespace);
    if (!reflector) return;
    this.#reflectors.delete(namespace);
    this.#pastCounts = combinedStatus([reflector], this.#pastCounts);
    this.#track(reflector.stop());
  }

  #track(running: Promise<void>): void {
    const tracked = running.finally(() => this.#stopping.delete(tracked));
    this.#stopping.add(tracked);
  }
}

/** `allowed` are the namespaces that the Corefile names; empty for all. */
export function podScopes(mode: KubernetesConfig['pods'], allowed: readonly string[], demand: PodDemand): PodScopes {
  if (mode === 'off') return new Set();
  if (mode === 'on' || demand.everywhere) return allowed.length > 0 ? new Set(allowed) : 'all';
  if (allowed.length > 0) return new Set(allowed.filter((namespace) => demand.namespaces.has(namespace)));
  return demand.namespaces.size > maxPodWatches ? 'all' : new Set(demand.namespaces);
}
