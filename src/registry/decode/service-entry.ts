import { asFields, type Fields, quoted } from '../../runtime/untyped.ts';
import type { Endpoint, Location, ObjectMeta, Resolution, ServiceEntry } from '../model/object.ts';
import { readAutoAddresses, readSpecAddresses } from './addresses.ts';
import { readEndpoint } from './endpoint.ts';
import { readExportTo } from './export-to.ts';
import { listField, mapField, noValues, wordField } from './fields.ts';
import { readHosts } from './hosts.ts';
import { readLabels } from './labels.ts';
import { maxPorts, portName, readServicePorts } from './ports.ts';
import type { Report } from './report.ts';
import { objectSchema, serviceEntrySpec } from './schema.ts';
import { readSelector } from './selector.ts';
import { readTtl } from './ttl.ts';
import { reportUnknownFields } from './unknown-fields.ts';

const maxEndpoints = 4096;
const maxShownPorts = 5;
const serviceEntrySchema = objectSchema(serviceEntrySpec);
const resolutions: readonly Resolution[] = ['NONE', 'STATIC', 'DNS', 'DNS_ROUND_ROBIN', 'DYNAMIC_DNS'];
const locations: readonly Location[] = ['MESH_EXTERNAL', 'MESH_INTERNAL'];
const autoAllocateLabel = 'networking.istio.io/enable-autoallocate-ip';

/** Represents endpoints that were written but are all unusable: an object with none at all has another meaning. */
const unusableEndpoints: readonly Endpoint[] = Object.freeze([
  Object.freeze<Endpoint>({
    address: { kind: 'none', reason: 'none of them can be used' },
    ports: new Map(),
    locality: '',
    weight: undefined,
    index: -1,
  }),
]);

/** `undefined`, and a rejection, where the object can mean nothing. */
export function readServiceEntry(object: Fields, meta: ObjectMeta, report: Report): ServiceEntry | undefined {
  const spec = asFields(object.spec);
  if (spec === undefined) {
    report.add('object', 'spec', `found ${quoted(object.spec)}, expected a map`);
    return undefined;
  }
  reportUnknownFields(object, serviceEntrySchema, report);
  const hosts = readHosts(spec, report);
  if (hosts.length === 0) return undefined;
  const resolution = wordField(spec, 'resolution', 'spec', report, resolutions, 'NONE');
  const addresses = readSpecAddresses(spec, report);
  const autoAddresses = readAutoAddresses(object, report);
  const workloads = readWorkloads(spec, resolution, addresses.hasAddresses || autoAddresses.size > 0, report);
  if (workloads === undefined) return undefined;
  const metadata = mapField(object, 'metadata', '', report);
  return {
    kind: 'ServiceEntry',
    meta,
    hosts,
    ...addresses,
    ports: readServicePorts(spec, report),
    location: wordField(spec, 'location', 'spec', report, locations, 'MESH_EXTERNAL'),
    resolution,
    ...workloads,
    exportTo: readExportTo(spec, report),
    autoAddresses,
    allowsAutoAddresses: allowsAutoAddresses(mapField(metadata, 'labels', 'metadata', report)),
    ttl: readTtl(mapField(metadata, 'annotations', 'metadata', report), report),
  };
}

/**
 * What provides the service. Beside addresses, which answer in any case, neither is of use where both endpoints and a
 * selector are written; without any address the object then means nothing, and is rejected. As Istio's webhook has it,
 * resolution NONE takes no endpoints.
 */
function readWorkloads(
  spec: Fields,
  resolution: Resolution,
  hasAddresses: boolean,
  report: Report,
): Pick<ServiceEntry, 'endpoints' | 'selector'> | undefined {
  const selector = readSelector(spec, report);
  const hasEndpoints = Array.isArray(spec.endpoints) && spec.endpoints.length > 0;
  if (hasEndpoints && selector !== 'absent') {
    const rest = hasAddresses ? 'both are left out' : 'without addresses the object means nothing';
    report.add(
      'conflict',
      'spec.workloadSelector',
      `stands beside endpoints; expected at most one of the two; ${rest}`,
    );
    return hasAddresses ? { endpoints: unusableEndpoints, selector: undefined } : undefined;
  }
  if (hasEndpoints && resolution === 'NONE') {
    report.add('conflict', 'spec.endpoints', 'stand under resolution NONE; expected none, or STATIC or DNS');
    return { endpoints: unusableEndpoints, selector: undefined };
  }
  if (selector === 'unusable') return { endpoints: unusableEndpoints, selector: undefined };
  return {
    endpoints: readEndpoints(spec, resolution, report),
    selector: selector === 'absent' ? undefined : selector,
  };
}

function readEndpoints(spec: Fields, resolution: Resolution, report: Report): readonly Endpoint[] {
  const list = listField(spec, 'endpoints', 'spec', report, maxEndpoints, 'endpoint');
  if (list.length === 0) return noValues;
  const endpoints: Endpoint[] = [];
  for (let i = 0; i < list.length; i++) {
    const path = `spec.endpoints[${i}]`;
    const fields = asFields(list[i]);
    if (fields === undefined) {
      report.add('endpoint', path, `found ${quoted(list[i])}, expected a map with address`);
      continue;
    }
    if (resolution === 'DNS_ROUND_ROBIN' && endpoints.length === 1) {
      report.add('endpoint', path, 'is one too many; expected at most one endpoint under DNS_ROUND_ROBIN');
      continue;
    }
    const endpoint = readEndpoint(fields, path, readLabels(fields, 'labels', path, report), report);
    if (endpoint === undefined) continue;
    endpoints.push(i === endpoints.length ? endpoint : { ...endpoint, index: i });
    if (endpoint.address.kind === 'host') reportHostName(endpoint.address.host, path, resolution, report);
    if (endpoint.ports.size > 0) reportPorts(endpoint, path, spec, report);
  }
  return endpoints.length === 0 ? unusableEndpoints : endpoints;
}

function reportHostName(host: string, path: string, resolution: Resolution, report: Report): void {
  if (resolution === 'DNS' || resolution === 'DNS_ROUND_ROBIN') return;
  const message = `${host} is a host name, which only DNS and DNS_ROUND_ROBIN look up`;
  report.add('unused', `${path}.address`, message, host);
}

/** Ports by their names as written: an endpoint may refer to one that is left out. */
function reportPorts({ ports }: Endpoint, path: string, spec: Fields, report: Report): void {
  const list: readonly unknown[] = Array.isArray(spec.ports) ? spec.ports : noValues;
  const nameAt = (index: number): string | undefined => portName(asFields(list[index])?.name);
  for (const name of ports.keys()) {
    let at = Math.min(list.length, maxPorts) - 1;
    while (at >= 0 && nameAt(at) !== name) at--;
    if (at >= 0) continue;
    const names = list.slice(0, maxShownPorts).flatMap((_, index) => nameAt(index) ?? []);
    const rest = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`;
    report.add('unknown', `${path}.ports`, `${name} is no port of this ServiceEntry; ${rest}`);
  }
}

/** A YAML `false` without quotes is no label value, but the intention is clear. */
function allowsAutoAddresses(labels: Fields): boolean {
  const value = labels[autoAllocateLabel];
  return value !== false && !(typeof value === 'string' && value.toLowerCase() === 'false');
}
