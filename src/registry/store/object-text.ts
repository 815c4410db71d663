import type {
  EgressHost,
  Endpoint,
  EndpointAddress,
  ObjectKind,
  ObjectMeta,
  Pod,
  RegistryObject,
  Resolution,
  ServiceEntry,
  ServicePort,
  WorkloadEntry,
} from '../model/object.ts';

/**
 * Slim objects as short text, for memory and for files: JSON arrays of the fields in a fixed order, where `null` and
 * `[]` stand for nothing, and those at the end are left out. What the object's key says is not repeated.
 */

type Json = string | number | boolean | null | readonly Json[];

const resolutions: readonly Resolution[] = ['NONE', 'STATIC', 'DNS', 'DNS_ROUND_ROBIN', 'DYNAMIC_DNS'];
const none: readonly never[] = Object.freeze([]);
const noPairs: ReadonlyMap<string, never> = new Map<string, never>();

/** The text of an object: its origin, then a line break where two objects begin to differ that mean something else. */
export function textOfObject(object: RegistryObject): string {
  return `${object.meta.origin.text}\n${bodyOf(object)}`;
}

/** The part of a text that says what the object means: all but its origin. */
export function meaningOf(text: string): string {
  return text.slice(endOfOrigin(text) + 1);
}

/** The text of the same object, read elsewhere. */
export function withOrigin(text: string, origin: string): string {
  return `${origin}\n${meaningOf(text)}`;
}

/** The object of a text and of its key (`objectKey`). */
export function objectOfText(key: string, text: string): RegistryObject {
  const end = endOfOrigin(text);
  const fields = JSON.parse(text.slice(end + 1)) as Json[];
  const { kind, namespace, name, cluster, source } = partsOfKey(key);
  const created = fields[0];
  const meta: ObjectMeta = {
    ...(cluster === undefined ? {} : { cluster }),
    namespace,
    name,
    created: typeof created === 'number' ? created : undefined,
    origin: source === undefined ? { text: text.slice(0, end) } : { text: text.slice(0, end), source },
  };
  switch (kind) {
    case 'ServiceEntry':
      return serviceEntryOf(meta, fields);
    case 'WorkloadEntry':
      return workloadEntryOf(meta, fields);
    case 'Pod':
      return podOf(meta, fields);
    case 'Service':
      return { kind, meta };
    case 'Sidecar': {
      const list = fields[2] as readonly [readonly string[]] | null | undefined;
      const egressHosts = list ? list[0].map(egressHostOf) : undefined;
      const selector = Array.isArray(fields[1]) ? mapOf<string>(fields[1][0] as Json) : undefined;
      return { kind, meta, selector, egressHosts };
    }
  }
}

/** What `keyOf` made a key of. */
export function partsOfKey(key: string): {
  kind: ObjectKind;
  namespace: string;
  name: string;
  cluster: string | undefined;
  source: number | undefined;
} {
  // No kind begins with a digit.
  const start = key.charCodeAt(0) <= 0x39 ? key.indexOf('/') + 1 : 0;
  const first = key.indexOf('/', start);
  const second = key.indexOf('/', first + 1);
  // A name holds no @, a cluster's name may hold anything.
  const at = key.indexOf('@', second + 1);
  return {
    kind: key.slice(start, first) as ObjectKind,
    namespace: key.slice(first + 1, second),
    name: key.slice(second + 1, at < 0 ? undefined : at),
    cluster: at < 0 ? undefined : key.slice(at + 1),
    source: start === 0 ? undefined : Number(key.slice(0, start - 1)),
  };
}

/** A path may hold line breaks, JSON of this kind has none. */
function endOfOrigin(text: string): number {
  return text.lastIndexOf('\n');
}

function bodyOf(object: RegistryObject): string {
  const created = object.meta.created ?? null;
  switch (object.kind) {
    case 'ServiceEntry':
      return short([created, ...serviceEntryFields(object)]);
    case 'WorkloadEntry':
      return short([
        created,
        object.isHealthy ? null : (object.unhealthy ?? 1),
        endpointFields(object.endpoint),
        pairs(object.labels),
      ]);
    case 'Pod':
      return short([
        created,
        podFlags(object),
        object.ips,
        pairs(object.labels),
        pairs(object.ports),
        object.notReady ?? null,
      ]);
    case 'Service':
      return short([created]);
    case 'Sidecar':
      return short([
        created,
        object.selector ? [pairs(object.selector)] : null,
        object.egressHosts ? [object.egressHosts.map(egressHostText)] : null,
      ]);
  }
}

/** Without what stands for nothing at the end. */
function short(fields: Json[]): string {
  while (fields.length > 0 && isNothing(fields.at(-1)!)) fields.pop();
  return JSON.stringify(fields);
}

function isNothing(value: Json): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

function serviceEntryFields(entry: ServiceEntry): Json[] {
  const flags =
    resolutions.indexOf(entry.resolution) +
    (entry.location === 'MESH_INTERNAL' ? 8 : 0) +
    (entry.hasAddresses ? 16 : 0) +
    (entry.allowsAutoAddresses ? 32 : 0);
  return [
    flags,
    entry.hosts,
    entry.vips,
    portFields(entry.ports),
    entry.endpoints.length === 0 ? none : entry.endpoints.map(endpointFields),
    entry.selector ? [pairs(entry.selector)] : null,
    entry.exportTo,
    entry.autoAddresses.size === 0 ? none : [...entry.autoAddresses],
    entry.ttl ?? null,
    entry.networks ?? none,
  ];
}

