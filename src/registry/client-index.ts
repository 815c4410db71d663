import { addressBytes } from './address.ts';
import type { Compiler } from './compile/compile.ts';
import { clientName, type NamespaceIds } from './namespace-ids.ts';
import type { Pod } from './object.ts';
import { clientFlag } from './table/layout.ts';
import type { TableWriter } from './table/writer.ts';

/**
 * Which namespace a client is in by its address: that of the Pod that has it (SEMANTICS.md section 8). An address that
 * two Pods of different namespaces have, as two clusters may, says nothing; nor does that of a node.
 */
export class ClientIndex {
  readonly #table: TableWriter;
  readonly #compiler: Compiler;
  readonly #namespaces: NamespaceIds;
  readonly #pods = new Map<string, Pod[]>();

  constructor(table: TableWriter, compiler: Compiler, namespaces: NamespaceIds) {
    this.#table = table;
    this.#compiler = compiler;
    this.#namespaces = namespaces;
  }

  add(pod: Pod): void {
    for (const ip of clientAddresses(pod)) {
      const pods = this.#pods.get(ip);
      if (pods) pods.push(pod);
      else this.#pods.set(ip, [pod]);
      this.#write(ip);
    }
  }

  remove(pod: Pod): void {
    for (const ip of clientAddresses(pod)) {
      const pods = this.#pods.get(ip)?.filter((other) => other !== pod) ?? [];
      if (pods.length > 0) this.#pods.set(ip, pods);
      else this.#pods.delete(ip);
      this.#write(ip);
    }
  }

  /** The Pods that have an address (canonical) as a client. */
  podsOf(ip: string): readonly Pod[] {
    return this.#pods.get(ip) ?? [];
  }

  #write(ip: string): void {
    const name = clientName(addressBytes(ip));
    const [first, ...others] = this.#pods.get(ip) ?? [];
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
