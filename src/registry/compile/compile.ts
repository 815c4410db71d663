import { encodeName } from '../../wire/name.ts';
import { addressBytes, familyOf } from '../address.ts';
import { isWildcard } from '../host.ts';
import type { HostAnswer, ServiceSet, SrvTarget } from '../resolve/answer.ts';
import { absoluteTarget, recordFlag, recordKind, recordOffset } from '../table/layout.ts';
import { ByteWriter } from './byte-writer.ts';

const maxUint16 = 65_535;

/** What one owner name of the table answers; the bytes are described in table/layout.ts. */
export interface NameRecord {
  /** Wire form, lower case. */
  readonly name: Uint8Array;
  readonly kind: HostAnswer['kind'] | 'ancestor';
  /** Bits of `recordFlag`. */
  readonly flags: number;
  readonly ttl: number;
  readonly addresses: readonly string[];
  readonly services: readonly ServiceSet[];
  readonly endpoints: ReadonlyMap<string, readonly string[]>;
}

/** Writes records; one instance serves for all, so that compiling allocates little. */
export class Compiler {
  readonly #out = new ByteWriter();

  /** The record in table form. The view is good until the next call. */
  compile(record: NameRecord): Uint8Array {
    const out = this.#out;
    out.reset();
    const v4 = record.addresses.filter((address) => familyOf(address) === 4).slice(0, maxUint16);
    const v6 = record.addresses.filter((address) => familyOf(address) === 6).slice(0, maxUint16);
    out.u8(record.name.length);
    out.u8(recordKind[record.kind]);
    out.u8(record.flags);
    out.u8(0);
    out.u32(record.ttl);
    out.u16(v4.length);
    out.u16(v6.length);
    out.u32(0);
    out.u32(0);
    out.bytes(record.name);
    for (const address of v4) out.bytes(addressBytes(address));
    for (const address of v6) out.bytes(addressBytes(address));
    if (record.services.length > 0) {
      out.patch32(recordOffset.services, out.length);
      this.#services(record);
    }
    out.pad(4);
    out.patch32(recordOffset.size, out.length);
    return out.view();
  }

  #services({ services, endpoints }: NameRecord): void {
    const out = this.#out;
    const sets: { at: number; set: ServiceSet }[] = [];
    out.u16(services.length);
    for (const set of services) {
      const prefix = set.prefix === '' ? new Uint8Array(0) : encodeName(set.prefix)!.subarray(0, -1);
      out.u8(prefix.length);
      out.bytes(prefix);
      sets.push({ at: out.length, set });
      out.u32(0);
    }
    const targets: { at: number; target: SrvTarget }[] = [];
    const written = new Map<string, number>();
    for (const { at, set } of sets) {
      // A host with one port answers the same with and without the prefix: the bytes are shared.
      const key = JSON.stringify(set.records);
      out.patch32(at, written.get(key) ?? out.length);
      if (written.has(key)) continue;
      written.set(key, out.length);
      this.#set(set, targets);
    }
    this.#targets(targets, endpoints);
  }

  #set({ records }: ServiceSet, targets: { at: number; target: SrvTarget }[]): void {
    const out = this.#out;
    const cut = records.slice(0, maxUint16);
    out.u16(cut.length);
    for (const { priority, weight, port, target } of cut) {
      out.u16(priority);
      out.u16(weight);
      out.u16(port);
      targets.push({ at: out.length, target });
      out.u32(0);
    }
    const distinct = new Map(cut.map(({ target }) => [targetKey(target), target]));
    out.u16(distinct.size);
    for (const target of distinct.values()) {
      targets.push({ at: out.length, target });
      out.u32(0);
    }
  }

  #targets(targets: readonly { at: number; target: SrvTarget }[], endpoints: NameRecord['endpoints']): void {
    const out = this.#out;
    const written = new Map<string, number>();
    for (const { at, target } of targets) {
      if (target.kind === 'host') continue;
      const key = targetKey(target);
      out.patch32(at, written.get(key) ?? out.length);
      if (written.has(key)) continue;
      written.set(key, out.length);
      if (target.kind === 'name') {
        const name = encodeName(target.name)!;
        out.u8(absoluteTarget);
        out.u8(name.length);
        out.bytes(name);
      } else {
        const label = Buffer.from(target.label, 'latin1');
        const addresses = endpoints.get(target.label) ?? [];
        out.u8(label.length);
        out.bytes(label);
        for (const family of [4, 6]) {
          const ofFamily = addresses.filter((address) => familyOf(address) === family);
          out.u16(ofFamily.length);
          for (const address of ofFamily) out.bytes(addressBytes(address));
        }
      }
    }
  }
}

/** The records of a host: its own, and one for each of its endpoint names. */
export function recordsOf(answer: HostAnswer): NameRecord[] {
  const name = encodeName(answer.host);
  if (!name) return [];
  const wildcard = isWildcard(answer.host) ? recordFlag.wildcard : 0;
  const below: NameRecord[] = [];
  for (const [label, addresses] of answer.endpoints) {
    // A name over 255 octets cannot be asked for.
    const endpointName = encodeName(`${label}.${answer.host}`);
    if (!endpointName) continue;
    const flags = recordFlag.endpoint;
    below.push({ ...answer, name: endpointName, flags, addresses, services: [], endpoints: new Map() });
  }
  const flags = wildcard | (wildcard && below.length > 0 ? recordFlag.hasEndpointNames : 0);
  return [{ ...answer, name, flags }, ...below];
}

function targetKey(target: SrvTarget): string {
  return target.kind === 'host' ? '' : target.kind === 'name' ? `${target.name}.` : target.label;
}
