import { ttlOf, addressCount, addressesAt, endpointHostnamesAt } from '../../../table/record.ts';
import { rcode, rrType } from '../../../wire/codes.ts';
import { readRecords, readUint16, readUint32 } from '../../../wire/message.ts';
import type { Query } from '../../../wire/query.ts';
import { recordHeadSize } from '../../../wire/record.ts';
import { beginReply, cutReply, endReply, replyCode, roomForRecords, serverFailure } from '../../../wire/reply.ts';
import type { Handler } from '../../plugin.ts';
import { writeAddress, type Rotation } from '../../../table/replies.ts';
import { SubQuery, type Budget } from './sub-query.ts';

/** Host names that lead to host names: docs/semantics.md section 5. */
const maxDepth = 8;
/** Queries that one client's query may cause in all. */
const maxLookups = 64;
/** More addresses than this do not fit a message. */
const maxAddresses = 4096;

/** What the parts of an answer come to. */
interface Union {
  readonly ttl: number;
  /** Octets of 4 or 16, no duplicates. */
  readonly addresses: readonly Uint8Array[];
  readonly hasFailed: boolean;
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
  arena: Uint8Array,
  record: number,
  lookup: Handler,
  rotation: Rotation,
  most: number,
  onEmpty: () => number,
): number | Promise<number> {
  const depth = query instanceof SubQuery ? query.depth : 0;
  if (depth >= maxDepth)
    return serverFailure(query, `serviceentry: more than ${maxDepth} host names lead to host names`);
  const budget = query instanceof SubQuery ? query.budget : { lookups: maxLookups };
  query.hold();
  const types = query.type === rrType.ANY ? [rrType.A, rrType.AAAA] : [query.type];
  const wanted = types.flatMap((type) => endpointHostnames(arena, record).map((name) => ({ name, type })));
  // Taken for all of them before any is followed: a name that leads to many others leaves none out that stand beside it.
  const affordable = Math.min(wanted.length, budget.lookups);
  budget.lookups -= affordable;
  const own = types.map((type) => ownPart(arena, record, type));
  if (affordable < wanted.length) own.push({ ...emptyUnion, hasFailed: true });
  const parts = wanted.slice(0, affordable).map(({ name, type }) => lookupPart(query, name, type, budget, lookup));
  const ownTtl = ttlOf(arena, record);
  const place = endpointHostnamesAt(arena, record) + (query.type === rrType.AAAA ? 1 : 0);
  return Promise.all(parts).then((found) => {
    const union = unite([...own, ...found], ownTtl);
    const start = union.addresses.length > 1 ? rotation.start(place, union.addresses.length) : 0;
    return writeUnion(query, union, start, most, onEmpty);
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
function ownPart(arena: Uint8Array, record: number, type: number): Union {
  const isV6 = type === rrType.AAAA;
  const base = addressesAt(arena, record, isV6);
  const size = isV6 ? 16 : 4;
  const addresses = Array.from({ length: addressCount(arena, record, isV6) }, (_, i) =>
    arena.slice(base + i * size, base + (i + 1) * size),
  );
  return { ttl: Infinity, addresses, hasFailed: false };
}

async function lookupPart(
  query: Query,
  name: Uint8Array,
  type: number,
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
    .map(({ rdataStart, end }) => sub.out.slice(rdataStart, end));
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
  const addresses = new Map<string, Uint8Array>();
  for (const union of unions) {
    for (const address of union.addresses) {
      if (addresses.size < maxAddresses) addresses.set(Buffer.from(address).toString('latin1'), address);
    }
  }
  const used = unions.filter((union) => union.addresses.length > 0);
  return {
    ttl: used.reduce((least, { ttl }) => Math.min(least, ttl), ownTtl),
    addresses: [...addresses.values()],
    hasFailed: unions.some(({ hasFailed }) => hasFailed),
  };
}

function writeUnion(
  query: Query,
  { ttl, addresses, hasFailed }: Union,
  start: number,
  most: number,
  onEmpty: () => number,
): number {
  query.discardReply();
  if (addresses.length === 0) {
    return hasFailed ? serverFailure(query, 'serviceentry: no endpoint host name could be resolved') : onEmpty();
  }
  let at = beginReply(query, rcode.NOERROR, true);
  const limit = at + roomForRecords(query, at);
  let count = 0;
  for (let i = 0; i < addresses.length && count < most; i++) {
    const address = addresses[(start + i) % addresses.length]!;
    if (at + recordHeadSize + address.length > limit) {
      cutReply(query);
      break;
    }
    at = writeAddress(query, at, 0, ttl, new DataView(address.buffer, address.byteOffset), 0, address.length);
    count++;
  }
  return endReply(query, at, count, 0, 0);
}
