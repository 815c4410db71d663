import { ByteWriter } from '../../../table/byte-writer.ts';
import { pseudoName } from '../../../table/layout.ts';
import { localityOf } from '../../../table/locality.ts';
import type { TableWriter } from '../../../table/writer.ts';
import { parseAddress } from '../../../wire/address.ts';
import type { Node, Pod } from '../../model/object.ts';
import { podLocality } from '../../resolve/pod-locality.ts';
import type { NodeIndex } from '../../store/node-index.ts';
import type { ClientIndex } from './client-index.ts';
import { clientName } from './namespace-ids.ts';
import { pseudoRecord } from './pseudo-record.ts';

/**
 * Where clients are by their address: where the node is that their Pod is on, or that has the address itself. Pods in different places that
 * share an address say nothing. What is served changes with `flush`.
 */
export class PlaceIndex {
  readonly #table: TableWriter;
  readonly #nodes: NodeIndex;
  readonly #clients: Pick<ClientIndex, 'podsOf'>;
  #dirty = new Set<string>();

  constructor(table: TableWriter, nodes: NodeIndex, clients: Pick<ClientIndex, 'podsOf'>) {
    this.#table = table;
    this.#nodes = nodes;
    this.#clients = clients;
  }

  /** A Pod comes or goes. */
  touchPod({ ips }: Pod): void {
    for (const ip of ips) this.#dirty.add(ip);
  }

  /** A node comes or goes. */
  touchNode(node: Node): void {
    for (const ip of node.ips) this.#dirty.add(ip);
    for (const pod of this.#nodes.podsOn(node)) this.touchPod(pod);
  }

  /** Writes what has changed. */
  flush(): void {
    for (const ip of this.#dirty) this.#write(ip);
    this.#dirty = new Set();
  }

  /** Where the client with an address (canonical) is, and why. */
  placeOf(ip: string): { readonly locality: string; readonly why: string } | undefined {
    const pods = this.#clients.podsOf(ip);
    const [pod] = pods;
    const locality = pod && podLocality(pod, this.#nodes.nodeOf(pod));
    if (locality !== undefined && locality !== '') {
      const isShared = pods.some((other) => podLocality(other, this.#nodes.nodeOf(other)) !== locality);
      if (isShared) return undefined;
      const { namespace, name } = pod!.meta;
      const where = pod!.locality === undefined ? `is on the node ${pod!.node}` : 'has a label that says it';
      return { locality, why: `Pod ${namespace}/${name} ${where}` };
    }
    const node = pod ? undefined : this.#nodes.nodeAt(ip);
    return node && node.locality !== ''
      ? { locality: node.locality, why: `the node ${node.meta.name} has the address` }
      : undefined;
  }

  #write(ip: string): void {
    const name = clientName(parseAddress(ip)!);
    name[0] = pseudoName.place;
    const place = this.placeOf(ip);
    if (!place) {
      this.#table.delete(name);
      return;
    }
    const { region, zone, subzone } = localityOf(place.locality);
    const rest = new ByteWriter(12);
    for (const part of [region, zone, subzone]) rest.u32(part);
    this.#table.set(pseudoRecord({ kind: 'place', name, number: 0, rest: rest.view() }));
  }
}
