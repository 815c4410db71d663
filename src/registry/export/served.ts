import { encodeName, formatName } from '../../wire/name.ts';
import { familyOf } from '../../wire/address.ts';
import { namesOf } from '../explain/entries.ts';
import { ptrFor } from '../explain/match.ts';
import { addressFromReverseName, reverseName } from '../../wire/reverse-name.ts';
import { isWildcard } from '../model/host.ts';
import type { RegistryOptions } from '../model/options.ts';
import type { Registry } from '../registry.ts';
import type { SrvTarget } from '../resolve/answer.ts';
import type { Resolved } from '../resolve/resolve.ts';
import type { View } from '../resolve/visibility.ts';
import { addressesFor } from '../resolve/nearest.ts';
import { priorityFor } from '../resolve/services.ts';
import { maxPtrs } from '../../table/layout.ts';
import { localityOf } from '../../table/locality.ts';

/*
 * export/ lists all records that a registry serves to one kind of client: `served` makes them, `filter` selects, `table` and
 * `zone-files` (with `zone-names`) print them, and `rrset-objects` for other programs. `public-host` has what of one host other name servers may be told, and
 * `alias` how they say that its addresses are those of another name.
 */

/** Records of one name and type. Names are absolute, in presentation form; of wildcards the first label is `*`. */
export interface RRset {
  readonly name: string;
  readonly ttl: number;
  readonly type: 'A' | 'AAAA' | 'CNAME' | 'SRV' | 'PTR' | 'SOA' | 'NS';
  /** RDATA as in a zone file. */
  readonly data: readonly string[];
  /** `namespace/name` of the ServiceEntries that it comes from; none for the records of an own zone. */
  readonly sources: readonly string[];
  /** The host that it belongs to, absolute; of an own zone its apex. */
  readonly host: string;
  /** Host names of endpoints that are resolved on demand, absolute. */
  readonly endpointHostnames?: readonly string[];
}

/** A host that has no records, or other answers beside them. */
export interface Remark {
  readonly name: string;
  readonly note: string;
  readonly sources: readonly string[];
}

export type Served =
  { readonly kind: 'rrset'; readonly rrset: RRset } | { readonly kind: 'remark'; readonly remark: Remark };

/** What of a registry is listed. */
export interface ServedOptions {
  readonly view: View;
  /** What `ns.dns.<zone>` answers. */
  readonly serverAddresses: readonly string[];
  readonly serial: number;
  /** Seconds. */
  readonly negativeTtl: number;
  /** Whether the name is below an own zone, from where nothing is forwarded. */
  readonly isClosed: (name: string) => boolean;
  /** Whether a query for the name (lower-case, without trailing dot) comes to this registry. */
  readonly reaches: (name: string) => boolean;
}

/**
 * All that a registry serves to one kind of client: first the own zones, then the hosts in the order of the tree of
 * names, then the reverse names. A name that has several layers is listed as it is answered. Nothing is kept: what
 * changes meanwhile is seen or not.
 */
export function* servedRecords(registry: Registry, options: ServedOptions): Generator<Served, undefined> {
  yield* zoneRecords(registry, options);
  for (const host of sortedNames([...registry.store.hosts])) {
    if (options.reaches(isWildcard(host) ? host.slice(2) : host)) yield* hostRecords(host, registry, options);
    else yield remark(host, 'no server block sends queries for it here', []);
  }
  for (const name of sortedNames(Array.from(registry.ptrs.addresses(), reverseName))) {
    const rrset = ptrRrset(name, registry, options.view);
    if (rrset && options.reaches(rrset.name.slice(0, -1))) yield { kind: 'rrset', rrset };
  }
  return undefined;
}

function* zoneRecords(registry: Registry, options: ServedOptions): Iterable<Served> {
  const { ttl, zones } = registry.context.options;
  const { serial, negativeTtl, serverAddresses, view } = options;
  for (const zone of zones) {
    const server = below('ns.dns', zone);
    const soa = `${server} ${below('hostmaster', zone)} ${serial} 7200 1800 86400 ${negativeTtl}`;
    const common = { name: zone, sources: [], host: zone };
    yield { kind: 'rrset', rrset: { ...common, ttl: negativeTtl, type: 'SOA', data: [soa] } };
    yield { kind: 'rrset', rrset: { ...common, ttl, type: 'NS', data: [server] } };
    if (!isTaken(server.slice(0, -1), view, registry)) {
      const owner = { name: server, ttl, sources: [], host: zone };
      for (const rrset of addressSets(owner, serverAddresses)) yield { kind: 'rrset', rrset };
    }
  }
}

/** A host or the name of an endpoint comes before the fixed names of a zone. */
function isTaken(name: string, view: View, registry: Registry): boolean {
  if (registry.resolve(name, view)) return true;
  const dot = name.indexOf('.');
  return registry.resolve(name.slice(dot + 1), view)?.answer.endpoints.has(name.slice(0, dot)) === true;
}

