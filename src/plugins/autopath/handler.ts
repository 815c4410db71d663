import { maxNameLength, rcode, rrType } from '../../wire/codes.ts';
import { encodeName } from '../../wire/name.ts';
import type { Query } from '../../wire/query.ts';
import { replyCode, serverFailure } from '../../wire/reply.ts';
import { readReplyRecords, type ReplyRecords, type ResourceRecord } from '../../wire/reply-records.ts';
import { type ReplyHead, readReplyHead, writeReply } from '../../wire/write-records.ts';
import { type ZoneMap, zoneList } from '../../wire/zone-map.ts';
import { DerivedQueries } from '../derived-queries.ts';
import type { Outcome, QueryHalf } from '../plugin.ts';
import type { AutopathConfig } from './autopath.ts';

/** What a worker counts: queries that were answered with a name that exists. */
export const autopathSeries = { success: 0, length: 1 } as const;

const rootName = Uint8Array.of(0);

/** A search path, ready to be gone through. */
interface Path {
  /** The first domain: only names below it are looked for. */
  readonly first: ZoneMap<true>;
  /** The domains behind the first in wire form; the root is the last. */
  readonly others: readonly Uint8Array[];
}

/** What the next plugin had to say of a name. */
interface Reply {
  readonly head: ReplyHead;
  readonly records: ReplyRecords;
  readonly error: string | undefined;
  readonly upperRcode: number;
  readonly isUnserved: boolean;
}

export const autopathHandler: QueryHalf<AutopathConfig> = {
  counterCount: () => autopathSeries.length,
  create(config, environment, next) {
    const { counters = new Float64Array(autopathSeries.length) } = environment;
    const zones = zoneList(config.zones);
    let path = pathOf(config.search);
    environment.onPublished((search) => (path = pathOf(search as readonly string[])));
    const queries = new DerivedQueries(next);
    return (query) => {
      if (path === undefined) return next(query);
      query.readName();
      const firstAt = path.first.offsetIn(query);
      // The domain itself has no name in front of it.
      if (firstAt <= 0 || !zones.contains(query)) return next(query);
      return new Walk(query, queries, counters, candidates(query, firstAt, path.others)).try(0);
    };
  },
};

function pathOf([first, ...others]: readonly string[]): Path | undefined {
  if (first === undefined) return undefined;
  return { first: zoneList([first]), others: [...others.map((domain) => encodeName(domain)!), rootName] };
}

/** The name as it was asked, and what stands before its domain with each other domain behind it, as far as that is a name. */
function candidates(query: Query, firstAt: number, others: readonly Uint8Array[]): readonly Uint8Array[] {
  const { bytes, nameStart, nameLength } = query;
  const base = bytes.subarray(nameStart, nameStart + firstAt);
  const fitting = others.filter(({ length }) => base.length + length <= maxNameLength);
  return [
    bytes.slice(nameStart, nameStart + nameLength),
    ...fitting.map((domain) => Uint8Array.from([...base, ...domain])),
  ];
}

/** Asks for one name after the other, until one exists. */
class Walk {
  readonly #query: Query;
  readonly #queries: DerivedQueries;
  readonly #counters: Float64Array;
  readonly #names: readonly Uint8Array[];
  /** What there is to say where none exists: that of the name which was asked for; `undefined` where it got no reply. */
  #first: Reply | undefined;

  constructor(query: Query, queries: DerivedQueries, counters: Float64Array, names: readonly Uint8Array[]) {
    this.#query = query;
    this.#queries = queries;
    this.#counters = counters;
    this.#names = names;
  }

  try(index: number): Outcome {
    const name = this.#names[index];
    if (name === undefined) return this.#first === undefined ? 0 : this.#write(this.#first);
    const { type, class: qclass } = this.#query;
    return this.#queries.ask(this.#query, { name, type, class: qclass }, (derived, length) => {
      if (length === 0) return this.try(index + 1);
      const { out, outStart, error, upperRcode, isUnserved } = derived;
      const records = readReplyRecords(out, outStart, outStart + length);
      if (records === undefined) return serverFailure(this.#query, 'autopath: a reply cannot be read');
      const reply: Reply = { head: readReplyHead(derived), records, error, upperRcode, isUnserved };
      if (index === 0) this.#first = reply;
      if (isUnserved || replyCode(derived) === rcode.NXDOMAIN) return this.try(index + 1);
      if (reply.head.code === rcode.NOERROR) this.#counters[autopathSeries.success]!++;
      return this.#write(index === 0 ? reply : { ...reply, records: aliased(this.#names[0]!, name, records) });
    });
  }

  #write({ head, records, error, upperRcode, isUnserved }: Reply): number {
    const query = this.#query;
    query.error = error;
    query.upperRcode = upperRcode;
    query.isUnserved = isUnserved;
    return writeReply(query, head, records);
  }
}

/** The answers, behind an alias that leads from the name that was asked for to the one that exists. */
function aliased(from: Uint8Array, to: Uint8Array, records: ReplyRecords): ReplyRecords {
  const [first] = records.answers;
  if (first === undefined) return records;
  const alias: ResourceRecord = { owner: from, type: rrType.CNAME, class: first.class, ttl: first.ttl, rdata: to };
  return { ...records, answers: [alias, ...records.answers] };
}
