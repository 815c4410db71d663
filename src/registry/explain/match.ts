import { addressFromReverseName, reverseName } from '../../wire/reverse-name.ts';
import type { PtrCandidate } from '../publish/ptr-candidates.ts';
import type { Registry } from '../registry.ts';
import type { CoveringService } from '../store/service-index.ts';
import type { View } from '../resolve/visibility.ts';
import type { Attempt, MatchKind, NameMatch } from './explanation.ts';
import type { LeftOutParts } from './left-out.ts';
import { isAtOrBelow, longestZone } from '../../wire/zone-text.ts';

/** Zones that `fallthrough` names, absolute; `undefined` without it. */
export type Fallthrough = readonly string[] | undefined;

/**
 * Follows the order in which a name is matched (docs/semantics.md section 2), and says what was tried. `name` is lower-case
 * and without trailing dot; '' is the root.
 */
export function matchName(
  name: string,
  view: View,
  registry: Registry,
  fallthrough: Fallthrough,
  leftOut: Pick<LeftOutParts, 'noteOn'> = { noteOn: () => undefined },
): NameMatch {
  const { zones } = registry.context.options;
  const tried: Attempt[] = [];
  const labels = name === '' ? [] : name.split('.');
  const first = labels.findIndex((label) => !label.startsWith('_'));
  const prefix = first < 0 ? labels.length : first;
  const base = labels.slice(prefix).join('.');
  const ownZone = zoneOf(name, zones);
  const result = (kind: MatchKind, host?: string): NameMatch => {
    return { kind, host, service: labels.slice(0, prefix).join('.'), ownZone, tried };
  };
  if (prefix === labels.length && labels.length > 0) {
    tried.push({ what: `host behind ${name}`, result: 'there is none: all labels begin with _' });
    return result(notServed(name, ownZone, registry, fallthrough));
  }

  const exact = look(base, view, registry);
  const note = registry.store.entriesOf(base).length === 0 ? leftOut.noteOn(base) : undefined;
  tried.push({ what: `host ${shown(base)}`, result: note ?? exact.text });
  if (exact.isSeen) return result('host', base);
  const [label = '', ...rest] = labels.slice(prefix);
  const above = rest.join('.');
  const answer = registry.resolve(above, view)?.answer;
  if (answer) {
    const isEndpoint = answer.endpoints.has(label);
    const text = isEndpoint ? 'matches' : 'the host has no endpoint of this name';
    tried.push({ what: `endpoint ${label} of ${above}`, result: text });
    if (isEndpoint) return result('endpoint', above);
  }
  const fixed = zones.find((zone) => bare(zone) === base || serverName(zone) === base);
  if (fixed !== undefined) {
    const isApex = bare(fixed) === base;
    tried.push({ what: isApex ? `own zone ${fixed}` : `name server of ${fixed}`, result: 'matches' });
    return result(isApex ? 'apex' : 'name-server');
  }
  const address = addressFromReverseName(base);
  if (address !== undefined) {
    const candidates = registry.ptrs.candidatesOf(address);
    const seen = candidates.filter((candidate) => ptrFor(candidate, address, view, registry));
    const text =
      candidates.length === 0
        ? 'no host has it'
        : seen.length === 0
          ? unseen(candidates.length, 'host has it', 'hosts have it')
          : 'matches';
    tried.push({ what: `address ${address}`, result: text });
    if (seen.length > 0)
      return prefix === 0 ? result('reverse') : result(notServed(name, ownZone, registry, fallthrough));
  }

  const wildcard = matchWildcard(labels.slice(prefix), view, registry, tried);
  const otherwise = notServed(name, ownZone, registry, fallthrough);
  if (wildcard === 'excepted') return result(otherwise);
  if (typeof wildcard === 'object' && 'host' in wildcard)
    return result(wildcard.isEndpoint ? 'endpoint' : 'wildcard', wildcard.host);

  const below = prefix === 0 ? findBelow(base, view, registry) : undefined;
  if (below !== undefined) {
    tried.push({ what: `names below ${shown(base)}`, result: `${below} is served, so this name exists` });
    return result('ancestor');
  }
  // Below an own zone, where nothing is forwarded, a name below that of a Service is not known to exist.
  if (wildcard && (otherwise === 'none' || (wildcard.isItself && prefix === 0))) return result('service');
  if (ownZone !== undefined) {
    const falls =
      otherwise === 'none' ? 'fallthrough sends the name to the next plugin' : 'below it this name does not exist';
    tried.push({ what: `own zone ${ownZone}`, result: falls });
  }
  return result(otherwise);
}

/** What a host says of an address (canonical) to this client. */
export function ptrFor(
  { host, ptrs }: PtrCandidate,
  address: string,
  view: View,
  registry: Registry,
): { readonly target: string; readonly ttl: number } | undefined {
  if (!view.sidecar) return ptrs.get(view.namespace, view.isMeshed);
  const answer = registry.resolve(host, view)?.answer;
  const ptr = answer?.ptrs.find((each) => each.address === address);
  return ptr && { target: ptr.target, ttl: answer!.ttl };
}

