import { isWildcard } from '../model/host.ts';
import type { ServiceEntry, ServicePort } from '../model/object.ts';
import type { Registry } from '../registry.ts';
import type { Rejection } from '../model/rejection.ts';
import { checkTarget } from '../resolve/checked.ts';
import { evaluateEndpoints, usableEndpoints } from '../resolve/endpoints.ts';
import type { HostAnswer } from '../resolve/answer.ts';
import { maxEndpointHostnames, type Resolved } from '../resolve/resolve.ts';
import { maxServiceRecords, shareOf } from '../resolve/services.ts';
import type { View } from '../resolve/visibility.ts';
import { maxPtrs } from '../../table/layout.ts';
import { nameOf } from './entries.ts';
import type { EntryExplanation, NameMatch } from './explanation.ts';
import type { LeftOutParts } from './left-out.ts';
import { hostFor } from './match.ts';

const maxOfAKind = 5;
/** As the handler has it: host names that lead to host names, and queries that one query may cause. */
const maxDepth = 8;
const maxLookups = 64;

/** What is contradictory, or not as somebody may have meant it, in the objects behind a name. */
export function warningsOf(
  name: string,
  match: NameMatch,
  entries: readonly EntryExplanation[],
  leftOut: ReturnType<LeftOutParts['explain']>,
  view: View,
  registry: Registry,
): string[] {
  const { host } = match;
  const resolved = host === undefined ? undefined : registry.resolve(host, view);
  const isUnknown = host === undefined && match.kind !== 'reverse' && entries.length === 0;
  return [
    ...leftOut.texts,
    ...(resolved ? hostWarnings(resolved, view, registry) : []),
    ...heldBack(entries, view, registry),
    ...denials(name, match, registry),
    ...(isUnknown ? othersText(leftOut.others) : []),
  ];
}

function hostWarnings({ serving, answer }: Resolved, view: View, registry: Registry): string[] {
  return [
    ...portConflicts(serving),
    ...differences(serving),
    ...serving.flatMap((entry) => endpointTraps(answer.host, entry, registry)),
    ...strayPorts(serving, registry),
    ...hostnameTraps(answer.host, serving, view, registry),
    ...cutServices(answer),
    ...allDown(serving, registry),
    ...sharedAddresses(answer, registry),
  ];
}

/** One port name with two meanings: each counts for the addresses of its own ServiceEntry. */
function portConflicts(serving: readonly ServiceEntry[]): string[] {
  const known = new Map<string, { port: ServicePort; entry: ServiceEntry }>();
  const warnings: string[] = [];
  for (const entry of serving) {
    for (const port of entry.ports) {
      const first = known.get(port.name);
      if (!first) known.set(port.name, { port, entry });
      else if (first.port.number !== port.number || first.port.isUdp !== port.isUdp) {
        warnings.push(
          `port ${port.name} is ${portText(first.port)} in ${nameOf(first.entry)} and ${portText(port)} in ${nameOf(entry)}: each counts for the addresses of its own`,
        );
      }
    }
  }
  return first(warnings, 'such ports');
}

function portText({ number, isUdp }: ServicePort): string {
  return `${number}/${isUdp ? 'udp' : 'tcp'}`;
}

function differences([oldest, ...others]: readonly ServiceEntry[]): string[] {
  const warnings: string[] = [];
  for (const field of ['location', 'resolution'] as const) {
    const other = others.find((each) => each[field] !== oldest![field]);
    if (other) {
      warnings.push(
        `${field} is ${oldest![field]} in ${nameOf(oldest!)} and ${other[field]} in ${nameOf(other)}: the oldest one's counts`,
      );
    }
  }
  return warnings;
}

function endpointTraps(host: string, entry: ServiceEntry, { context }: Registry): string[] {
  const name = nameOf(entry);
  const workloads = context.select(entry);
  if (entry.selector !== undefined && workloads.length === 0) {
    const labels = [...entry.selector].map(([key, value]) => `${key}=${value}`).join(', ');
    const what = labels === '' ? 'every workload' : labels;
    return [`the selector of ${name} (${what}) selects no WorkloadEntry or Pod of namespace ${entry.meta.namespace}`];
  }
  const evaluated = evaluateEndpoints(entry, workloads);
  const own = evaluated.find(({ usable }) =>
    usable.some(({ target }) => target.kind === 'host' && target.host === host),
  );
  return own ? [`${own.name} of ${name} is the host itself, so the query goes upstream`] : [];
}

/** Every endpoint that is checked is down, and nothing else is there: all are answered, as if they were not checked. */
function allDown(serving: readonly ServiceEntry[], { context }: Registry): string[] {
  const targets = serving.flatMap((entry) =>
    usableEndpoints(entry, context.select(entry)).map((endpoint) => checkTarget(entry, endpoint, context.options)),
  );
  const isDown = (target: string | undefined): boolean =>
    target !== undefined && context.checkState(target)?.state === 'down';
  if (targets.length === 0 || !targets.every(isDown)) return [];
  return ['check says that all endpoints are down: they are answered all the same'];
}

