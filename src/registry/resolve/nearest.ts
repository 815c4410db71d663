import { familyOf } from '../../wire/address.ts';
import { distanceTo, localityOf, type Locality } from '../../table/locality.ts';
import type { AddressGroup, HostAnswer } from './answer.ts';

/** Groups that have something, with their distance from a client, the nearest first. */
export function groupsByDistance(
  groups: readonly AddressGroup[],
  client: Locality,
): (AddressGroup & { readonly far: number })[] {
  return groups
    .filter(({ addresses, endpointHostnames }) => addresses.length + endpointHostnames.length > 0)
    .map((group) => ({ ...group, far: distanceTo(client, group.locality) }))
    .sort((a, b) => a.far - b.far);
}

/**
 * The addresses that a client in `locality` gets (docs/semantics.md section 5), the nearest first; what is as far is in the order of
 * the answer. Where host names are among the endpoints all are given with `only` too: which are the nearest is seen when these are looked up.
 */
export function addressesFor(
  { addresses, endpointHostnames, groups }: HostAnswer,
  locality: string,
  nearest: 'off' | 'first' | 'only',
): readonly string[] {
  if (!groups || nearest === 'off') return addresses;
  const ranked = groupsByDistance(groups.groups, localityOf(locality)).flatMap((group) =>
    group.addresses.map((address) => ({ address, far: group.far })),
  );
  if (nearest === 'first' || endpointHostnames.length > 0) return ranked.map(({ address }) => address);
  const least = { 4: Infinity, 6: Infinity };
  for (const { address, far } of ranked) least[familyOf(address)] = Math.min(least[familyOf(address)], far);
  return ranked.filter(({ address, far }) => far === least[familyOf(address)]).map(({ address }) => address);
}
