import { parseAddress, canonicalAddress, familyOf } from './address.ts';

/** The reverse name of an address, without trailing dot: RFC 1035 section 3.5, RFC 3596 section 2.5. */
export function reverseName(address: string): string {
  if (familyOf(address) === 6) {
    const nibbles = Buffer.from(parseAddress(address)!).toString('hex');
    return `${Array.from(nibbles).reverse().join('.')}.ip6.arpa`;
  }
  const first = address.indexOf('.');
  const second = address.indexOf('.', first + 1);
  const third = address.indexOf('.', second + 1);
  const [a, b] = [address.slice(0, first), address.slice(first + 1, second)];
  return `${address.slice(third + 1)}.${address.slice(second + 1, third)}.${b}.${a}.in-addr.arpa`;
}

/**
 * The address of a whole reverse name without trailing dot (RFC 1035 section 3.5, RFC 3596 section 2.5), canonical;
 * `undefined` for every other name.
 */
export function addressFromReverseName(name: string): string | undefined {
  const ipv4 = /^((?:\d{1,3}\.){4})in-addr\.arpa$/.exec(name);
  if (ipv4) return canonicalAddress(ipv4[1]!.slice(0, -1).split('.').reverse().join('.'));
  const ipv6 = /^((?:[0-9a-f]\.){32})ip6\.arpa$/.exec(name);
  if (!ipv6) return undefined;
  const nibbles = ipv6[1]!.split('.').slice(0, 32).reverse().join('');
  const address = canonicalAddress(nibbles.match(/.{4}/g)!.join(':'));
  // An address that is known as IPv4 has no name of this form.
  return address?.includes(':') ? address : undefined;
}
