import { familyOf } from '../../../wire/address.ts';
import type { AddressGroups, HostAnswer, ServiceSet, SrvRecord, SrvTarget } from '../../resolve/answer.ts';
import { absoluteTarget, recordFlag, recordKind } from '../../../table/layout.ts';
import { ByteWriter } from '../../../table/byte-writer.ts';
import type { Choice } from './choice.ts';
import { writeGroups } from './groups.ts';
import { writePtrRrset } from '../../../table/ptr-rrset.ts';
import { beginRecord, endRecord } from '../../../table/record-writer.ts';

const maxUint16 = 65_535;

/** What one owner name of the table answers; the bytes are described in table/layout.ts. */
export interface NameRecord {
  /** Wire form, lower case. */
  readonly name: Uint8Array;
  readonly kind: keyof typeof recordKind;
  /** Bits of `recordFlag`, or those of the kind. */
  readonly flags: number;
  /** Seconds. */
  readonly ttl: number;
  readonly addresses?: readonly string[];
  readonly endpointHostnames?: readonly string[];
  readonly groups?: AddressGroups | undefined;
  readonly services?: readonly ServiceSet[];
  readonly endpoints?: HostAnswer['endpoints'];
  /** Targets of PTR records. */
  readonly ptrs?: readonly string[];
  /** Of the kind `targets`. */
  readonly targets?: PtrTargets;
  /** Where Sidecars are heeded: what clients get that one limits, in order; without any this record, as all others. */
  readonly choices?: Choice;
}

/** Hosts that have an address, for clients that a Sidecar limits. */
export interface PtrTargets {
  /** The label below a host that is the name of the address, where an endpoint of the host has it. */
  readonly label: string;
  readonly candidates: readonly {
    readonly host: string;
    /** The namespaces whose ServiceEntries of the host have the address. */
    readonly by: readonly { readonly namespace: string; readonly ttl: number; readonly isEndpoint: boolean }[];
  }[];
}

/** Writes records, but for their choices; one instance serves for all, so that compiling allocates little. */
export class Compiler {
  readonly #out = new ByteWriter();

  /** The record in table form. The view is good until the next call. */
  compile(record: NameRecord): Uint8Array {
    const out = this.#out;
    const { addresses = none, services = noServices, endpointHostnames = none, ptrs = none, groups } = record;
    let v6 = 0;
    for (const address of addresses) if (familyOf(address) === 6) v6++;
    const v4 = Math.min(addresses.length - v6, maxUint16);
    v6 = Math.min(v6, maxUint16);
    const flags =
      record.flags |
      (groups ? recordFlag.grouped : 0) |
      (endpointHostnames.length > 0 ? recordFlag.onDemand : 0) |
      (services.length > 0 ? recordFlag.services : 0);
    out.reset();
    beginRecord(out, record.name, recordKind[record.kind], flags, record.ttl, v4, v6);
    this.#addresses(addresses, 4, v4);
    this.#addresses(addresses, 6, v6);
    if (groups) writeGroups(out, groups, v4, v6);
    if (endpointHostnames.length > 0) {
      const at = out.length;
      out.u32(0);
      this.#names(endpointHostnames);
      if (services.length > 0) out.patch32(at, out.length);
    }
    if (services.length > 0) this.#services(services, record.endpoints, groups);
    if (ptrs.length > 0) writePtrRrset(out, record.name.length, ptrs, record.ttl);
    return endRecord(out);
  }

  /** The first `count` addresses of a family. */
  #addresses(addresses: readonly string[], family: 4 | 6, count: number): void {
    let left = count;
    for (let i = 0; left > 0; i++) {
      const address = addresses[i]!;
      if (familyOf(address) !== family) continue;
      this.#out.address(address);
      left--;
    }
  }

  #names(names: readonly string[]): void {
    const out = this.#out;
    const countAt = out.length;
    out.u16(0);
    let count = 0;
    for (const name of names) if (this.#name(name)) count++;
    out.patch16(countAt, count);
  }

  /** A name behind the number of its octets; nothing where it is none. */
  #name(name: string): boolean {
    const out = this.#out;
    const at = out.length;
    out.u8(0);
    if (out.name(name)) {
      out.patch8(at, out.length - at - 1);
      return true;
    }
    out.length = at;
    return false;
  }

  /** Sets and targets that are one object are written once. */
  #services(
    services: readonly ServiceSet[],
    endpoints: HostAnswer['endpoints'] = new Map(),
    groups: AddressGroups | undefined,
  ): void {
    const out = this.#out;
    const places: number[] = [];
    out.u16(services.length);
    for (const { prefix } of services) {
      if (prefix === '') out.u8(0);
      else {
        const at = out.length;
        this.#name(prefix);
        // The host comes behind it, and not the root.
        out.length--;
        out.patch8(at, out.length - at - 1);
      }
      places.push(out.length);
      out.u32(0);
    }
    const targets: Targets = { places: [], targets: [] };
    for (const [i, { records }] of services.entries()) {
      const same = services.findIndex((other) => other.records === records);
      if (same < i) out.copy32(places[same]!, places[i]!);
      else {
        out.patch32(places[i]!, out.length);
        this.#set(records, targets, groups);
      }
    }
    this.#targets(targets, endpoints);
  }

  #set(records: readonly SrvRecord[], targets: Targets, groups: AddressGroups | undefined): void {
    const out = this.#out;
    const count = Math.min(records.length, maxUint16);
    out.u16(count);
    for (let i = 0; i < count; i++) {
      const { priority, locality = '', weight, port, target } = records[i]!;
      out.u16(groups ? groups.placeOf(locality) : priority);
      out.u16(weight);
      out.u16(port);
      this.#target(target, targets);
    }
    if (count > 0 && haveOneTarget(records)) {
      out.u16(1);
      this.#target(records[0]!.target, targets);
      return;
    }
    const distinct = new Set<SrvTarget>();
    for (let i = 0; i < count; i++) distinct.add(records[i]!.target);
    out.u16(distinct.size);
    for (const target of distinct) this.#target(target, targets);
  }

  /** Keeps the offset of a target free; the host itself needs none. */
  #target(target: SrvTarget, { places, targets }: Targets): void {
    if (target.kind !== 'host') {
      places.push(this.#out.length);
      targets.push(target);
    }
    this.#out.u32(0);
  }

  #targets({ places, targets }: Targets, endpoints: HostAnswer['endpoints']): void {
    if (targets.length === 0) return;
    const out = this.#out;
    const written = new Map<SrvTarget, number>();
    for (const [i, target] of targets.entries()) {
      const at = written.get(target) ?? out.length;
      out.patch32(places[i]!, at);
      if (at < out.length) continue;
      written.set(target, at);
      if (target.kind === 'name') {
        out.u8(absoluteTarget);
        this.#name(target.name);
      } else if (target.kind === 'endpoint') {
        const label = Buffer.from(target.label, 'latin1');
        const addresses = endpoints.get(target.label) ?? none;
        out.u8(label.length);
        out.bytes(label);
        for (const family of [4, 6] as const) {
          let count = 0;
          for (const address of addresses) if (familyOf(address) === family) count++;
          out.u16(count);
          this.#addresses(addresses, family, count);
        }
      }
    }
  }
}

function haveOneTarget(records: readonly SrvRecord[]): boolean {
  const first = records[0]!.target;
  for (const { target } of records) if (target !== first) return false;
  return true;
}

/** Where the offsets of targets go, and of which. */
interface Targets {
  readonly places: number[];
  readonly targets: SrvTarget[];
}

const none: readonly string[] = [];
const noServices: readonly ServiceSet[] = [];
