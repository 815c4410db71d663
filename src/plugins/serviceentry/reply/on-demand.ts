import { ttlOf, addressCount, addressesAt, endpointHostnamesAt } from '../../../table/record.ts';
import { rcode, rrType } from '../../../wire/codes.ts';
import { readRecords, readUint16, readUint32 } from '../../../wire/message.ts';
import type { Query } from '../../../wire/query.ts';
import { recordHeadSize } from '../../../wire/record.ts';
import { beginReply, cutReply, endReply, replyCode, roomForRecords, serverFailure } from '../../../wire/reply.ts';
import type { Handler } from '../../plugin.ts';
import type { Nearest } from '../../../table/grouped-replies.ts';
import type { Locality } from '../../../table/locality.ts';
import { writeAddress, type Rotation, type TableMemory } from '../../../table/replies.ts';
import { inOrder, standingsOf, type Standing } from './standing.ts';
import { SubQuery, type Budget } from './sub-query.ts';

/** Host names that lead to host names: docs/semantics.md section 5. */
const maxDepth = 8;
/** Queries that one client's query may cause in all. */
const maxLookups = 64;
/** More addresses than this do not fit a message. */
const maxAddresses = 4096;

/** Octets of 4 or 16. */
interface Address extends Standing {
  readonly octets: Uint8Array;
}

/** What the parts of an answer come to. */
interface Union {
  readonly ttl: number;
  /** No duplicates. */
  readonly addresses: readonly Address[];
  readonly hasFailed: boolean;
}

/** In which order addresses are answered, to a client in some place. */
export interface AddressOrder {
  readonly rotation: Rotation;
  readonly nearest: Nearest;
  readonly client: Locality;
}

const emptyUnion: Union = { ttl: Infinity, addresses: [], hasFailed: false };

/**
 * The answer of a host some of whose endpoints are host names: the addresses of all of them, flattened under the name
 * that was asked for, at most `most` of them, with the smallest TTL, the host's own among them: a change of its ServiceEntry counts as well. Names are looked up through `lookup`, which is the handler itself: first
 * in our own table, as the client sees it, then upstream. `onEmpty` answers where there are no addresses.
 *
 * If a part fails, what resolved is answered; where nothing did, SERVFAIL.
 */
export function answerOnDemand(
  query: Query,
  memory: TableMemory,
  record: number,
  lookup: Handler,
  { rotation, nearest, client }: AddressOrder,
  most: number,
  onEmpty: () => number,
): number | Promise<number> {
  const { arena } = memory;
  const depth = query instanceof SubQuery ? query.depth : 0;
  if (depth >= maxDepth)
    return serverFailure(query, `serviceentry: more than ${maxDepth} host names lead to host names`);
  const budget = query instanceof SubQuery ? query.budget : { lookups: maxLookups };
  query.hold();
  const types = query.type === rrType.ANY ? [rrType.A, rrType.AAAA] : [query.type];
  const hostnames = endpointHostnames(arena, record);
  const standings = standingsOf(memory, record, 'hostname', hostnames.length, client);
  const wanted = types.flatMap((type) => hostnames.map((name, i) => ({ name, type, standing: standings[i]! })));
  // Taken for all of them before any is followed: a name that leads to many others leaves none out that stand beside it.
  const affordable = Math.min(wanted.length, budget.lookups);
  budget.lookups -= affordable;
  const own = types.map((type) => ownPart(memory, record, type, client));
  if (affordable < wanted.length) own.push({ ...emptyUnion, hasFailed: true });
  const parts = wanted
    .slice(0, affordable)
    .map(({ name, type, standing }) => lookupPart(query, name, type, standing, budget, lookup));
  const ownTtl = ttlOf(arena, record);
  const place = endpointHostnamesAt(arena, record) + (query.type === rrType.AAAA ? 1 : 0);
  return Promise.all(parts).then((found) => {
    const union = unite([...own, ...found], ownTtl);
    const step = union.addresses.length > 1 ? rotation.step(place) : 0;
    return writeUnion(query, { ...union, addresses: inOrder(union.addresses, step, nearest) }, most, onEmpty);
  });
}

