import { headerFlag } from '../../../wire/codes.ts';
import { clientSubnetOf } from '../../../wire/client-subnet.ts';
import type { Query } from '../../../wire/query.ts';

/** One question as upstreams are asked it: queries that are the same in all of this can have the same reply. */
export interface Question {
  /** A small integer, the same for the same question. */
  readonly hash: number;
  /** In lower case, on the wire. */
  readonly name: Uint8Array;
  readonly nameLength: number;
  readonly type: number;
  /** What else an upstream sees of the query, and whether it sees it over a stream. */
  readonly flags: number;
  /** The client's subnet, where upstreams are told. */
  readonly subnet: Uint8Array | undefined;
  /** Other EDNS options that upstreams are told. */
  readonly options: Uint8Array;
}

const flag = { RD: headerFlag.RD, DO: 0x02, EDNS: 0x04, stream: 0x08, CD: headerFlag.CD, AD: headerFlag.AD } as const;

/** The question of a query; its memory is that of the query. Classes other than IN do not come here. */
export function questionOf(query: Query, isStream: boolean, withSubnet = false): Question {
  query.readName();
  const { bytes, start, type } = query;
  const flags =
    (bytes[start + 2]! & flag.RD) |
    (bytes[start + 3]! & (flag.CD | flag.AD)) |
    (query.dnssecOk ? flag.DO : 0) |
    (query.edns ? flag.EDNS : 0) |
    (isStream ? flag.stream : 0);
  const { upstreamOptions: options, hasher } = query;
  const optionsHash = options.length === 0 ? 0 : hasher.hash(options, 0, options.length);
  const hash = (query.nameHash ^ optionsHash ^ Math.imul((type << 8) | flags, 0x9e3779b1)) & 0x3fffffff;
  const subnet = withSubnet || query.tellsSubnet ? clientSubnetOf(query) : undefined;
  return { hash, name: query.lower, nameLength: query.nameLength, type, flags, subnet, options };
}

/** Whether two questions with the same hash are the same. */
export function isSameQuestion(one: Question, other: Question): boolean {
  const { name, nameLength, type, flags } = one;
  if (nameLength !== other.nameLength || type !== other.type || flags !== other.flags) return false;
  for (let i = 0; i < nameLength; i++) if (name[i] !== other.name[i]) return false;
  return areSame(one.subnet, other.subnet) && areSame(one.options, other.options);
}

function areSame(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  if (one === other) return true;
  if (one === undefined || one.length !== other?.length) return false;
  return one.every((octet, i) => octet === other[i]);
}
