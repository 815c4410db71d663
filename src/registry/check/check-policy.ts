import { canonicalAddress, mappedSize, writeMapped } from '../../wire/address.ts';
import { holdsMapped, networkOfCidr, parseNetwork, type Cidr, type Network } from '../../wire/network.ts';

/**
 * Nothing outside of the mesh is there: this machine, its links, groups, and what clouds tell their machines about themselves (AWS and most
 * others in 169.254.0.0/16; Alibaba, Azure, Oracle; AWS over IPv6).
 */
const neverMeant = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
  '::/128',
  '::1/128',
  'fe80::/10',
  'ff00::/8',
  'fd00:ec2::254/128',
];

/**
 * Which addresses may be connected to: whoever may write a ServiceEntry has the server connect to what stands in it. With `allowed` these
 * networks and no others; without it all but `neverMeant` and the machine's own addresses.
 */
export class CheckPolicy {
  readonly #allowed: readonly Network[];
  readonly #denied: readonly Network[];
  readonly #own: () => readonly string[];

  /** `own` are the addresses of this machine. */
  constructor(allowed: readonly Cidr[], own: () => readonly string[]) {
    this.#allowed = allowed.map(networkOfCidr);
    this.#denied = neverMeant.map((text) => parseNetwork(text)!);
    this.#own = own;
  }

  /** Of a canonical address. */
  allows(ip: string): boolean {
    const octets = new Uint8Array(mappedSize);
    writeMapped(ip, octets, 0);
    const isIn = (network: Network): boolean => holdsMapped(network, octets, 0);
    if (this.#allowed.length > 0) return this.#allowed.some(isIn);
    return !this.#denied.some(isIn) && !this.#own().some((address) => canonicalAddress(address) === ip);
  }
}
