import { hasFlag, nameAt, nameLengthOf, namespaceIdOf, readPlace, sidecarOf, sizeOf } from '../../../table/record.ts';
import { namespaceName } from '../../../registry/publish/clients/namespace-ids.ts';
import { clientFlag, pseudoName, unlimited } from '../../../table/layout.ts';
import { localityOf, type Locality } from '../../../table/locality.ts';
import type { TableReader } from '../../../table/reader.ts';
import { findClientSubnet } from '../../../wire/client-subnet.ts';
import { readUint16, writeUint32 } from '../../../wire/message.ts';
import { NetworkMap } from '../../../wire/network-map.ts';
import { holdsMapped, networkOfCidr, type Network } from '../../../wire/network.ts';
import type { Query } from '../../../wire/query.ts';
import { mappedSize } from '../../../wire/address.ts';
import { PeerOctets } from '../../../wire/peer.ts';
import type { ClientsConfig } from '../config.ts';
import { SubQuery } from '../reply/sub-query.ts';

const nameSize = mappedSize + 2;
/** In place of a namespace's number. */
const everyNamespace = 0;

/** In place of a Sidecar's record: none limits the client, or one does of which nothing is known any more. */
export const noLimit = -1;
export const unknownLimit = -2;

/**
 * Who asks, and from where (docs/semantics.md section 8): the Pod that has the address → `client CIDR NAMESPACE` → `namespace` → nobody that
 * is known. A forwarder asks for others: it has no namespace, but may say whom it asks for. The result of `find` stands
 * in the object until the next call.
 */
export class ClientFinder {
  /** The number of the client's namespace in the table, 0 where none is known. */
  namespaceId = 0;
  isMeshed = false;
  /** It is a Pod that is known, or the Corefile names a namespace for it. */
  isKnown = false;
  /** The record of the Sidecar that limits what the client sees, `noLimit` or `unknownLimit`, where nothing is seen. */
  limit = noLimit;

  readonly #table: TableReader;
  readonly #rules: readonly { network: Network; name: Uint8Array; namespace: string }[];
  readonly #forwarders: readonly Network[];
  readonly #meshed: readonly Network[];
  readonly #usesSubnet: boolean;
  readonly #fallback: Uint8Array | undefined;
  readonly #fallbackText: string | undefined;
  readonly #name = new Uint8Array(nameSize);
  /** Behind the first octet of `#name`. */
  readonly #address = new PeerOctets(this.#name, 1);
  readonly #numberName = new Uint8Array(6);
  readonly #networks: NetworkMap;
  /** Of the networks, from the smallest one to the largest. */
  readonly #localities: readonly Locality[];
  readonly #otherwise: Locality;
  readonly #usesNodes: boolean;
  /** Of the Pod or node that was looked at last. */
  readonly #place = { region: 0, zone: 0, subzone: 0 };
  /** Of the address that was looked at last: -1 without one. */
  #pod = -1;
  /** The Corefile names a namespace for the address that was looked at last. */
  #isConfigured = false;
  /** Which one that is. */
  #configuredText: string | undefined;