function serviceEntryOf(meta: ObjectMeta, fields: readonly Json[]): ServiceEntry {
  const flags = fields[1] as number;
  const selector = fields[6];
  const autoAddresses = fields[8] as readonly (readonly [string, readonly string[]])[] | undefined;
  const ttl = fields[9];
  return {
    kind: 'ServiceEntry',
    meta,
    hosts: stringsOf(fields[2]),
    vips: stringsOf(fields[3]),
    hasAddresses: (flags & 16) !== 0,
    ...(Array.isArray(fields[10]) && fields[10].length > 0 ? { networks: stringsOf(fields[10]) } : {}),
    ports: portsOf(fields[4]),
    location: (flags & 8) !== 0 ? 'MESH_INTERNAL' : 'MESH_EXTERNAL',
    resolution: resolutions[flags & 7]!,
    endpoints: Array.isArray(fields[5]) ? fields[5].map(endpointOf) : none,
    selector: Array.isArray(selector) ? mapOf<string>(selector[0] as Json) : undefined,
    exportTo: stringsOf(fields[7]),
    autoAddresses: autoAddresses && autoAddresses.length > 0 ? new Map(autoAddresses) : noPairs,
    allowsAutoAddresses: (flags & 32) !== 0,
    ttl: typeof ttl === 'number' ? ttl : undefined,
  };
}

function workloadEntryOf(meta: ObjectMeta, fields: readonly Json[]): WorkloadEntry {
  return {
    kind: 'WorkloadEntry',
    meta,
    labels: mapOf<string>(fields[3]),
    endpoint: endpointOf(fields[2]!),
    isHealthy: (fields[1] ?? null) === null,
    ...(typeof fields[1] === 'string' ? { unhealthy: fields[1] } : {}),
  };
}

function podFlags({ isReady, hasEnded, isHostNetwork, isMeshed }: Pod): number {
  return Number(isReady) + 2 * Number(hasEnded) + 4 * Number(isHostNetwork) + 8 * Number(isMeshed);
}

function podOf(meta: ObjectMeta, fields: readonly Json[]): Pod {
  const flags = (fields[1] ?? 0) as number;
  return {
    kind: 'Pod',
    meta,
    labels: mapOf<string>(fields[3]),
    ips: stringsOf(fields[2]),
    isReady: (flags & 1) !== 0,
    hasEnded: (flags & 2) !== 0,
    isHostNetwork: (flags & 4) !== 0,
    ports: mapOf<number>(fields[4]),
    isMeshed: (flags & 8) !== 0,
    ...(typeof fields[5] === 'string' ? { notReady: fields[5] } : {}),
  };
}

function portFields(ports: readonly ServicePort[]): Json[] {
  const fields: Json[] = [];
  for (const { name, number, isUdp, targetPort } of ports) fields.push(name, isUdp ? -number : number, targetPort ?? 0);
  return fields;
}

function portsOf(value: Json | undefined): readonly ServicePort[] {
  if (!Array.isArray(value) || value.length === 0) return none;
  const fields = value as readonly Json[];
  const ports: ServicePort[] = [];
  for (let i = 0; i < fields.length; i += 3) {
    const number = fields[i + 1] as number;
    const targetPort = fields[i + 2] as number;
    ports.push({
      name: fields[i] as string,
      number: Math.abs(number),
      isUdp: number < 0,
      targetPort: targetPort === 0 ? undefined : targetPort,
    });
  }
  return ports;
}

/** A host name holds no `/`; an endpoint without an address says why with one in front. */
function endpointFields({ address, ports, locality, weight, index }: Endpoint): Json[] {
  const text =
    address.kind === 'ip' ? address.ip : address.kind === 'host' ? `/${address.host}` : `//${address.reason}`;
  const fields = [text, pairs(ports), locality, weight ?? null];
  return index === undefined ? fields : [...fields, index];
}

function endpointOf(value: Json): Endpoint {
  const [text, ports, locality, weight, index] = value as readonly [string, Json, string, number | null, number?];
  const endpoint = { address: addressOf(text), ports: mapOf<number>(ports), locality, weight: weight ?? undefined };
  return index === undefined ? endpoint : { ...endpoint, index };
}

function addressOf(text: string): EndpointAddress {
  if (text.startsWith('//')) return { kind: 'none', reason: text.slice(2) };
  return text.startsWith('/') ? { kind: 'host', host: text.slice(1) } : { kind: 'ip', ip: text };
}

function egressHostText({ namespace, host }: EgressHost): string {
  return `${namespace}/${host}`;
}

function egressHostOf(text: string): EgressHost {
  const slash = text.indexOf('/');
  return { namespace: text.slice(0, slash), host: text.slice(slash + 1) };
}

function pairs(map: ReadonlyMap<string, string | number>): Json[] {
  const list: Json[] = [];
  for (const [key, value] of map) list.push(key, value);
  return list;
}

function mapOf<Value extends string | number>(value: Json | undefined): ReadonlyMap<string, Value> {
  if (!Array.isArray(value) || value.length === 0) return noPairs;
  const list = value as readonly (string | Value)[];
  const map = new Map<string, Value>();
  for (let i = 0; i < list.length; i += 2) map.set(list[i] as string, list[i + 1] as Value);
  return map;
}

function stringsOf(value: Json | undefined): readonly string[] {
  return Array.isArray(value) && value.length > 0 ? (value as readonly string[]) : none;
}