function* hostRecords(host: string, registry: Registry, { view, isClosed }: ServedOptions): Iterable<Served> {
  const resolve = (name: string): Resolved | undefined => registry.resolve(name, view);
  const resolved = resolve(host);
  if (!resolved) {
    yield remark(host, 'not visible to this client', namesOf(registry.store.entriesOf(host)));
    return;
  }
  const sources = namesOf(resolved.serving);
  const { kind, services, endpointHostnames } = resolved.answer;
  const seen = { resolve, locality: view.locality ?? '', nearest: registry.context.options.nearest };
  const isForwarded = kind === 'forwarded' && !isClosed(isWildcard(host) ? host.slice(2) : host);
  if (isForwarded) {
    const made = services.some(({ records }) => records.length > 0) ? '; SRV where upstream has none' : '';
    yield remark(host, `forwarded${made}`, sources);
    return;
  }
  if (addressesFor(resolved.answer, seen.locality, seen.nearest).length === 0 && endpointHostnames.length === 0)
    yield remark(host, 'exists, without addresses', sources);
  for (const rrset of answerRecords(resolved, seen)) yield { kind: 'rrset', rrset };
}

/** What the records of an answer depend on beside it. */
export interface Seen {
  /** What the same client is answered for another host. */
  readonly resolve: (host: string) => Resolved | undefined;
  /** Where the client is; '' where that is not known. */
  readonly locality: string;
  readonly nearest: RegistryOptions['nearest'];
}

/** The records of an answer, and of the names below its host. */
export function* answerRecords(
  { serving, answer }: Resolved,
  { resolve, locality: place, nearest }: Seen,
): Iterable<RRset> {
  const { host, ttl, endpointHostnames, services } = answer;
  const addresses = addressesFor(answer, place, nearest);
  const absolute = `${host}.`;
  const common = { ttl, sources: namesOf(serving), host: absolute };
  yield* addressSets(
    { ...common, name: absolute },
    addresses,
    endpointHostnames.map((name) => `${name}.`),
  );
  for (const { prefix, records } of services) {
    const name = nameBelow(prefix, absolute);
    if (name === undefined || records.length === 0) continue;
    const data = records.flatMap(({ priority: common, locality, weight, port, target }) => {
      const priority = answer.groups ? priorityFor(localityOf(place), locality ?? '') : common;
      const text = targetText(target, absolute);
      return text === undefined ? [] : `${priority} ${weight} ${port} ${text}`;
    });
    yield { ...common, name, type: 'SRV', data };
  }
  for (const [label, endpointAddresses] of answer.endpoints) {
    const name = nameBelow(label, absolute);
    // A host of this name comes first, where the client sees it.
    if (name === undefined || resolve(`${label}.${host}`)) continue;
    yield* addressSets({ ...common, name }, endpointAddresses);
  }
}

function* addressSets(
  common: Pick<RRset, 'name' | 'ttl' | 'sources' | 'host'>,
  addresses: readonly string[],
  endpointHostnames: readonly string[] = [],
): Iterable<RRset> {
  for (const [type, family] of [
    ['A', 4],
    ['AAAA', 6],
  ] as const) {
    const data = addresses.filter((address) => familyOf(address) === family);
    if (data.length > 0 || endpointHostnames.length > 0) {
      yield { ...common, type, data, ...(endpointHostnames.length > 0 ? { endpointHostnames } : {}) };
    }
  }
}

function ptrRrset(name: string, registry: Registry, view: View): RRset | undefined {
  const address = addressFromReverseName(name);
  if (address === undefined || isTaken(name, view, registry)) return undefined;
  const candidates = registry.ptrs.candidatesOf(address).flatMap((candidate) => {
    const ptr = ptrFor(candidate, address, view, registry);
    return ptr && encodeName(ptr.target) ? [{ host: candidate.host, ...ptr }] : [];
  });
  if (candidates.length === 0) return undefined;
  const shown = candidates.slice(0, maxPtrs);
  const sources = shown.flatMap(({ host }) => namesOf(registry.resolve(host, view)?.serving ?? []));
  return {
    name: `${name}.`,
    ttl: shown.reduce((least, { ttl }) => Math.min(least, ttl), Infinity),
    type: 'PTR',
    data: shown.map(({ target }) => `${target}.`),
    sources: [...new Set(sources)],
    host: `${name}.`,
  };
}

function targetText(target: SrvTarget, host: string): string | undefined {
  if (target.kind === 'name') return `${target.name}.`;
  return target.kind === 'host' ? host : nameBelow(target.label, host);
}

/** Text of a name below a host; `undefined` where it is too long for a query. */
function nameBelow(prefix: string, host: string): string | undefined {
  const name = prefix === '' ? host : `${prefix}.${host}`;
  return encodeName(name) ? name : undefined;
}

/** A name below a zone, which may be the root. */
export function below(label: string, zone: string): string {
  const wire = encodeName(zone === '.' ? `${label}.` : `${label}.${zone}`);
  return wire ? formatName(wire) : zone;
}

/** In the order of the tree of names: what is below a name comes after it. */
export function sortedNames(names: readonly string[]): string[] {
  const keyed = names.map((name) => ({ name, key: name.split('.').reverse().join('\0') }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ name }) => name);
}

function remark(host: string, note: string, sources: readonly string[]): Served {
  return { kind: 'remark', remark: { name: `${host}.`, note, sources } };
}