  constructor(config: ClientsConfig, table: TableReader) {
    this.#table = table;
    this.#rules = config.rules.flatMap(({ cidr, namespace }) => {
      const name = namespaceName(namespace);
      return name ? [{ network: networkOfCidr(cidr), name, namespace }] : [];
    });
    this.#forwarders = config.forwarders.map(networkOfCidr);
    this.#meshed = config.meshed.map(networkOfCidr);
    this.#usesSubnet = config.usesSubnet;
    this.#fallbackText = config.namespace;
    this.#fallback = config.namespace === undefined ? undefined : namespaceName(config.namespace);
    const longestFirst = config.localities.toSorted((a, b) => b.cidr.prefixLength - a.cidr.prefixLength);
    this.#networks = new NetworkMap(longestFirst.map(({ cidr }, i) => [networkOfCidr(cidr), i]));
    this.#localities = longestFirst.map(({ locality }) => localityOf(locality));
    this.#otherwise = localityOf(config.locality);
    this.#usesNodes = config.usesNodes;
  }

  /** Finds out who sent the query; of one that was made to answer another, who sent that. */
  find(asked: Query): void {
    const query = asked instanceof SubQuery ? asked.root : asked;
    this.namespaceId = 0;
    this.isMeshed = false;
    this.isKnown = false;
    this.limit = noLimit;
    this.#configuredText = undefined;
    if (!this.#locate(query)) return;
    const pod = this.#pod;
    const { arena } = this.#table;
    this.namespaceId = pod >= 0 ? namespaceIdOf(arena, pod) : this.#configured(query);
    this.isKnown = pod >= 0 || this.#isConfigured;
    this.isMeshed = (pod >= 0 && hasFlag(arena, pod, clientFlag.meshed)) || contains(this.#meshed, this.#name);
    if (this.isKnown && this.#table.isLimited) this.limit = this.#findLimit(query, pod);
  }

  /**
   * Where the client is that sent the query (docs/semantics.md section 8): where its Pod's node is, or the node that has the address → the
   * smallest network of `client_locality` → `locality`. Good until the next call.
   */
  localityOf(asked: Query): Locality {
    const query = asked instanceof SubQuery ? asked.root : asked;
    if (!this.#locate(query)) return this.#otherwise;
    if (this.#usesNodes) {
      this.#name[0] = pseudoName.place;
      const record = this.#lookup(query, this.#name);
      if (record >= 0) return readPlace(this.#table.arena, record, this.#place);
    }
    const network = this.#networks.find(this.#address.view, 1);
    return network === NetworkMap.none ? this.#otherwise : this.#localities[network]!;
  }

  /**
   * Puts the client's address into `#name`, and finds its Pod. False where nobody is known: the address cannot be read, or it is a
   * forwarder's that does not say whom it asks for.
   */
  #locate(query: Query): boolean {
    const name = this.#name;
    name[0] = pseudoName.client;
    this.#pod = -1;
    if (!this.#address.write(query.peer)) return false;
    this.#pod = this.#lookup(query, name);
    if (!this.#isForwarder(this.#pod)) return true;
    if (!this.#usesSubnet || !readClientSubnet(query, name)) return false;
    this.#pod = this.#lookup(query, name);
    return !this.#isForwarder(this.#pod);
  }

  /** The namespace that the client of the last `find` has; `undefined` where none is known. Allocates. */
  namespaceOf(query: Query): string | undefined {
    if (this.namespaceId === 0 || this.#configuredText !== undefined) return this.#configuredText;
    const record = this.#lookup(query, this.#numbered(pseudoName.text, this.namespaceId));
    if (record < 0) return undefined;
    const { arena } = this.#table;
    const start = nameAt(record) + nameLengthOf(arena, record);
    const text = Buffer.from(arena.subarray(start, record + sizeOf(arena, record))).toString('latin1');
    // It is filled up to whole words.
    return text.replace(/\0+$/, '');
  }

  /** The Sidecar of the Pod → the default one of its namespace → that of all namespaces. */
  #findLimit(query: Query, pod: number): number {
    let number = pod >= 0 ? sidecarOf(this.#table.arena, pod) : 0;
    if (number === 0 && this.namespaceId !== 0) number = this.#defaultOf(query, this.namespaceId);
    if (number === 0) number = this.#defaultOf(query, everyNamespace);
    if (number === 0 || number === unlimited) return noLimit;
    const sidecar = this.#lookup(query, this.#numbered(pseudoName.sidecar, number));
    // It has gone between two of these steps.
    return sidecar < 0 ? unknownLimit : sidecar;
  }

  /** The number of the default Sidecar of a namespace, 0 for none. */
  #defaultOf(query: Query, namespaceId: number): number {
    const record = this.#lookup(query, this.#numbered(pseudoName.number, namespaceId));
    return record < 0 ? 0 : sidecarOf(this.#table.arena, record);
  }

  #numbered(first: number, number: number): Uint8Array {
    this.#numberName[0] = first;
    writeUint32(this.#numberName, 1, number);
    return this.#numberName;
  }

  #isForwarder(pod: number): boolean {
    if (pod >= 0 && hasFlag(this.#table.arena, pod, clientFlag.forwarder)) return true;
    return contains(this.#forwarders, this.#name);
  }

  /** The namespace that the Corefile names for the address. */
  #configured(query: Query): number {
    this.#isConfigured = true;
    for (const { network, name, namespace } of this.#rules) {
      if (!holdsMapped(network, this.#name, 1)) continue;
      this.#configuredText = namespace;
      return this.#numberOf(query, name);
    }
    this.#isConfigured = this.#fallback !== undefined;
    this.#configuredText = this.#fallbackText;
    return this.#fallback ? this.#numberOf(query, this.#fallback) : 0;
  }

  /** 0 for a namespace that no record speaks of: nothing is different for it. */
  #numberOf(query: Query, name: Uint8Array): number {
    const record = this.#lookup(query, name);
    return record < 0 ? 0 : namespaceIdOf(this.#table.arena, record);
  }

  #lookup(query: Query, name: Uint8Array): number {
    return this.#table.find(query.hasher.hash(name, 0, name.length), name, 0, name.length);
  }
}

function contains(networks: readonly Network[], name: Uint8Array): boolean {
  for (const network of networks) if (holdsMapped(network, name, 1)) return true;
  return false;
}

/** Writes the address of the query's Client Subnet option at 1 of `out`; false where there is none of full length. */
function readClientSubnet(query: Query, out: Uint8Array): boolean {
  const { bytes } = query;
  const at = findClientSubnet(query);
  if (at < 0) return false;
  const family = readUint16(bytes, at + 4);
  const size = family === 1 ? 4 : family === 2 ? mappedSize : 0;
  if (size === 0 || readUint16(bytes, at + 2) !== 4 + size || bytes[at + 6] !== size * 8) return false;
  out.fill(0, 1, 1 + mappedSize);
  if (size === 4) out[11] = out[12] = 0xff;
  for (let i = 0; i < size; i++) out[1 + mappedSize - size + i] = bytes[at + 8 + i]!;
  return true;
}
