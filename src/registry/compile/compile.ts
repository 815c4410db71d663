import { encodeName } from '../../wire/name.ts';
import { addressBytes, familyOf } from '../address.ts';
import type { HostAnswer, ServiceSet, SrvTarget } from '../resolve/answer.ts';
import type { ByMesh, ViewMap } from '../resolve/view-map.ts';
import { absoluteTarget, recordFlag, recordKind, recordOffset } from '../table/layout.ts';
import { ByteWriter } from './byte-writer.ts';
import { pointerTail } from './pointers.ts';

const maxUint16 = 65_535;

/** What one owner name of the table answers; the bytes are described in table/layout.ts. */
export interface NameRecord {
  /** Wire form, lower case. */
  readonly name: Uint8Array;
  readonly kind: keyof typeof recordKind;
  /** Bits of `recordFlag`, or those of the kind. */
  readonly flags: number;
  /** Seconds, or the number of a namespace. */
  readonly ttl: number;
  readonly addresses?: readonly string[];
  readonly live?: readonly string[];
  readonly services?: readonly ServiceSet[];
  readonly endpoints?: HostAnswer['endpoints'];
  /** Targets of PTR records. */
  readonly pointers?: readonly string[];
}

/** What a record of several views needs to know of namespaces. */
export interface ViewNamespaces {
  /** The number that stands for it in the table. */
  idOf(namespace: string): number;
  /** A Sidecar limits what its clients see. */
  isLimited(namespace: string): boolean;
}

/** Writes records; one instance serves for all, so that compiling allocates little. */
export class Compiler {
  readonly #out = new ByteWriter();

  /** The record in table form. The view is good until the next call. */
  compile(record: NameRecord): Uint8Array {
    const out = this.#out;
    const { addresses = [], services = [], live = [], pointers = [] } = record;
    const v4 = addresses.filter((address) => familyOf(address) === 4).slice(0, maxUint16);
    const v6 = addresses.filter((address) => familyOf(address) === 6).slice(0, maxUint16);
    const flags =
      record.flags | (live.length > 0 ? recordFlag.live : 0) | (services.length > 0 ? recordFlag.services : 0);
    this.#head({ ...record, flags }, v4.length, v6.length);
    for (const address of v4) out.bytes(addressBytes(address));
    for (const address of v6) out.bytes(addressBytes(address));
    if (live.length > 0) {
      const at = out.length;
      out.u32(0);
      this.#names(live);
      if (services.length > 0) out.patch32(at, out.length);
    }
    if (services.length > 0) this.#services(services, record.endpoints);
    if (pointers.length > 0) {
      const tail = pointerTail(record.name, pointers, record.ttl);
      out.u16(tail.count);
      out.u16(tail.bytes.length);
      out.bytes(tail.bytes);
    }
    return this.#finish();
  }

  /**
   * The record of a name that is answered in different ways: one that holds the others, or the only one where they are
   * the same to the octet. `undefined` where nobody sees anything. The view is good until the next call.
   */
  compileViews(
    name: Uint8Array,
    views: ViewMap<NameRecord | undefined>,
    namespaces: ViewNamespaces,
  ): Uint8Array | undefined {
    if (views.isUniform) return views.others.plain && this.compile(views.others.plain);
    const distinct: Uint8Array[] = [];
    const compiled = views.map((record) => {
      if (!record) return undefined;
      const bytes = this.compile(record);
      const same = distinct.find((other) => Buffer.compare(other, bytes) === 0);
      if (same) return same;
      const copy = bytes.slice();
      distinct.push(copy);
      return copy;
    });
    const { others } = compiled;
    const isCommon = ({ plain, meshed }: ByMesh<Uint8Array | undefined>): boolean =>
      plain === others.plain && meshed === others.meshed;
    // Clients of a limited namespace see only what lists it.
    const differing = [...compiled.namespaces].filter(([namespace, pair]) =>
      namespaces.isLimited(namespace) ? (pair.plain ?? pair.meshed) !== undefined : !isCommon(pair),
    );
    if (differing.length === 0 && others.plain === others.meshed) return others.plain;

    // First of all: a namespace that is new gets a record of its own.
    const numbered = differing.map(([namespace, pair]) => ({ id: namespaces.idOf(namespace), pair }));
    const out = this.#out;
    this.#head({ name, kind: 'views', flags: 0, ttl: 0 }, 0, 0);
    const places: { at: number; record: Uint8Array | undefined }[] = [];
    const place = ({ plain, meshed }: ByMesh<Uint8Array | undefined>): void => {
      for (const record of [plain, meshed]) {
        places.push({ at: out.length, record });
        out.u32(0);
      }
    };
    place(others);
    out.u16(differing.length);
    for (const { id, pair } of numbered.sort((a, b) => a.id - b.id)) {
      out.u32(id);
      place(pair);
    }
    for (const record of distinct) {
      out.pad(4);
      for (const { at, record: wanted } of places) if (wanted === record) out.patch32(at, out.length);
      out.bytes(record);
    }
    return this.#finish();
  }

  #head({ name, kind, flags, ttl }: NameRecord, v4: number, v6: number): void {
    const out = this.#out;
    out.reset();
    out.u8(name.length);
    out.u8(recordKind[kind]);
    out.u8(flags);
    out.u8(0);
    out.u32(ttl);
    out.u16(v4);
    out.u16(v6);
    out.u32(0);
    out.bytes(name);
  }

  #finish(): Uint8Array {
    const out = this.#out;
    out.pad(4);
    out.patch32(recordOffset.size, out.length);
    return out.view();
  }

  #names(names: readonly string[]): void {
    const encoded = names.flatMap((name) => encodeName(name) ?? []);
    this.#out.u16(encoded.length);
    for (const name of encoded) {
      this.#out.u8(name.length);
      this.#out.bytes(name);
    }
  }

  #services(services: readonly ServiceSet[], endpoints: HostAnswer['endpoints'] = new Map()): void {
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

  #targets(targets: readonly { at: number; target: SrvTarget }[], endpoints: HostAnswer['endpoints']): void {
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

function targetKey(target: SrvTarget): string {
  return target.kind === 'host' ? '' : target.kind === 'name' ? `${target.name}.` : target.label;
}
