import { parseAddress } from '../../../wire/address.ts';
import { pseudoRecord } from './pseudo-record.ts';
import { TextIndex } from '../../../collections/text-index.ts';
import { clientName, type NamespaceIds } from './namespace-ids.ts';
import type { Labels, Pod } from '../../model/object.ts';
import type { NumberedObjects } from '../../store/packed-objects.ts';
import { clientFlag } from '../../../table/layout.ts';
import type { TableWriter } from '../../../table/writer.ts';

/** The number of the Sidecar that counts for Pods with these labels, where it is not the default one of the namespace. */
export type SidecarNumber = (namespace: string, pods: readonly Labels[]) => number;

/**
 * Which namespace a client is in by its address: that of the Pod that has it (docs/semantics.md section 8), and which Sidecar
 * counts for it. An address that two Pods of different namespaces have, as two clusters may, says nothing; nor does that of
 * a node. Pods must have their number when they are added, and have it still when they are removed. What is served changes
 * with `flush`, so that no client is nobody while its Pod is replaced.
 */
export class ClientIndex {
  readonly #table: TableWriter;
  readonly #namespaces: NamespaceIds;
  readonly #objects: NumberedObjects;
  readonly #sidecarNumber: SidecarNumber;
  /** By address. */
  readonly #pods = new TextIndex();
  #dirty = new Set<string>();

  constructor(
    table: TableWriter,
    namespaces: NamespaceIds,
    objects: NumberedObjects,
    sidecarNumber: SidecarNumber = () => 0,
  ) {
    this.#table = table;
    this.#namespaces = namespaces;
    this.#objects = objects;
    this.#sidecarNumber = sidecarNumber;
  }

  add(pod: Pod): void {
    const id = this.#objects.idOf(pod);
    for (const ip of clientAddresses(pod)) {
      this.#pods.add(ip, id);
      this.#dirty.add(ip);
    }
  }

  remove(pod: Pod): void {
    const id = this.#objects.idOf(pod);
    for (const ip of clientAddresses(pod)) {
      this.#pods.delete(ip, id);
      this.#dirty.add(ip);
    }
  }

  /** Another Sidecar may count for the Pod than before. */
  touch(pod: Pod): void {
    for (const ip of clientAddresses(pod)) this.#dirty.add(ip);
  }

  /** Writes what has changed. */
  flush(): void {
    if (this.#dirty.size === 0) return;
    for (const ip of this.#dirty) this.#write(ip);
    this.#dirty = new Set();
  }

  /** The Pods that have an address (canonical) as a client. */
  podsOf(ip: string): readonly Pod[] {
    const pods = this.#pods.get(ip).map((id) => this.#objects.objectOf(id) as Pod);
    return pods.filter((pod) => clientAddresses(pod).includes(ip));
  }

  #write(ip: string): void {
    const name = clientName(parseAddress(ip)!);
    const [first, ...others] = this.podsOf(ip);
    if (!first || others.some(({ meta }) => meta.namespace !== first.meta.namespace)) {
      this.#table.delete(name);
      return;
    }
    const pods = [first, ...others];
    const { namespace } = first.meta;
    const meshed = pods.every(({ isMeshed }) => isMeshed) ? clientFlag.meshed : 0;
    const forwarder = pods.some(({ labels }) => labels.get('k8s-app') === 'kube-dns') ? clientFlag.forwarder : 0;
    const number = this.#namespaces.idOf(namespace);
    const sidecar = this.#sidecarNumber(
      namespace,
      pods.map(({ labels }) => labels),
    );
    this.#table.set(pseudoRecord({ kind: 'client', name, flags: meshed | forwarder, number, sidecar }));
  }
}

function clientAddresses(pod: Pod): readonly string[] {
  return pod.isHostNetwork || pod.hasEnded ? [] : pod.ips;
}
