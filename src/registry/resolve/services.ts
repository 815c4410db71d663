import { dashedAddress } from '../address.ts';
import type { ServicePort } from '../object.ts';
import type { ServiceSet, SrvRecord, SrvTarget } from './answer.ts';
import type { UsableEndpoint } from './endpoints.ts';

const maxUint16 = 65_535;
const defaultWeight = 100;
/**
 * SRV records of one host in all. 256 ports of 4,096 endpoints would be a million for each of 256 hosts, and no reply has
 * room for more than some thousand: each port gets an equal part of this.
 */
export const maxServiceRecords = 16_384;

/** A port together with the ServiceEntry's addresses that it listens on. */
export interface PortOfVips {
  readonly port: ServicePort;
  readonly vips: readonly string[];
}

/**
 * SRV records of a host that has VIPs (SEMANTICS.md section 6): the service port, for that is what listens on the VIP.
 * Where ServiceEntries with different VIPs were merged (`isPaired`), port and VIP stay paired through a name for each
 * VIP.
 */
export function servicesOfVips(ports: readonly PortOfVips[], isPaired: boolean): ServiceSet[] {
  const share = shareOf(ports.length);
  return serviceSets(
    ports.map(({ port, vips }) => {
      const targets: SrvTarget[] = isPaired
        ? vips.slice(0, share).map((vip) => ({ kind: 'endpoint', label: dashedAddress(vip) }))
        : [{ kind: 'host' }];
      return {
        port,
        records: targets.map((target) => ({ priority: 0, weight: defaultWeight, port: port.number, target })),
      };
    }),
  );
}

/**
 * SRV records of a host whose endpoints answer: per port and endpoint, the port that the endpoint listens on.
 * `locality` is `REGION/ZONE/SUBZONE` or ''; then all have priority 0.
 */
export function servicesOfEndpoints(
  ports: readonly ServicePort[],
  endpoints: readonly UsableEndpoint[],
  locality: string,
): ServiceSet[] {
  const weights = weightsOf(endpoints);
  const first = endpoints.slice(0, shareOf(ports.length));
  return serviceSets(
    ports.map((port) => ({
      port,
      records: first.map((endpoint, i) => ({
        priority: priorityOf(endpoint.locality, locality),
        weight: weights[i]!,
        port: endpoint.ports.get(port.name) ?? port.targetPort ?? port.number,
        target: targetOf(endpoint),
      })),
    })),
  );
}

/** How many records each port may have, and the bare host. */
function shareOf(ports: number): number {
  return Math.floor(maxServiceRecords / (ports + 1));
}

/** 0 for the same zone, 1 for the same region, 2 for the rest and for endpoints that say no locality. */
function priorityOf(theirs: string, ours: string): number {
  if (ours === '') return 0;
  const [region = '', zone = ''] = ours.split('/');
  const [theirRegion = '', theirZone = ''] = theirs.split('/');
  if (theirRegion !== region) return 2;
  return zone === '' || theirZone === zone ? 0 : 1;
}

/** Name of an endpoint: `<dashed-ip>` below the host, or the host name that it is. */
function targetOf(endpoint: UsableEndpoint): SrvTarget {
  return endpoint.target.kind === 'ip'
    ? { kind: 'endpoint', label: dashedAddress(endpoint.target.ip) }
    : { kind: 'name', name: endpoint.target.host };
}

/**
 * The endpoint's own weight; floor(100/n) where none has one (CoreDNS's rule), 1 for those without where some have.
 * Scaled down in proportion where the largest does not fit 16 bits.
 */
function weightsOf(endpoints: readonly UsableEndpoint[]): number[] {
  const own = endpoints.map((endpoint) => endpoint.weight);
  if (own.every((weight) => weight === undefined)) {
    return own.map(() => Math.max(1, Math.floor(defaultWeight / endpoints.length)));
  }
  const weights = own.map((weight) => weight ?? 1);
  const largest = weights.reduce((a, b) => Math.max(a, b), 0);
  return largest <= maxUint16
    ? weights
    : weights.map((weight) => Math.max(1, Math.floor((weight * maxUint16) / largest)));
}

function serviceSets(ports: readonly { port: ServicePort; records: readonly SrvRecord[] }[]): ServiceSet[] {
  const united = distinct(ports.flatMap(({ records }) => records));
  const all = { prefix: '', records: united.slice(0, shareOf(ports.length)) };
  const named = ports.map(({ port, records }) => ({
    prefix: `_${port.name}._${port.isUdp ? 'udp' : 'tcp'}`,
    records: distinct(records),
  }));
  return [all, ...named].filter(({ prefix, records }) => prefix !== '' || records.length > 0);
}

/** Leaves out what repeats a target and port. */
function distinct(records: readonly SrvRecord[]): SrvRecord[] {
  const seen = new Set<string>();
  return records.filter(({ port, target }) => {
    const label = target.kind === 'endpoint' ? target.label : target.kind === 'name' ? `${target.name}.` : '';
    const key = `${port} ${label}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
