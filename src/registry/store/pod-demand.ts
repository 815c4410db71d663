import type { RegistryOptions } from '../model/options.ts';
import type { PodDemand } from '../model/pod-demand.ts';
import type { WorkloadIndex } from './workload-index.ts';

/**
 * Which Pods the registry has a use for: those that a workloadSelector may select, and all of them while answers depend on
 * the client, because a client's namespace, and where it is, are those of the Pod with its address (docs/semantics.md section 8).
 */
export class PodDemandWatch {
  readonly #workloads: WorkloadIndex;
  readonly #isAlwaysEverywhere: boolean;
  readonly #onChange: ((demand: PodDemand) => void) | undefined;
  /** Hosts whose answer depends on the client. */
  readonly #partial = new Set<string>();
  #published: { readonly everywhere: boolean; readonly revision: number };

  constructor(
    workloads: WorkloadIndex,
    { sidecars, autoAddresses, nodes }: Pick<RegistryOptions, 'sidecars' | 'autoAddresses' | 'nodes'>,
    onChange: ((demand: PodDemand) => void) | undefined,
  ) {
    this.#workloads = workloads;
    this.#isAlwaysEverywhere = sidecars || nodes || autoAddresses === 'meshed';
    this.#onChange = onChange;
    this.#published = { everywhere: this.#isEverywhere, revision: workloads.selectingRevision };
  }

  get demand(): PodDemand {
    return { everywhere: this.#isEverywhere, namespaces: new Set(this.#workloads.selectingNamespaces) };
  }

  /** A host was resolved. */
  resolved(host: string, isUniform: boolean): void {
    if (isUniform) this.#partial.delete(host);
    else this.#partial.add(host);
  }

  /** Publishes the demand where it has changed. */
  flush(): void {
    const now = { everywhere: this.#isEverywhere, revision: this.#workloads.selectingRevision };
    if (now.everywhere === this.#published.everywhere && now.revision === this.#published.revision) return;
    this.#published = now;
    this.#onChange?.(this.demand);
  }

  get #isEverywhere(): boolean {
    return this.#isAlwaysEverywhere || this.#partial.size > 0;
  }
}
