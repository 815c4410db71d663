import { rrClass, rrType } from '../../src/wire/codes.ts';
import { parseAddress, familyOf } from '../../src/wire/address.ts';
import { Query, type Peer, type Transport } from '../../src/wire/query.ts';

export interface QueryOptions {
  /** Adds an OPT record: with the default payload of 1232, or as said. */
  edns?: boolean | { payload?: number; dnssecOk?: boolean; options?: Uint8Array };
  id?: number;
  transport?: Transport;
  /** RD; set unless said otherwise. */
  rd?: boolean;
  cd?: boolean;
  class?: number;
  peer?: Peer;
  local?: Peer;
  hashSeed?: number;
}

/** The type of a query: its name, or its number where it has none. */
export type TypeOption = keyof typeof rrType | number;

/**
 * The octets of a query for `name`, in the case that it is written in; `\DDD` is one octet. Nothing is checked, so a
 * name may be one that no client may send.
 */
export function encodeQuery(name: string, type: TypeOption, options: QueryOptions = {}): Uint8Array {
  const { id = 4242, rd = true, cd = false, class: queryClass = rrClass.IN, edns } = options;
  const code = typeof type === 'number' ? type : rrType[type];
  const octets = [id >>> 8, id & 0xff, rd ? 0x01 : 0, cd ? 0x10 : 0, 0, 1, 0, 0, 0, 0, 0, edns ? 1 : 0];
  for (const label of name.replace(/\.$/, '').split('.')) {
    if (label === '') continue;
    const text = label.replace(/\\(\d{3})/g, (_, digits: string) => String.fromCharCode(Number(digits)));
    octets.push(text.length, ...Buffer.from(text, 'latin1'));
  }
  octets.push(0, code >>> 8, code & 0xff, queryClass >>> 8, queryClass & 0xff);
  if (edns) {
    const { payload = 1232, dnssecOk = false, options: rdata = new Uint8Array(0) } = edns === true ? {} : edns;
    octets.push(0, 0, rrType.OPT, payload >>> 8, payload & 0xff, 0, 0, dnssecOk ? 0x80 : 0, 0);
    octets.push(rdata.length >>> 8, rdata.length & 0xff, ...rdata);
  }
  return Uint8Array.from(octets);
}

/** A query as a listener hands it to the chain: read, with room for a reply of 65,535 octets in memory of its own. */
export function makeQuery(name: string, type: TypeOption, options: QueryOptions = {}): Query {
  const query = new Query(options.hashSeed ?? 1);
  query.bytes = encodeQuery(name, type, options);
  query.end = query.bytes.length;
  query.out = new Uint8Array(65_535);
  query.transport = options.transport ?? 'udp';
  query.peer = options.peer ?? { address: '192.0.2.1', port: 40_000, family: 4 };
  query.local = options.local ?? { address: '192.0.2.53', port: 53, family: 4 };
  const verdict = query.read();
  if (verdict !== 'query') throw new Error(`the query for ${name} reads as ${verdict}`);
  return query;
}

/** The octets of the reply of `length` octets that stands in the query's `out`. */
export function replyBytes(query: Query, length: number): Uint8Array {
  return query.out.subarray(query.outStart, query.outStart + length);
}

/** An EDNS Client Subnet option (RFC 7871 section 6) for `ADDRESS/PREFIXLENGTH`. */
export function clientSubnet(text: string): Uint8Array {
  const [address = '', prefix = ''] = text.split('/');
  const octets = parseAddress(address)!.subarray(0, Math.ceil(Number(prefix) / 8));
  const family = familyOf(address) === 4 ? 1 : 2;
  return Uint8Array.from([0, 8, 0, 4 + octets.length, 0, family, Number(prefix), 0, ...octets]);
}
