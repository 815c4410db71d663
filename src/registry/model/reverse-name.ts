import { canonicalAddress } from '../../wire/address.ts';

/**
 * The address of a whole reverse name without trailing dot (RFC 1035 section 3.5, RFC 3596 section 2.5), canonical;
 * `undefined` for every other name. `compile/pointers.ts` has the way back.
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
