import { GoFunction, GoMap, GoObject, type Value } from '../../../go-template/values.ts';
import { className, headerFlag, rrClass, rrType } from '../../../wire/codes.ts';
import { metadataOf } from '../../../wire/metadata.ts';
import { formatName } from '../../../wire/name.ts';
import type { Query } from '../../../wire/query.ts';
import { typeName } from '../../../wire/record-types.ts';
import type { RegExpMatch } from '../../../runtime/linear-regexp.ts';
import type { Match } from './match.ts';
import { templateVariables } from './expressions.ts';

/** What a rule has found. */
export interface Found {
  readonly zone: string;
  readonly match: Match;
  /** The rule's. */
  readonly class: number;
  /** The rule's. */
  readonly type: number;
}

type Members = Readonly<Record<string, () => Value | GoFunction>>;

/** What templates see as the dot, with CoreDNS's names: the zone, the query, and what was matched. */
export function queryData(query: Query, name: string, found: Found): GoObject {
  const { zone, match } = found;
  return objectOf('*template.templateData', {
    Zone: () => zone,
    Name: () => name,
    Regex: () => match.pattern,
    Match: () => match.groups,
    Group: () => groups(match),
    Class: () => className(query.class === rrClass.ANY ? found.class : query.class),
    Type: () => typeName(query.type === rrType.ANY ? found.type : query.type),
    Message: () => message(query),
    Question: () => question(query),
    Remote: () => query.peer.address,
    Var: () => templateVariables(match.variables),
    Meta: () => method(['string'], ([label]) => metadataOf(query, label as string) ?? ''),
  });
}

/** By number and, where they have one, by name. */
function groups({ groups, named }: RegExpMatch): GoMap {
  const numbered = groups.map((text, index): [string, string] => [String(index), text]);
  return new GoMap(new Map([...numbered, ...Object.entries(named)]), '');
}

/** The fields of miekg/dns's Msg that a query has; of its records there is but the OPT record, and that by IsEdns0 alone. */
function message(query: Query): GoObject {
  const flag = (octet: 2 | 3, bit: number): Value => (query.bytes[query.start + octet]! & bit) !== 0;
  return objectOf('*dns.Msg', {
    Id: () => BigInt(query.id),
    Response: () => false,
    Opcode: () => BigInt(query.opcode),
    Authoritative: () => flag(2, headerFlag.AA),
    Truncated: () => flag(2, headerFlag.TC),
    RecursionDesired: () => flag(2, headerFlag.RD),
    RecursionAvailable: () => flag(3, headerFlag.RA),
    Zero: () => flag(3, headerFlag.Z),
    AuthenticatedData: () => flag(3, headerFlag.AD),
    CheckingDisabled: () => flag(3, headerFlag.CD),
    Rcode: () => 0n,
    Question: () => [question(query)],
    Answer: () => [],
    Ns: () => [],
    Extra: () => [],
    IsEdns0: () => method([], () => (query.edns ? edns(query) : null)),
  });
}

function question(query: Query): GoObject {
  // In the case in which it was asked.
  const name = (): string => formatName(query.bytes.subarray(query.nameStart, query.nameStart + query.nameLength));
  return objectOf('*dns.Question', {
    Name: name,
    Qtype: () => BigInt(query.type),
    Qclass: () => BigInt(query.class),
    String: () => method([], () => `;${name()}\t${className(query.class)}\t ${typeName(query.type)}`),
  });
}

function edns(query: Query): GoObject {
  return objectOf('*dns.OPT', {
    Do: () => method([], () => query.dnssecOk),
    UDPSize: () => method([], () => BigInt(query.clientPayload)),
    Version: () => method([], () => 0n),
  });
}

function method(parameters: GoFunction['parameters'], call: GoFunction['call']): GoFunction {
  return new GoFunction(parameters, call);
}

function objectOf(type: string, members: Members): GoObject {
  return new GoObject(type, {
    member: (name) => (Object.hasOwn(members, name) ? members[name]!() : undefined),
    text: () => type,
  });
}