/** Host names that belong to the answer, in wire form and lower case. */
export function endpointHostnames(arena: Uint8Array, record: number): Uint8Array[] {
  let at = endpointHostnamesAt(arena, record);
  const names: Uint8Array[] = [];
  for (let count = readUint16(arena, at); count > 0; count--) {
    const start = at + 3;
    const length = arena[at + 2]!;
    names.push(arena.slice(start, start + length));
    at += 1 + length;
  }
  return names;
}

/** The addresses that the record has itself. */
function ownPart(memory: TableMemory, record: number, type: number, client: Locality): Union {
  const { arena } = memory;
  const isV6 = type === rrType.AAAA;
  const base = addressesAt(arena, record, isV6);
  const size = isV6 ? 16 : 4;
  const count = addressCount(arena, record, isV6);
  const addresses = standingsOf(memory, record, isV6 ? 'v6' : 'v4', count, client).map((standing, i) => {
    return { ...standing, octets: arena.slice(base + i * size, base + (i + 1) * size) };
  });
  return { ttl: Infinity, addresses, hasFailed: false };
}

async function lookupPart(
  query: Query,
  name: Uint8Array,
  type: number,
  standing: Standing,
  budget: Budget,
  lookup: Handler,
): Promise<Union> {
  const failed: Union = { ...emptyUnion, hasFailed: true };
  const sub = new SubQuery(query, name, type, budget);
  const length = await lookup(sub);
  const code = length > 0 ? replyCode(sub) : rcode.SERVFAIL;
  if (code === rcode.NXDOMAIN) return emptyUnion;
  const records = code === rcode.NOERROR ? readRecords(sub.out, sub.outStart, sub.outStart + length) : undefined;
  if (!records) return failed;
  const size = type === rrType.AAAA ? 16 : 4;
  const answers = records.filter(({ section }) => section === 1);
  const addresses = answers
    .filter((answer) => answer.type === type && answer.end - answer.rdataStart === size)
    .map(({ rdataStart, end }) => ({ ...standing, octets: sub.out.slice(rdataStart, end) }));
  // The aliases on the way count too: they may change earlier than the address.
  const ttl = answers.reduce((least, { ttlAt }) => Math.min(least, readTtl(sub.out, ttlAt)), Infinity);
  return { ttl, addresses, hasFailed: false };
}

/** A TTL with its highest bit set counts as 0 (RFC 2181 section 8). */
function readTtl(bytes: Uint8Array, at: number): number {
  const ttl = readUint32(bytes, at);
  return ttl > 0x7fffffff ? 0 : ttl;
}

function unite(unions: readonly Union[], ownTtl: number): Union {
  const addresses = new Map<string, Address>();
  for (const union of unions) {
    for (const address of union.addresses) {
      const key = Buffer.from(address.octets).toString('latin1');
      if (addresses.size < maxAddresses && !addresses.has(key)) addresses.set(key, address);
    }
  }
  const used = unions.filter((union) => union.addresses.length > 0);
  return {
    ttl: used.reduce((least, { ttl }) => Math.min(least, ttl), ownTtl),
    addresses: [...addresses.values()],
    hasFailed: unions.some(({ hasFailed }) => hasFailed),
  };
}

function writeUnion(query: Query, { ttl, addresses, hasFailed }: Union, most: number, onEmpty: () => number): number {
  query.discardReply();
  if (addresses.length === 0) {
    return hasFailed ? serverFailure(query, 'serviceentry: no endpoint host name could be resolved') : onEmpty();
  }
  let at = beginReply(query, rcode.NOERROR, true);
  const limit = at + roomForRecords(query, at);
  let count = 0;
  for (const { octets } of addresses) {
    if (count === most) break;
    if (at + recordHeadSize + octets.length > limit) {
      cutReply(query);
      break;
    }
    at = writeAddress(query, at, 0, ttl, new DataView(octets.buffer, octets.byteOffset), 0, octets.length);
    count++;
  }
  return endReply(query, at, count, 0, 0);
}
