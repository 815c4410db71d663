import { DesiredRecords } from '../../dynamic-update/desired-records.ts';
import { canonicalData, type DesiredHost, type RecordSet } from '../../dynamic-update/record-set.ts';
import type { Absence, PublicHost } from '../../registry/export/public-host.ts';
import { reverseName } from '../../wire/reverse-name.ts';
import { longestZone } from '../../wire/zone-text.ts';
import type { PublishTarget } from './config.ts';

/** What of a zone is to be looked at. */
export interface Touched {
  readonly hosts: Set<string>;
  /** RRsets that nobody wants any more. */
  readonly keys: Set<string>;
}

/** A host that says what a PTR query for an address is answered. */
interface PtrClaim {
  readonly target: string;
  readonly ttl: number;
  readonly resource: string;
}

/** Which records shall be in which of the zones of a line; what changes in it is remembered until it is taken. */
export class DesiredZones {
  readonly #target: PublishTarget;
  readonly #zones: ReadonlyMap<string, DesiredRecords>;
  /** By reverse name, absolute, and host. */
  readonly #ptrs = new Map<string, Map<string, PtrClaim>>();
  readonly #ptrNamesOf = new Map<string, readonly string[]>();
  readonly #absent = new Map<string, Absence | 'outside'>();
  #touched = new Map<string, Touched>();

  constructor(target: PublishTarget) {
    this.#target = target;
    this.#zones = new Map(target.zones.map((zone) => [zone, new DesiredRecords()]));
  }

  /** What shall be in each zone. */
  get zones(): ReadonlyMap<string, DesiredRecords> {
    return this.#zones;
  }

  /** Hosts that no zone is to have, with the reason. */
  get absent(): ReadonlyMap<string, Absence | 'outside'> {
    return this.#absent;
  }

  /** What has changed since the last call, by zone. */
  takeTouched(): ReadonlyMap<string, Touched> {
    const touched = this.#touched;
    this.#touched = new Map();
    return touched;
  }

  /** Takes what is known of a host (lower-case, without trailing dot) at present. */
  set(host: string, known: PublicHost): void {
    const absolute = `${host}.`;
    const zone = longestZone(absolute, (each) => this.#zones.has(each));
    const sets = zone === undefined ? [] : this.#setsOf(absolute, known);
    const resource = resourceOf(known);
    if (zone !== undefined) this.#put(zone, { host: absolute, resource, sets });
    this.#setPtrs(host, known, resource);
    const absence = zone === undefined ? 'outside' : (known.absence ?? (sets.length === 0 ? 'no-records' : undefined));
    if (absence === undefined || known.absence === 'unknown') this.#absent.delete(host);
    else this.#absent.set(host, absence);
  }

  #setsOf(host: string, { rrsets }: PublicHost): RecordSet[] {
    const { types, ttl } = this.#target;
    // Names of endpoints are there for SRV records to point at.
    const isWanted = ({ name, type }: PublicHost['rrsets'][number]): boolean =>
      types.some((each) => each === type) && (name === host || type === 'SRV' || types.includes('SRV'));
    return rrsets.filter(isWanted).map((rrset) => ({
      name: rrset.name,
      type: rrset.type as RecordSet['type'],
      ttl: ttl ?? rrset.ttl,
      data: canonicalData(rrset.data),
    }));
  }

  #put(zone: string, desired: DesiredHost): void {
    const records = this.#zones.get(zone)!;
    if (desired.sets.length === 0 && records.keysOf(desired.host).length === 0) return;
    const keys = records.set(desired);
    let touched = this.#touched.get(zone);
    if (!touched) this.#touched.set(zone, (touched = { hosts: new Set(), keys: new Set() }));
    touched.hosts.add(desired.host);
    for (const key of keys) touched.keys.add(key);
  }

  #setPtrs(host: string, known: PublicHost, resource: string): void {
    const claims = new Map<string, PtrClaim>();
    for (const { address, target } of known.ptrs) {
      const name = `${reverseName(address)}.`;
      if (this.#zoneOfReverse(name) === undefined) continue;
      claims.set(name, { target: `${target}.`, ttl: this.#target.ttl ?? known.rrsets[0]?.ttl ?? 0, resource });
    }
    const before = this.#ptrNamesOf.get(host) ?? [];
    if (claims.size === 0 && before.length === 0) return;
    for (const name of before) if (!claims.has(name)) this.#ptrs.get(name)?.delete(host);
    for (const [name, claim] of claims) {
      const there = this.#ptrs.get(name);
      if (there) there.set(host, claim);
      else this.#ptrs.set(name, new Map([[host, claim]]));
    }
    if (claims.size > 0) this.#ptrNamesOf.set(host, [...claims.keys()]);
    else this.#ptrNamesOf.delete(host);
    for (const name of new Set([...before, ...claims.keys()])) this.#putPtr(name);
  }

  #zoneOfReverse(name: string): string | undefined {
    return longestZone(name, (each) => this.#zones.has(each));
  }

  /** All hosts that have the address are named. */
  #putPtr(name: string): void {
    const claims = [...(this.#ptrs.get(name)?.entries() ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
    if (claims.length === 0) this.#ptrs.delete(name);
    const data = canonicalData(claims.map(([, { target }]) => target));
    const ttl = claims.reduce((least, [, claim]) => Math.min(least, claim.ttl), Infinity);
    const resource = claims[0]?.[1].resource ?? '';
    const sets: RecordSet[] = claims.length === 0 ? [] : [{ name, type: 'PTR', ttl, data }];
    this.#put(this.#zoneOfReverse(name)!, { host: name, resource, sets });
  }
}

/** As external-dns names what a record comes from. */
function resourceOf({ rrsets }: PublicHost): string {
  return `serviceentry/${rrsets[0]?.sources[0] ?? ''}`;
}
