import { TextIndex } from '../../collections/text-index.ts';
import { compareNames, type Node, type Pod } from '../model/object.ts';
import type { NumberedObjects } from './packed-objects.ts';

/**
 * Which Pods are on a node, and which node has an address. A cluster's Pods are on nodes of the same cluster. Objects must have their number
 * when they are added, and have it still when they are removed.
 */
export class NodeIndex {
  readonly #objects: NumberedObjects;
  /** By `nodeKey`. */
  readonly #nodes = new TextIndex();
  /** By the `nodeKey` of the node that they are on. */
  readonly #pods = new TextIndex();
  /** Nodes by address. */
  readonly #addresses = new TextIndex();

  constructor(objects: NumberedObjects) {
    this.#objects = objects;
  }

  addNode(node: Node): void {
    const id = this.#objects.idOf(node);
    this.#nodes.add(keyOfNode(node), id);
    for (const ip of node.ips) this.#addresses.add(ip, id);
  }

  removeNode(node: Node): void {
    const id = this.#objects.idOf(node);
    this.#nodes.delete(keyOfNode(node), id);
    for (const ip of node.ips) this.#addresses.delete(ip, id);
  }

  addPod(pod: Pod): void {
    if (pod.node !== undefined) this.#pods.add(keyOfPod(pod), this.#objects.idOf(pod));
  }

  removePod(pod: Pod): void {
    if (pod.node !== undefined) this.#pods.delete(keyOfPod(pod), this.#objects.idOf(pod));
  }

  podsOn(node: Node): Pod[] {
    const key = keyOfNode(node);
    const pods = this.#pods.get(key).map((id) => this.#objects.objectOf(id) as Pod);
    return pods.filter((pod) => pod.node !== undefined && keyOfPod(pod) === key);
  }

  /** `undefined` while it is not known. */
  nodeOf(pod: Pod): Node | undefined {
    if (pod.node === undefined) return undefined;
    const key = keyOfPod(pod);
    return this.#first(this.#nodes.get(key), (node) => keyOfNode(node) === key);
  }

  /** The node that has an address (canonical). */
  nodeAt(ip: string): Node | undefined {
    return this.#first(this.#addresses.get(ip), ({ ips }) => ips.includes(ip));
  }

  /** Two sources may have one. */
  #first(ids: readonly number[], isSought: (node: Node) => boolean): Node | undefined {
    const nodes = ids.map((id) => this.#objects.objectOf(id) as Node).filter(isSought);
    return nodes.sort((a, b) => compareNames(a.meta, b.meta))[0];
  }
}

function keyOfNode({ meta }: Node): string {
  return nodeKey(meta.name, meta.cluster);
}

function keyOfPod({ meta, node = '' }: Pod): string {
  return nodeKey(node, meta.cluster);
}

function nodeKey(name: string, cluster: string | undefined): string {
  return cluster === undefined ? name : `${name}@${cluster}`;
}
