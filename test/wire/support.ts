import fc from 'fast-check';
import { Query, type Transport, type Verdict } from '../../src/wire/query.ts';

/** Sections of a message, each a list of encoded records; the counts are those of the lists unless said otherwise. */
export interface MessageParts {
  id?: number;
  /** Octets 2 and 3 of the header. */
  flags?: readonly [number, number];
  questions?: readonly Uint8Array[];
  answers?: readonly Uint8Array[];
  authorities?: readonly Uint8Array[];
  additionals?: readonly Uint8Array[];
  counts?: readonly [number, number, number, number];
  trailing?: Uint8Array;
}

export function bytesOf(...parts: (Uint8Array | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** A whole message, put together without any check. */
export function message(parts: MessageParts): Uint8Array {
  const { id = 0x1234, flags = [0x01, 0], questions = [], answers = [], authorities = [], additionals = [] } = parts;
  const counts = parts.counts ?? [questions.length, answers.length, authorities.length, additionals.length];
  return bytesOf(
    [id >>> 8, id & 0xff, ...flags, ...counts.flatMap((count) => [count >>> 8, count & 0xff])],
    ...questions,
    ...answers,
    ...authorities,
    ...additionals,
    parts.trailing ?? [],
  );
}

/** An uncompressed name of these labels, however long they are. */
export function nameOf(...labels: (string | Uint8Array)[]): Uint8Array {
  const octets = labels.map((label) => (typeof label === 'string' ? Buffer.from(label, 'latin1') : label));
  return bytesOf(...octets.map((label) => bytesOf([label.length], label)), [0]);
}

export function question(name: Uint8Array, type = 1, queryClass = 1): Uint8Array {
  return bytesOf(name, [type >>> 8, type & 0xff, queryClass >>> 8, queryClass & 0xff]);
}

export interface RecordParts {
  name?: Uint8Array;
  type?: number;
  class?: number;
  ttl?: number;
  rdata?: Uint8Array | readonly number[];
  /** What the record says its RDATA has; what it has unless said otherwise. */
  rdataLength?: number;
}

export function record(parts: RecordParts = {}): Uint8Array {
  const { name = nameOf(), type = 1, class: recordClass = 1, ttl = 60, rdata = [192, 0, 2, 1] } = parts;
  const length = parts.rdataLength ?? rdata.length;
  return bytesOf(
    name,
    [type >>> 8, type & 0xff, recordClass >>> 8, recordClass & 0xff],
    [ttl >>> 24, (ttl >>> 16) & 0xff, (ttl >>> 8) & 0xff, ttl & 0xff, length >>> 8, length & 0xff],
    rdata,
  );
}

export interface OptParts {
  name?: Uint8Array;
  payload?: number;
  version?: number;
  dnssecOk?: boolean;
  rdata?: Uint8Array | readonly number[];
  rdataLength?: number;
}

export function opt(parts: OptParts = {}): Uint8Array {
  const { payload = 1232, version = 0, dnssecOk = false, ...others } = parts;
  const ttl = (version << 16) | (dnssecOk ? 0x8000 : 0);
  return record({ type: 41, class: payload, ttl, rdata: [], ...others });
}

export interface ReadOptions {
  transport?: Transport;
  seed?: number;
  /** Octets of other messages before and behind this one in the receive buffer. */
  offset?: number;
}

/** Puts a message into a receive buffer, somewhere between other octets, and reads it. */
export function read(octets: Uint8Array, options: ReadOptions = {}): { query: Query; verdict: Verdict } {
  const query = new Query(options.seed ?? 1);
  return { query, verdict: readInto(query, octets, options) };
}

export function readInto(
  query: Query,
  octets: Uint8Array,
  { transport = 'udp', offset = 0 }: ReadOptions = {},
): Verdict {
  const buffer = new Uint8Array(octets.length + 2 * offset).fill(0xc0);
  buffer.set(octets, offset);
  query.bytes = buffer;
  query.start = offset;
  query.end = offset + octets.length;
  query.out = new Uint8Array(65_535);
  query.outStart = 0;
  query.transport = transport;
  return query.read();
}

/** Labels as hosts have them, in both cases. */
export const hostLabel = fc.string({
  unit: fc.constantFrom(...Array.from('abcxyzABCXYZ0189-_')),
  minLength: 1,
  maxLength: 20,
});

export const hostName = fc.array(hostLabel, { minLength: 1, maxLength: 8 }).map((labels) => labels.join('.'));

/** Uncompressed names of any octets, up to the longest. */
export const wireName = fc.array(fc.uint8Array({ minLength: 1, maxLength: 63 }), { maxLength: 12 }).map((labels) => {
  let size = 1;
  return nameOf(...labels.filter((label) => (size += label.length + 1) <= 255));
});

/** Changes of single octets, to make a sound message unsound. */
export const mutations = fc.array(fc.tuple(fc.nat(65_535), fc.oneof(fc.nat(255), fc.constantFrom(0, 0xc0, 0xff))), {
  minLength: 1,
  maxLength: 6,
});

export function mutate(octets: Uint8Array, changes: readonly (readonly [at: number, octet: number])[]): Uint8Array {
  const changed = Uint8Array.from(octets);
  for (const [at, octet] of changes) if (changed.length > 0) changed[at % changed.length] = octet;
  return changed;
}
