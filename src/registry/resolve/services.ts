import { dashedAddress } from '../../wire/address.ts';
import type { ServicePort } from '../model/object.ts';
import type { ServiceSet, SrvRecord, SrvTarget } from './answer.ts';
import type { UsableEndpoint } from './endpoints.ts';
import { distanceTo, priorityOf, type Locality } from '../../table/locality.ts';
import { scaledWeights } from './weights.ts';

const defaultWeight = 100;
/**
 * SRV records of one host in all. 256 ports of 4,096 endpoints would be a million for each of 256 hosts, and no reply has
 * room for more than some thousand: each port gets an equal part of this.
 */
export const maxServiceRecords = 16_384;

/** Records that repeat a target and port are passed over; of one port so many times the records that it may have are looked at. */
const maxRepeats = 8;

const onlyHost: readonly SrvTarget[] = [{ kind: 'host' }];
const noTargets: readonly SrvTarget[] = [];

/**
 * The ports of one ServiceEntry with the addresses that they belong to, of that ServiceEntry and of no other that has the
 * same host.
 */
export interface Offer<Address> {
  readonly ports: readonly ServicePort[];
  readonly addresses: readonly Address[];
}

/** SRV records of a host whose addresses upstream has: what its ServiceEntries say of ports, at the host itself. */
export function servicesOfHost(entries: readonly (readonly ServicePort[])[]): ServiceSet[] {
  return servicesAt(entries.map((ports) => ({ ports, addresses: onlyHost })));
}

/**
 * SRV records of a host that has VIPs (docs/semantics.md section 6): the service port, for that is what listens on the VIP.
 * Where ServiceEntries with different VIPs were merged (`isPaired`), port and VIP stay paired through a name for each
 * VIP.
 */
export function servicesOfVips(offers: readonly Offer<string>[], isPaired: boolean): ServiceSet[] {
  const targetOf = targetsOnce();
  return servicesAt(
    offers.map(({ ports, addresses }) => {
      if (isPaired) return { ports, addresses: addresses.map((vip) => targetOf(vip, true)) };
      return { ports, addresses: addresses.length > 0 ? onlyHost : noTargets };
    }),
  );
}

/**
 * SRV records of a host whose endpoints answer: per port and endpoint of the ServiceEntry that declares it, the port that
 * the endpoint listens on. `client` is where clients are of which nothing else says it.
 */
export function servicesOfEndpoints(offers: readonly Offer<UsableEndpoint>[], client: Locality): ServiceSet[] {
  const targetOf = targetsOnce();
  const reached = offers.map(({ ports, addresses }) => ({
    ports,
    addresses: addresses.map(({ target, ports: own, weight, locality }) => ({
      target: target.kind === 'ip' ? targetOf(target.ip, true) : targetOf(target.host, false),
      ports: own,
      weight,
      locality,
      priority: priorityFor(client, locality),
    })),
  }));
  const sets = setsOf(reached, (port, { target, ports, ...rest }) => {
    return { ...rest, port: ports.get(port.name) ?? port.targetPort ?? port.number, target };
  });
  return withBareHost(sets.map(({ records, ...set }) => ({ ...set, records: weighed(records) })));
}

function servicesAt(offers: readonly Offer<SrvTarget>[]): ServiceSet[] {
  return withBareHost(
    setsOf(offers, ({ number }, target) => ({ priority: 0, weight: defaultWeight, port: number, target })),
  );
}

/** How many records each port may have, and the bare host. */
export function shareOf(ports: number): number {
  return Math.floor(maxServiceRecords / (ports + 1));
}

/** The priority that the records of an endpoint in this locality have for a client. */
export function priorityFor(client: Locality, locality: string): number {
  return priorityOf(distanceTo(client, locality));
}

/** Makes targets, `<dashed-ip>` below the host or the host name that it is: one object where they are equal. */
function targetsOnce(): (address: string, isIp: boolean) => SrvTarget {
  const known = new Map<string, SrvTarget>();
  return (address, isIp) => {
    const before = known.get(address);
    if (before) return before;
    const target: SrvTarget = isIp
      ? { kind: 'endpoint', label: dashedAddress(address) }
      : { kind: 'name', name: address };
    known.set(address, target);
    return target;
  };
}

/** A record whose weight may depend on that of the others. */
type Draft = Omit<SrvRecord, 'weight'> & { readonly weight: number | undefined };

/** The records of one port name, in the order of the ServiceEntries. */
interface DraftSet<Record extends Draft> {
  readonly prefix: string;
  readonly records: readonly Record[];
  readonly isCut: boolean;
}

/**
 * A set for each port name. Where several ServiceEntries declare it, each contributes its own addresses with its own number.
 *
 * @param recordOf the record of a port at an address of its ServiceEntry
 */
function setsOf<Address, Record extends Draft>(
  offers: readonly Offer<Address>[],
  recordOf: (port: ServicePort, address: Address) => Record,
): DraftSet<Record>[] {
  const named = new Map<string, { port: ServicePort; addresses: readonly Address[] }[]>();
  for (const { ports, addresses } of offers) {
    for (const port of ports) {
      const prefix = `_${port.name}._${port.isUdp ? 'udp' : 'tcp'}`;
      const declared = named.get(prefix);
      if (declared) declared.push({ port, addresses });
      else named.set(prefix, [{ port, addresses }]);
    }
  }
  const share = shareOf(named.size);
  return Array.from(named, ([prefix, declared]) => {
    const records: Record[] = [];
    let left = maxRepeats * share;
    for (const { port, addresses } of declared) {
      for (let i = 0; i < addresses.length && left > 0; i++, left--) records.push(recordOf(port, addresses[i]!));
    }
    const distinct = take(records, share);
    return { prefix, records: distinct.records, isCut: distinct.isCut || left === 0 };
  });
}

/**
 * Weights of the records of one port: the endpoint's own; floor(100/n) where none has one (CoreDNS's rule), 1 for those
 * without where some have. Scaled down in proportion where the largest does not fit 16 bits.
 */
function weighed(drafts: readonly Draft[]): SrvRecord[] {
  if (drafts.every(({ weight }) => weight === undefined)) {
    const weight = Math.max(1, Math.floor(defaultWeight / drafts.length));
    return drafts.map((draft) => ({ ...draft, weight }));
  }
  const scaled = scaledWeights(drafts.map(({ weight }) => weight));
  return drafts.map((draft, i) => ({ ...draft, weight: scaled[i]! }));
}

/** With the set of the bare host, the sum of the others, in front. */
function withBareHost(sets: readonly ServiceSet[]): ServiceSet[] {
  const all = bareSet(sets);
  return all.records.length > 0 ? [all, ...sets] : [...sets];
}

function bareSet(sets: readonly ServiceSet[]): ServiceSet {
  const [only] = sets;
  if (only && sets.length === 1) return { ...only, prefix: '' };
  const { records, isCut } = take(
    sets.flatMap((set) => set.records),
    shareOf(sets.length),
  );
  return { prefix: '', records, isCut: isCut || sets.some((set) => set.isCut) };
}

/** The first `most` records, without what repeats a target and port. */
function take<Record extends Draft>(
  records: readonly Record[],
  most: number,
): { records: readonly Record[]; isCut: boolean } {
  if (records.length < 2 && records.length <= most) return { records, isCut: false };
  const known = new Map<SrvTarget, number[]>();
  const taken: Record[] = [];
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
