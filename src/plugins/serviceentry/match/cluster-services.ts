import { pseudoName } from '../../../table/layout.ts';
import type { TableReader } from '../../../table/reader.ts';
import type { Query } from '../../../wire/query.ts';

const svc = [0x73, 0x76, 0x63] as const;

/** Which names belong to a Kubernetes Service, in whatever cluster domain: `NAME.NAMESPACE.svc` and what lies below. */
export class ClusterServices {
  readonly #table: TableReader;
  /** Name of a Service, as it is looked up: two labels between two octets. */
  readonly #name = new Uint8Array(130);

  constructor(table: TableReader) {
    this.#table = table;
    this.#name[0] = pseudoName.service;
  }

  /**
   * The first label of the name of the Service that the query's name, without its first `first` labels, has or lies below;
   * -1 for none.
   */
  find(query: Query, first: number): number {
    const { lower, labels, labelCount, hasher } = query;
    for (let label = first + 2; label < labelCount; label++) {
      const at = labels[label]!;
      if (lower[at] !== 3 || lower[at + 1] !== svc[0] || lower[at + 2] !== svc[1] || lower[at + 3] !== svc[2]) continue;
      const start = labels[label - 2]!;
      const size = at - start;
      const name = this.#name;
      for (let i = 0; i < size; i++) name[1 + i] = lower[start + i]!;
      name[1 + size] = 0;
      if (this.#table.find(hasher.hash(name, 0, size + 2), name, 0, size + 2) >= 0) return label - 2;
    }
    return -1;
  }
}
