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

const hostAlone: SrvTarget = { kind: 'host' };

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
  if (!isPaired) {
    return serviceSets(ports.map(({ port }) => ({ port, records: [recordOf(port, hostAlone)], isCut: false })));
  }
  const share = shareOf(ports.length);
  const known = new Map<string, SrvTarget>();
  const targetOfVip = (vip: string): SrvTarget => {
    const target = known.get(vip) ?? { kind: 'endpoint', label: dashedAddress(vip) };
    known.set(vip, target);
    return target;
  };
  return serviceSets(
    ports.map(({ port, vips }) => {
      const records = vips.slice(0, share).map((vip) => recordOf(port, targetOfVip(vip)));
      return { port, records: take(records, Infinity).records, isCut: vips.length > share };
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
  const share = shareOf(ports.length);
  const first = endpoints.slice(0, share);
  const targets = targetsOf(first);
  const areDistinct = new Set(targets).size === targets.length;
  const priorities = first.map((endpoint) => priorityOf(endpoint.locality, locality));
  return serviceSets(
    ports.map((port) => {
      const records = first.map((endpoint, i) => ({
        priority: priorities[i]!,
        weight: weights[i]!,
        port: endpoint.ports.get(port.name) ?? port.targetPort ?? port.number,
        target: targets[i]!,
      }));
      return {
        port,
        records: areDistinct ? records : take(records, Infinity).records,
        isCut: endpoints.length > share,
      };
    }),
  );
}

/** The record of a service port. */
function recordOf({ number }: ServicePort, target: SrvTarget): SrvRecord {
  return { priority: 0, weight: defaultWeight, port: number, target };
}

/** How many records each port may have, and the bare host. */
export function shareOf(ports: number): number {
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

/** Names of endpoints, `<dashed-ip>` below the host or the host name that it is: one object where they are equal. */
function targetsOf(endpoints: readonly UsableEndpoint[]): SrvTarget[] {
  const known = new Map<string, SrvTarget>();
  return endpoints.map((endpoint) => {
    const address = endpoint.target.kind === 'ip' ? endpoint.target.ip : endpoint.target.host;
    const before = known.get(address);
    if (before) return before;
    const target: SrvTarget =
      endpoint.target.kind === 'ip'
        ? { kind: 'endpoint', label: dashedAddress(address) }
        : { kind: 'name', name: address };
    known.set(address, target);
    return target;
  });
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

function serviceSets(
  ports: readonly { port: ServicePort; records: readonly SrvRecord[]; isCut: boolean }[],
): ServiceSet[] {
  const sets: ServiceSet[] = [];
  const all = bareSet(ports);
  if (all.records.length > 0) sets.push(all);
  for (const { port, records, isCut } of ports) {
    sets.push({ prefix: `_${port.name}._${port.isUdp ? 'udp' : 'tcp'}`, records, isCut });
  }
  return sets;
}

function bareSet(ports: readonly { records: readonly SrvRecord[]; isCut: boolean }[]): ServiceSet {
  const [only] = ports;
  if (only && ports.length === 1) return { prefix: '', records: only.records, isCut: only.isCut };
  const { records, isCut } = take(
    ports.flatMap((port) => port.records),
    shareOf(ports.length),
  );
  return { prefix: '', records, isCut: isCut || ports.some((port) => port.isCut) };
}

/** The first `most` records, without what repeats a target and port. */
function take(records: readonly SrvRecord[], most: number): { records: readonly SrvRecord[]; isCut: boolean } {
  const known = new Map<SrvTarget, number[]>();
  const taken: SrvRecord[] = [];
  for (const record of records) {
    const ports = known.get(record.target);
    if (ports?.includes(record.port) === true) continue;
    if (taken.length >= most) return { records: taken, isCut: true };
    if (ports) ports.push(record.port);
    else known.set(record.target, [record.port]);
    taken.push(record);
  }
  return { records: taken, isCut: false };
}