/** Ports of WorkloadEntries that no ServiceEntry of the host has: those of another host may be meant, so it is only a warning here. */
function strayPorts(serving: readonly ServiceEntry[], { context }: Registry): string[] {
  const known = new Set(serving.flatMap(({ ports }) => ports.map(({ name }) => name)));
  const warnings = new Set<string>();
  for (const workload of serving.flatMap((entry) => context.select(entry))) {
    if (workload.kind !== 'WorkloadEntry') continue;
    for (const port of workload.endpoint.ports.keys()) {
      if (known.has(port)) continue;
      const { namespace, name } = workload.meta;
      warnings.add(`WorkloadEntry ${namespace}/${name} has the port ${port}, which is no port of the host`);
    }
  }
  return first([...warnings], 'such ports');
}

/** Host names as endpoints: too many, or in a circle. */
function hostnameTraps(host: string, serving: readonly ServiceEntry[], view: View, registry: Registry): string[] {
  const warnings: string[] = [];
  const hosts = new Set(
    serving.flatMap((entry) =>
      evaluateEndpoints(entry, registry.context.select(entry)).flatMap(({ usable }) =>
        usable.flatMap(({ target }) => (target.kind === 'host' ? [target.host] : [])),
      ),
    ),
  );
  if (hosts.size > maxEndpointHostnames) {
    warnings.push(`${hosts.size} endpoints are host names: only the first ${maxEndpointHostnames} are resolved`);
  }
  const { loop, isDeep } = follow(host, view, registry);
  if (loop) {
    warnings.push(`host names lead in a circle: ${loop.join(' → ')}; what lies beyond it is answered without it`);
  } else if (isDeep) warnings.push(`more than ${maxDepth} host names lead to host names: the rest is not followed`);
  return warnings;
}

function follow(start: string, view: View, registry: Registry): { loop: string[] | undefined; isDeep: boolean } {
  let lookups = maxLookups;
  let isDeep = false;
  const visit = (host: string, path: readonly string[]): string[] | undefined => {
    for (const name of registry.resolve(host, view)?.answer.endpointHostnames ?? []) {
      if (lookups-- <= 0) return undefined;
      const next = hostFor(name, view, registry);
      if (next === undefined) continue;
      if (path.includes(next)) return [...path.slice(path.indexOf(next)), next];
      if (path.length > maxDepth) {
        isDeep = true;
        continue;
      }
      const loop = visit(next, [...path, next]);
      if (loop) return loop;
    }
    return undefined;
  };
  return { loop: visit(start, [start]), isDeep };
}

/** More SRV records than a host may have. */
function cutServices({ services }: HostAnswer): string[] {
  if (!services.some(({ isCut }) => isCut)) return [];
  const ports = services.filter(({ prefix }) => prefix !== '').length;
  return [
    `a host has at most ${maxServiceRecords} SRV records: each of its ${ports} ports, and the host itself, names the first ${shareOf(ports)}`,
  ];
}

function sharedAddresses({ host, ptrs }: HostAnswer, registry: Registry): string[] {
  if (isWildcard(host)) return [];
  const warnings: string[] = [];
  for (const { address } of ptrs) {
    const { length } = registry.ptrs.candidatesOf(address);
    if (length > maxPtrs) {
      warnings.push(`${length} hosts have the address ${address}: its PTR answer names the ${maxPtrs} oldest`);
    }
  }
  return first(warnings, 'such addresses');
}

function heldBack(entries: readonly EntryExplanation[], view: View, { context }: Registry): string[] {
  const held = entries.filter(({ heldBack: addresses, standing }) => addresses.length > 0 && standing === 'serves');
  const { autoAddresses } = context.options;
  const why =
    autoAddresses === 'meshed' && !view.isMeshed
      ? 'auto_addresses meshed, and the client is not known to be in the mesh'
      : `auto_addresses ${autoAddresses}`;
  return held.map(({ name, heldBack: addresses }) => {
    return `automatically allocated addresses of ${name} are held back (${why}): ${addresses.join(', ')}`;
  });
}

/** `only`, `except` and `allow`, for the queried host and the wildcards above it. */
function denials(name: string, { service }: NameMatch, { store }: Registry): string[] {
  const base = service === '' ? name : name.slice(service.length + 1);
  const concerned = store.deniedHosts.filter(
    ({ host }) => host === base || (isWildcard(host) && base.endsWith(host.slice(1))),
  );
  return first(
    concerned.map(({ entry, host, message }) => `${nameOf(entry)} may not have the host ${host}: ${message}`),
    'refusals',
  );
}

/** Whether a rejection is of an object that takes part in the answer. */
export function partsOf(
  { host }: NameMatch,
  entries: readonly EntryExplanation[],
  view: View,
  registry: Registry,
): (rejection: Rejection) => boolean {
  const serving = host === undefined ? [] : (registry.resolve(host, view)?.serving ?? []);
  const names = new Set(entries.map(({ name }) => `ServiceEntry ${name}`));
  const namespaces = new Set(serving.filter(({ selector }) => selector).map(({ meta }) => meta.namespace));
  return ({ object }) => {
    const workload = /^(?:WorkloadEntry|Pod) ([^/]+)\//.exec(object);
    return workload ? namespaces.has(workload[1]!) : names.has(object);
  };
}

function othersText(others: number): string[] {
  if (others === 0) return [];
  const parts = others === 1 ? '1 part of the registry is' : `${others} parts of the registry are`;
  return [
    `${parts} left out for reasons that have nothing to do with the name: the log and /status of admin list them`,
  ];
}

function first(texts: readonly string[], what: string): string[] {
  if (texts.length <= maxOfAKind) return [...texts];
  return [...texts.slice(0, maxOfAKind), `and ${texts.length - maxOfAKind} more ${what}`];
}
