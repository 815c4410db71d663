import { takeClientSubnet } from '../../../wire/client-subnet.ts';
import { headerFlag } from '../../../wire/codes.ts';
import type { Query } from '../../../wire/query.ts';

const flag = { DO: 0x01, subnet: 0x02, CD: headerFlag.CD } as const;

/** Octets of the option before its value: code and length. */
const optionHeadSize = 4;
const scopeAt = 7;
const maxSubnetSize = 20;

/**
 * What replies are kept under: name, type, DO, CD, and for queries with a Client Subnet option that this is so, or which
 * (RFC 7871 section 7.3). One object is filled again for each query.
 *
 * The hash is of the secret seed, so that nobody can choose names that collide; what is found is compared as a whole.
 */
export class QuestionKey {
  /** 30 bits. */
  hash = 0;
  query!: Query;
  flags = 0;
  /** Octets of `subnet` that count, 0 where the reply is for all. */
  subnetSize = 0;
  /** The client's option without the scope: family, source prefix length, address; 0 up to the next multiple of 4. */
  readonly subnet = new Uint8Array(maxSubnetSize);
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
    const { query, flags, subnet } = this;
    // Fibonacci hashing.
    let mixed = Math.imul((query.type << 8) | flags, 0x9e37_79b1);
    this.subnetSize = 0;
    if (isScoped && this.#optionSize > 0) {
      this.subnetSize = this.#optionSize - optionHeadSize;
      mixed ^= query.hasher.hash(subnet, 0, maxSubnetSize);
    }
    this.hash = (query.nameHash ^ mixed) & 0x3fff_ffff;
  }

  /** Whether both are of one question. */
  isSame(other: QuestionKey): boolean {
    const { query, subnet } = this;
    if (query.type !== other.query.type || this.flags !== other.flags) return false;
    if (query.nameLength !== other.query.nameLength || this.subnetSize !== other.subnetSize) return false;
    for (let i = 0; i < query.nameLength; i++) if (query.lower[i] !== other.query.lower[i]) return false;
    for (let i = 0; i < this.subnetSize; i++) if (subnet[i] !== other.subnet[i]) return false;
    return true;
  }

  /** Has the reply carry the client's option with this scope. */
  putScope(scope: number): void {
    const { query, subnet } = this;
    const size = this.#optionSize;
    query.subnet.set([0, 8, 0, size - optionHeadSize, subnet[0]!, subnet[1]!, subnet[2]!, scope]);
    for (let i = 4; i < size - optionHeadSize; i++) query.subnet[i + optionHeadSize] = subnet[i]!;
    query.subnetSize = size;
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
    this.subnet.fill(0);
    for (let i = optionHeadSize; i < this.#optionSize; i++) this.subnet[i - optionHeadSize] = subnet[i]!;
    this.subnet[3] = 0;
    return true;
  }
}
