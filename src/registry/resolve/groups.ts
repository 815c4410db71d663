import { maxGroups } from '../../table/layout.ts';
import type { AddressGroup, AddressGroups } from './answer.ts';
import type { UsableEndpoint } from './endpoints.ts';
import { scaledWeights } from './weights.ts';

/**
 * The addresses and host names of endpoints by where they are, in the order in which their localities are met first
 * (docs/semantics.md section 5). `undefined` where there is nothing to tell them apart by: no locality is said, or none counts
 * (`usesLocality`), and the weights do not differ. An address counts with the first endpoint that has it. Of the host names the
 * first `maxHostnames` are taken.
 */
export function groupsOf(
  endpoints: readonly UsableEndpoint[],
  usesLocality: boolean,
  maxHostnames: number,
): AddressGroups | undefined {
  const hasLocality = usesLocality && endpoints.some(({ locality }) => locality !== '');
  const hasWeights = endpoints.some(({ weight }) => weight !== endpoints[0]!.weight);
  if (!hasLocality && !hasWeights) return undefined;
  const places = new Map<string, number>();
  const groups: { locality: string; addresses: string[]; endpointHostnames: string[] }[] = [];
  const placeOf = (locality: string): number => {
    const known = places.get(locality);
    if (known !== undefined) return known;
    // The last one has what is in none of the others.
    const isLast = locality !== '' && groups.length >= maxGroups - 1;
    if (isLast) return placeOf('');
    places.set(locality, groups.length);
    return groups.push({ locality, addresses: [], endpointHostnames: [] }) - 1;
  };
  const weights = new Map<string, number>();
  const scaled = scaledWeights(endpoints.map(({ weight }) => weight));
  const seen = new Set<string>();
  let hostnames = 0;
  for (const [i, { target, locality }] of endpoints.entries()) {
    const group = groups[placeOf(hasLocality ? locality : '')]!;
    const text = target.kind === 'ip' ? target.ip : target.host;
    if (seen.has(text)) continue;
    seen.add(text);
    if (target.kind === 'host' && ++hostnames > maxHostnames) continue;
    (target.kind === 'ip' ? group.addresses : group.endpointHostnames).push(text);
    if (hasWeights) weights.set(text, scaled[i]!);
  }
  return {
    groups: groups satisfies AddressGroup[],
    weights: hasWeights ? weights : undefined,
    placeOf: (locality) => places.get(hasLocality ? locality : '') ?? places.get('')!,
  };
}
