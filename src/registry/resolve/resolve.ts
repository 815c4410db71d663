import { dashedAddress } from '../../wire/address.ts';
import { localityOf } from '../../table/locality.ts';
import { isWildcard } from '../model/host.ts';
import type { ServiceEntry } from '../model/object.ts';
import type { RegistryOptions } from '../model/options.ts';
import type { AddressPtr, HostAnswer, ServiceSet } from './answer.ts';
import { withoutDown, type CheckState } from './checked.ts';
import { usableEndpoints, type UsableEndpoint, type Workload } from './endpoints.ts';
import { groupsOf } from './groups.ts';
import { servicesOfEndpoints, servicesOfHost, servicesOfVips, type Offer } from './services.ts';
import { vipsOf, type AutoAddresses } from './vips.ts';
import { evaluatePrecedence, type View, type VisibilityContext } from './visibility.ts';

/*
 * resolve/ is the contract (docs/semantics.md sections 3 to 8) as pure functions of the objects of one host.
 *
 *     resolve-host: all clients ─► resolve: one kind of client ─► visibility (with sidecar): which ServiceEntries serve
 *                                                             ├─► vips, endpoints: addresses
 *                                                             └─► services: SRV records ─► HostAnswer
 */

/** Host names that one answer resolves at the most: each costs a query upstream. */
export const maxEndpointHostnames = 32;

/** What the rules need to know beside the ServiceEntries of the host. Pure look-ups. */
export interface ResolveContext extends VisibilityContext {
  readonly options: RegistryOptions;
  /** The workloads that the selector of a ServiceEntry selects; none where it has no selector. */
  select(entry: ServiceEntry): readonly Workload[];
  /** Addresses of the local allocator. */
  readonly allocated: (entry: ServiceEntry, host: string) => readonly string[];
  /** What a check has found out of a target (`checkTarget`). */
  readonly checkState: (target: string) => CheckState | undefined;
}

/** The row of docs/semantics.md section 5 that decides what a host is answered. */
export type Rule =
  | 'service'
  | 'addresses'
  | 'dynamic-dns'
  | 'no-endpoints'
  | 'nothing-usable'
  | 'endpoint-answers'
  | 'own-host'
  | 'endpoints';

/** What clients of one kind get, with what led to it, which `explain` shows. */
export interface Resolved {
  readonly rule: Rule;
  /** The ServiceEntries that serve the host together, oldest first. */
  readonly serving: readonly ServiceEntry[];
  readonly answer: HostAnswer;
}

/** The answer that clients of one kind get; `undefined` where they see none. */
export function resolveFor(
  host: string,
  entries: readonly ServiceEntry[],
  view: View,
  context: ResolveContext,
): HostAnswer | undefined {
  return resolveByRule(host, entries, view, context)?.answer;
}

/** docs/semantics.md sections 3 to 6, row by row. */
export function resolveByRule(
  host: string,
  entries: readonly ServiceEntry[],
  view: View,
  context: ResolveContext,
): Resolved | undefined {
  const evaluated = evaluatePrecedence(host, entries, view, context);
  const serving = evaluated.filter(({ precedence }) => precedence === 'serves').map(({ entry }) => entry);
  const [oldest] = serving;
  if (oldest) return { serving, ...answerOf(host, serving, oldest, view, context) };
  const yielding = evaluated.find(({ precedence }) => precedence === 'service')?.entry;
  return yielding && { rule: 'service', serving, answer: serviceAnswer(host, yielding, context) };
}

/** What is answered where a ServiceEntry yields to a Service: the cluster's DNS answers for that. */
export function serviceAnswer(host: string, yielding: ServiceEntry, context: ResolveContext): HostAnswer {
  return { ...emptyAnswer(host, [yielding], context), kind: 'forwarded' };
}

