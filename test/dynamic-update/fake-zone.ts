import { rcode, rrClass, rrType } from '../../src/wire/codes.ts';
import { readRecords, readUint16, readUint32 } from '../../src/wire/message.ts';
import { encodeName, expandName, formatName } from '../../src/wire/name.ts';
import { typeName } from '../../src/wire/record-types.ts';
import { ZoneReader, type ZoneContents } from '../../src/dynamic-update/zone-contents.ts';

/** A record of a fake zone; RDATA as hexadecimal digits. */
interface Stored {
  readonly name: string;
  readonly type: number;
  readonly ttl: number;
  readonly rdata: string;
}

/** A zone that takes UPDATE messages as RFC 2136 section 3 says, written from there and not from the code under test. */
export class FakeZone {
  readonly zone: string;
  records: Stored[] = [];
  /** Messages that were taken. */
  taken = 0;
  /** Called before each message; what it throws is what the client sees of it. */
  before: () => void = () => undefined;
  /** The code of a message that is refused for a reason of the server. */
  refusal: (names: ReadonlySet<string>) => number = () => rcode.NOERROR;
  /** Of the messages, in octets. */
  longest = 0;
  readonly address = 'fake:53';

  constructor(zone: string) {
    this.zone = zone;
  }

  /** Adds a record as somebody else does. */
  add(name: string, type: number, rdata: Uint8Array, ttl = 300): void {
    this.records.push({ name, type, ttl, rdata: Buffer.from(rdata).toString('hex') });
  }

  /** All records, as sorted lines. */
  get lines(): string[] {
    return this.records.map(({ name, type, ttl, rdata }) => `${name} ${ttl} ${typeName(type)} ${rdata}`).sort();
  }

  transfer(zone: string, owner: string): Promise<ZoneContents> {
    const reader = new ZoneReader(zone, owner);
    for (const { name, type, ttl, rdata } of this.records)
      reader.add({ owner: encodeName(name)!, type, class: rrClass.IN, ttl, rdata: Buffer.from(rdata, 'hex') });
    return Promise.resolve(reader.finish());
  }

  update(_zone: string, message: Uint8Array): Promise<number> {
    return Promise.resolve().then(() => {
      this.before();
      this.longest = Math.max(this.longest, message.length);
      const code = this.#update(message);
      if (code === rcode.NOERROR) this.taken++;
      return code;
    });
  }

  #update(message: Uint8Array): number {
    if (((message[2]! >> 3) & 15) !== 5) return rcode.NOTIMP;
    const records = (readRecords(message, 0, message.length) ?? []).map((position) => {
      const owner = new Uint8Array(255);
      expandName(message, position.start, position.end, owner);
      const rdata = Buffer.from(message.subarray(position.rdataStart, position.end)).toString('hex');
      const [rrclass, ttl] = [readUint16(message, position.ttlAt - 2), readUint32(message, position.ttlAt)];
      return { section: position.section, name: formatName(owner), type: position.type, class: rrclass, ttl, rdata };
    });
    if (records.length === 0) return rcode.FORMERR;
    const refusal = this.refusal(new Set(records.map(({ name }) => name)));
    if (refusal !== rcode.NOERROR) return refusal;
    if (!records.every(({ name }) => name === this.zone || name.endsWith(`.${this.zone}`))) return rcode.NOTZONE;
    const has = (name: string, type: number): Stored[] =>
      this.records.filter((each) => each.name === name && (type === rrType.ANY || each.type === type));
    // Section 3.2.
    const expected = new Map<string, string[]>();
    for (const { section, name, type, class: rrclass, ttl, rdata } of records) {
      if (section !== 1) continue;
      if (ttl !== 0) return rcode.FORMERR;
      const found = has(name, type).length > 0;
      if (rrclass === rrClass.ANY && !found) return rcode.NXRRSET;
      if (rrclass === rrClass.NONE && found) return type === rrType.ANY ? rcode.YXDOMAIN : rcode.YXRRSET;
      if (rrclass === rrClass.IN) {
        const key = `${name} ${type}`;
        expected.set(key, [...(expected.get(key) ?? []), rdata]);
      }
    }
    for (const [key, values] of expected) {
      const [name, type] = key.split(' ') as [string, string];
      const there = has(name, Number(type)).map(({ rdata }) => rdata);
      if (JSON.stringify(there.sort()) !== JSON.stringify([...values].sort())) return rcode.NXRRSET;
    }
    // Section 3.4.2.
    for (const { section, name, type, class: rrclass, ttl, rdata } of records) {
      if (section !== 2) continue;
      const others = this.records.filter((each) => each.name !== name || each.type !== type);
      if (rrclass === rrClass.ANY) this.records = others;
      else if (rrclass === rrClass.NONE)
        this.records = [...others, ...has(name, type).filter((each) => each.rdata !== rdata)];
      else {
        const beside = has(name, rrType.ANY).filter((each) => (each.type === rrType.CNAME) !== (type === rrType.CNAME));
        if (beside.length > 0) continue;
        const same = type === rrType.CNAME ? [] : has(name, type).filter((each) => each.rdata !== rdata);
        this.records = [...others, ...same, { name, type, ttl, rdata }];
      }
    }
    return rcode.NOERROR;
  }
}
