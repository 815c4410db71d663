import { takeClientSubnet } from '../../../wire/client-subnet.ts';
import { headerFlag } from '../../../wire/codes.ts';
import { maxUpstreamOptions } from '../../../wire/edns.ts';
import type { Query } from '../../../wire/query.ts';

const flag = { DO: 0x01, subnet: 0x02, scoped: 0x04, CD: headerFlag.CD } as const;

/** Octets of the option before its value: code and length. */
const optionHeadSize = 4;
const scopeAt = 7;
const maxSubnetSize = 20;

/**
 * What replies are kept under: name, type, DO, CD, for queries with a Client Subnet option that this is so, or which
 * (RFC 7871 section 7.3), and the options that this server tells upstreams. One object is filled again for each query.
 *
 * The hash is of the secret seed, so that nobody can choose names that collide; what is found is compared as a whole.
 */
export class QuestionKey {
  /** 30 bits. */
  hash = 0;
  query!: Query;
  flags = 0;
  /** Replies are for the client's subnet alone. */
  isScoped = false;
  /** What else tells questions apart: the subnet where it is scoped, then the options. */
  readonly context = new Uint8Array(maxSubnetSize + maxUpstreamOptions);
  contextSize = 0;
  /** The client's option without the scope: family, source prefix length, address; 0 up to the next multiple of 4. */
  readonly #subnet = new Uint8Array(maxSubnetSize);
  /** Octets of the client's option, 0 where it has none. */
  #optionSize = 0;

  /** False where the query has a malformed option. Needs `query.readName()`. */
  read(query: Query): boolean {
    this.query = query;
    this.flags = (query.bytes[query.start + 3]! & flag.CD) | (query.dnssecOk ? flag.DO : 0);
    this.#optionSize = 0;
    if (query.optionsEnd > query.optionsStart && !this.#readSubnet(query)) return false;
    this.useScope(false);
    return true;
  }

  /** The client told a subnet. */
  get hasSubnet(): boolean {
    return this.#optionSize > 0;
  }

  /** Says whether the key is that of replies for the client's subnet alone. */
  useScope(isScoped: boolean): void {
    const { query } = this;
    this.isScoped = isScoped && this.#optionSize > 0;
    this.flags = this.isScoped ? this.flags | flag.scoped : this.flags & ~flag.scoped;
    // Fibonacci hashing.
    let mixed = Math.imul((query.type << 8) | this.flags, 0x9e37_79b1);
    this.contextSize = 0;
    if (this.isScoped || query.upstreamOptions.length > 0) mixed ^= this.#readContext();
    this.hash = (query.nameHash ^ mixed) & 0x3fff_ffff;
  }

  /** Whether both are of one question. */
  isSame(other: QuestionKey): boolean {
    const { query, context } = this;
    if (query.type !== other.query.type || this.flags !== other.flags) return false;
    if (query.nameLength !== other.query.nameLength || this.contextSize !== other.contextSize) return false;
    for (let i = 0; i < query.nameLength; i++) if (query.lower[i] !== other.query.lower[i]) return false;
    for (let i = 0; i < this.contextSize; i++) if (context[i] !== other.context[i]) return false;
    return true;
  }

  /** Has the reply carry the client's option with this scope. */
  putScope(scope: number): void {
    const { query } = this;
    const subnet = this.#subnet;
    const size = this.#optionSize;
    query.subnet.set([0, 8, 0, size - optionHeadSize, subnet[0]!, subnet[1]!, subnet[2]!, scope]);
    for (let i = 4; i < size - optionHeadSize; i++) query.subnet[i + optionHeadSize] = subnet[i]!;
    query.subnetSize = size;
  }

  /** Fills the context, and returns its hash. */
  #readContext(): number {
    const { query, context } = this;
    const { upstreamOptions } = query;
    const subnetSize = this.isScoped ? this.#optionSize - optionHeadSize : 0;
    for (let i = 0; i < subnetSize; i++) context[i] = this.#subnet[i]!;
    for (let i = 0; i < upstreamOptions.length; i++) context[subnetSize + i] = upstreamOptions[i]!;
    this.contextSize = subnetSize + upstreamOptions.length;
    return query.hasher.hash(context, 0, this.contextSize);
  }

  #readSubnet(query: Query): boolean {
    const { subnet } = query;
    const size = query.subnetSize;
    const scope = subnet[scopeAt]!;
    query.subnetSize = 0;
    const isSound = takeClientSubnet(query);
    this.#optionSize = query.subnetSize;
    // What the reply carries is not ours to say here.
    query.subnetSize = size;
    if (size > 0) subnet[scopeAt] = scope;
    if (this.#optionSize === 0) return isSound;
    this.flags |= flag.subnet;
    this.#subnet.fill(0);
    for (let i = optionHeadSize; i < this.#optionSize; i++) this.#subnet[i - optionHeadSize] = subnet[i]!;
    this.#subnet[3] = 0;
    return true;
  }
}