function answerOf(
  host: string,
  merged: readonly ServiceEntry[],
  oldest: ServiceEntry,
  view: View,
  context: ResolveContext,
): Omit<Resolved, 'serving'> {
  const auto = autoAddressesFor(view, context);
  const owned = oldest.location === 'MESH_INTERNAL' ? 'internal' : 'external';

  // A VIP always beats endpoints, and ports belong to the VIPs of their own ServiceEntry.
  const offers = merged.map((entry) => ({ ports: entry.ports, addresses: vipsOf(entry, host, auto) }));
  const vips = distinct(offers.length === 1 ? offers[0]!.addresses : offers.flatMap(({ addresses }) => addresses));
  if (vips.length > 0) {
    const isPaired = haveDifferentAddresses(offers);
    const services = servicesOfVips(offers, isPaired);
    const ptrs = isWildcard(host) ? noPtrs : vips.map((address) => ({ address, target: host }));
    const endpoints = new Map(isPaired && services.length > 0 ? vips.map((vip) => [dashedAddress(vip), [vip]]) : []);
    const empty = emptyAnswer(host, merged, context);
    return { rule: 'addresses', answer: { ...empty, kind: owned, addresses: vips, services, endpoints, ptrs } };
  }

  const base = emptyAnswer(host, merged, context);
  const forward: HostAnswer = { ...base, kind: 'forwarded' };
  const synthesised: HostAnswer = { ...forward, services: servicesOfHost(merged.map(({ ports }) => ports)) };
  if (oldest.resolution === 'DYNAMIC_DNS') return { rule: 'dynamic-dns', answer: synthesised };

  const { usesLocality } = context.options;
  const locality = localityOf(context.options.locality);
  // The services exist, and nobody provides them at present.
  const services = servicesOfEndpoints(
    merged.map(({ ports }) => ({ ports, addresses: [] })),
    locality,
  );
  const nodata: HostAnswer = { ...base, kind: 'internal', services };
  if (!merged.some((entry) => entry.endpoints.length > 0 || entry.selector !== undefined)) {
    const isNoData = oldest.resolution === 'STATIC' && owned === 'internal';
    return { rule: 'no-endpoints', answer: isNoData ? nodata : synthesised };
  }
  const reached = merged.map((entry) => ({ entry, addresses: usableEndpoints(entry, context.select(entry)) }));
  const usable = reached.flatMap(({ addresses }) => addresses);
  if (usable.length === 0) return { rule: 'nothing-usable', answer: owned === 'internal' ? nodata : forward };
  if (!endpointsMayAnswer(oldest, context.options)) return { rule: 'endpoint-answers', answer: synthesised };
  // Their names below the host, and PTR, stay those of endpoints that are down.
  const answering = withoutDown(reached, context.options, context.checkState);
  const up = answering.flatMap(({ addresses }) => addresses);
  const hosts = distinct(up.flatMap(({ target }) => (target.kind === 'host' ? [target.host] : [])));
  // An endpoint that is the host itself means: what the world's DNS says.
  if (hosts.includes(host)) return { rule: 'own-host', answer: synthesised };
  const grouped = groupsOf(up, usesLocality, maxEndpointHostnames);
  const answer: HostAnswer = {
    ...base,
    kind: owned,
    addresses:
      grouped?.groups.flatMap(({ addresses }) => addresses) ??
      distinct(up.flatMap(({ target }) => (target.kind === 'ip' ? [target.ip] : []))),
    endpointHostnames:
      grouped?.groups.flatMap(({ endpointHostnames }) => endpointHostnames) ?? hosts.slice(0, maxEndpointHostnames),
    groups: grouped,
    services: servicesOfEndpoints(
      answering.map(({ entry, addresses }) => ({ ports: entry.ports, addresses })),
      locality,
    ),
    endpoints: endpointNames(usable, owned === 'internal'),
    ptrs: owned === 'internal' && !isWildcard(host) ? endpointPtrs(host, usable) : noPtrs,
  };
  return { rule: 'endpoints', answer };
}

/** Who gets automatic addresses: the option `auto_addresses`. */
export function autoAddressesFor(view: View, { options, allocated }: ResolveContext): AutoAddresses {
  const areServed = options.autoAddresses === 'all' || (options.autoAddresses === 'meshed' && view.isMeshed);
  return { areServed, allocated };
}

function emptyAnswer(host: string, merged: readonly ServiceEntry[], context: ResolveContext): Omit<HostAnswer, 'kind'> {
  return {
    host,
    ttl: ttlOf(merged, context),
    addresses: none,
    endpointHostnames: none,
    services: noServices,
    endpoints: noNames,
    ptrs: noPtrs,
    created: merged[0]?.meta.created ?? 0,
  };
}

function ttlOf(merged: readonly ServiceEntry[], { options }: ResolveContext): number {
  let least = Infinity;
  for (const { ttl } of merged) least = Math.min(least, ttl ?? options.ttl);
  return least;
}

const none: readonly string[] = [];
const noServices: readonly ServiceSet[] = [];
const noPtrs: readonly AddressPtr[] = [];
const noNames: ReadonlyMap<string, never> = new Map<string, never>();

/** Whether those that have addresses have different ones: then not every port listens on every address. */
function haveDifferentAddresses(offers: readonly Offer<string>[]): boolean {
  if (offers.length === 1) return false;
  const lists = offers.flatMap(({ addresses }) => (addresses.length === 0 ? [] : [addresses.toSorted().join()]));
  return new Set(lists).size > 1;
}

/** `endpoint_answers`: `internal` limits endpoint answers to MESH_INTERNAL, `off` to headless ones, which is Istio. */
export function endpointsMayAnswer(entry: ServiceEntry, { endpointAnswers }: RegistryOptions): boolean {
  if (endpointAnswers === 'internal') return entry.location === 'MESH_INTERNAL';
  return endpointAnswers === 'all' || entry.resolution === 'NONE';
}

/**
 * `<dashed-ip>` for each address, which SRV records point at; under MESH_INTERNAL also the name of a WorkloadEntry, where that
 * is one label and none of the former.
 */
function endpointNames(endpoints: readonly UsableEndpoint[], isInternal: boolean): Map<string, string[]> {
  const names = new Map<string, string[]>();
  const workloads = new Map<string, string[]>();
  for (const { target, label } of endpoints) {
    if (target.kind !== 'ip') continue;
    addAddress(names, dashedAddress(target.ip), target.ip);
    if (label !== undefined && isInternal) addAddress(workloads, label, target.ip);
  }
  for (const [label, addresses] of workloads) if (!names.has(label)) names.set(label, addresses);
  return names;
}

/** PTR of endpoint addresses: the name that SRV records point at. Pods have theirs from the cluster's DNS. */
function endpointPtrs(host: string, endpoints: readonly UsableEndpoint[]): AddressPtr[] {
  const addresses = new Set<string>();
  for (const { target, isPod } of endpoints) {
    if (target.kind === 'ip' && !isPod) addresses.add(target.ip);
  }
  return Array.from(addresses, (address) => ({ address, target: `${dashedAddress(address)}.${host}` }));
}

function addAddress(names: Map<string, string[]>, label: string, ip: string): void {
  const addresses = names.get(label);
  if (!addresses) names.set(label, [ip]);
  else if (!addresses.includes(ip)) addresses.push(ip);
}

function distinct(values: readonly string[]): readonly string[] {
  return values.length < 2 ? values : [...new Set(values)];
}
