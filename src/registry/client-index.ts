import { addressBytes } from './address.ts';
import type { Compiler } from './compile/compile.ts';
import { IdSets } from './id-sets.ts';
import { clientName, type NamespaceIds } from './namespace-ids.ts';
import type { Pod } from './object.ts';
import type { NumberedObjects } from './packed-objects.ts';
import { clientFlag } from './table/layout.ts';
import type { TableWriter } from './table/writer.ts';

/**
 * Which namespace a client is in by its address: that of the Pod that has it (SEMANTICS.md section 8). An address that
 * two Pods of different namespaces have, as two clusters may, says nothing; nor does that of a node. Pods must have their
 * number when they are added, and have it still when they are removed.
 */
export class ClientIndex {
  readonly #table: TableWriter;
  readonly #compiler: Compiler;
  readonly #namespaces: NamespaceIds;
  readonly #objects: NumberedObjects;
  readonly #pods = new IdSets();

  constructor(table: TableWriter, compiler: Compiler, namespaces: NamespaceIds, objects: NumberedObjects) {
    this.#table = table;
    this.#compiler = compiler;
    this.#namespaces = namespaces;
    this.#objects = objects;
  }

  add(pod: Pod): void {
    const id = this.#objects.idOf(pod);
    for (const ip of clientAddresses(pod)) {
      this.#pods.add(ip, id);
      this.#write(ip);
    }
  }

  remove(pod: Pod): void {
    const id = this.#objects.idOf(pod);
    for (const ip of clientAddresses(pod)) {
      this.#pods.delete(ip, id);
      this.#write(ip);
    }
  }

  /** The Pods that have an address (canonical) as a client. */
  podsOf(ip: string): readonly Pod[] {
    return this.#pods.of(ip).map((id) => this.#objects.objectOf(id) as Pod);
  }

  #write(ip: string): void {
    const name = clientName(addressBytes(ip));
    const [first, ...others] = this.podsOf(ip);
    if (!first || others.some(({ meta }) => meta.namespace !== first.meta.namespace)) {
      this.#table.delete(name);
      return;
    }
    const pods = [first, ...others];
    const meshed = pods.every(({ isMeshed }) => isMeshed) ? clientFlag.meshed : 0;
    const forwarder = pods.some(({ labels }) => labels.get('k8s-app') === 'kube-dns') ? clientFlag.forwarder : 0;
    const id = this.#namespaces.idOf(first.meta.namespace);
    this.#table.set(this.#compiler.compile({ name, kind: 'client', flags: meshed | forwarder, ttl: id }));
  }
}

function clientAddresses(pod: Pod): readonly string[] {
  return pod.isHostNetwork || pod.hasEnded ? [] : pod.ips;
}