/** The host that answers for a name: itself or the longest wildcard that the client sees. */
export function hostFor(name: string, view: View, registry: Registry): string | undefined {
  if (registry.resolve(name, view)) return name;
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    const wildcard = `*${name.slice(dot)}`;
    if (!registry.resolve(wildcard, view)) continue;
    return registry.store.services.covering(name) ? undefined : wildcard;
  }
  return undefined;
}

function look(host: string, view: View, registry: Registry): { isSeen: boolean; text: string } {
  const entries = registry.store.entriesOf(host);
  if (entries.length === 0) return { isSeen: false, text: 'no ServiceEntry has it' };
  return registry.resolve(host, view)
    ? { isSeen: true, text: 'matches' }
    : { isSeen: false, text: unseen(entries.length, 'ServiceEntry has it', 'ServiceEntries have it') };
}

function matchWildcard(
  labels: readonly string[],
  view: View,
  registry: Registry,
  tried: Attempt[],
): { host: string; isEndpoint: boolean } | 'excepted' | CoveringService | undefined {
  const { except } = registry.context.options;
  for (let at = 1; at < labels.length; at++) {
    const host = `*.${labels.slice(at).join('.')}`;
    const found = look(host, view, registry);
    if (registry.store.entriesOf(host).length > 0) tried.push({ what: `host ${host}`, result: found.text });
    if (!found.isSeen) continue;
    const excepted = except.find((each) => isAtOrBelow(labels.join('.'), each));
    if (excepted !== undefined) {
      tried.push({ what: `except ${excepted}`, result: 'no wildcard answers below it' });
      return 'excepted';
    }
    const service = registry.store.services.covering(labels.join('.'));
    if (service) {
      tried.push({ what: `Service ${service.key}`, result: 'the cluster has it, and no wildcard host hides it' });
      return service;
    }
    const isEndpoint = at >= 2 && registry.resolve(host, view)?.answer.endpoints.has(labels[0]!) === true;
    return { host, isEndpoint };
  }
  if (labels.length > 1) tried.push({ what: 'wildcards', result: 'none that this client sees covers the name' });
  return undefined;
}

/** A served name below this one that the client sees. */
function findBelow(base: string, view: View, registry: Registry): string | undefined {
  const { zones, allocationZones } = registry.context.options;
  const end = base === '' ? '' : `.${base}`;
  for (const zone of zones) {
    if (bare(zone).endsWith(end) || serverName(zone).endsWith(end)) return serverName(zone);
  }
  // What is above a name exists also for those from whom a Sidecar hides the name, or what their own namespace has of it,
  // where clients of no known namespace see it.
  const { namespace, isMeshed } = view;
  const views: readonly View[] = [
    { namespace, isMeshed },
    { namespace: undefined, isMeshed: false },
    { namespace: undefined, isMeshed: true },
  ];
  for (const host of registry.store.hosts) {
    if (host.endsWith(end) && views.some((each) => registry.resolve(host, each))) return host;
  }
  // Ancestors of reverse names exist where the server says what exists.
  if (!isAtOrBelow(base, 'arpa') || zoneOf(base, [...zones, ...allocationZones]) === undefined) return undefined;
  for (const address of registry.ptrs.addresses()) {
    const candidates = registry.ptrs.candidatesOf(address);
    const isSeenHere = candidates.some(({ ptrs, limited }) =>
      views.some((each) => ptrs.get(each.namespace, each.isMeshed) ?? limited?.get(each.namespace, each.isMeshed)),
    );
    if (isSeenHere && reverseName(address).endsWith(end)) return reverseName(address);
  }
  return undefined;
}

function notServed(name: string, ownZone: string | undefined, registry: Registry, fallthrough: Fallthrough): MatchKind {
  if (zoneOf(name, registry.context.options.allocationZones) !== undefined) return 'allocation-range';
  if (ownZone === undefined || zoneOf(name, fallthrough ?? []) !== undefined) return 'none';
  return 'own-zone';
}

/** The longest of the zones (absolute) that a name is at or below. */
export function zoneOf(name: string, zones: readonly string[]): string | undefined {
  return longestZone(`${name}.`, (zone) => zones.includes(zone));
}

/** A zone without its trailing dot. */
export function bare(zone: string): string {
  return zone.slice(0, -1);
}

function serverName(zone: string): string {
  return zone === '.' ? 'ns.dns' : `ns.dns.${bare(zone)}`;
}

function shown(name: string): string {
  return name === '' ? '.' : name;
}

function unseen(count: number, one: string, several: string): string {
  return `${count} ${count === 1 ? one : several}, but this client may not see ${count === 1 ? 'it' : 'any'}`;
}
