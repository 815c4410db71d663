import type { RegistryOptions } from '../model/options.ts';
import type { PodDemand } from '../sources/source.ts';
import type { WorkloadIndex } from './workload-index.ts';

/**
 * Which Pods the registry has a use for: those that a workloadSelector may select, and all of them while answers depend on
 * who asks, because a client's namespace is that of the Pod with its address (docs/semantics.md section 8).
 */
export class PodDemandWatch {
  readonly #workloads: WorkloadIndex;
  readonly #isAlwaysEverywhere: boolean;
  readonly #onChange: ((demand: PodDemand) => void) | undefined;
  /** Hosts whose answer differs by client. */
  readonly #partial = new Set<string>();
  #told: { readonly everywhere: boolean; readonly revision: number };

  constructor(
    workloads: WorkloadIndex,
    { sidecars, autoAddresses }: Pick<RegistryOptions, 'sidecars' | 'autoAddresses'>,
    onChange: ((demand: PodDemand) => void) | undefined,
  ) {
    this.#workloads = workloads;
    this.#isAlwaysEverywhere = sidecars || autoAddresses === 'meshed';
    this.#onChange = onChange;
    this.#told = { everywhere: this.#isEverywhere, revision: workloads.selectingRevision };
  }

  get demand(): PodDemand {
    return { everywhere: this.#isEverywhere, namespaces: new Set(this.#workloads.selectingNamespaces) };
  }

  /** A host was resolved. */
  resolved(host: string, isUniform: boolean): void {
    if (isUniform) this.#partial.delete(host);
    else this.#partial.add(host);
  }

  /** Tells the demand where it is another than before. */
  flush(): void {
    const now = { everywhere: this.#isEverywhere, revision: this.#workloads.selectingRevision };
    if (now.everywhere === this.#told.everywhere && now.revision === this.#told.revision) return;
    this.#told = now;
    this.#onChange?.(this.demand);
  }

  get #isEverywhere(): boolean {
    return this.#isAlwaysEverywhere || this.#partial.size > 0;
  }
}
