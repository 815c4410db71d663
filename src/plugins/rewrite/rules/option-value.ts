import { parseAddress } from '../../../wire/address.ts';
import { maxUpstreamOptions, optionHeadSize } from '../../../wire/edns.ts';
import { metadataOf } from '../../../wire/metadata.ts';
import { formatName } from '../../../wire/name.ts';
import type { Peer } from '../../../wire/query.ts';
import type { OptionValue } from '../config.ts';
import type { Subject } from './subject.ts';

/** Octets of data that an option takes: what goes upstream in all has room for one. */
export const maxOptionData = maxUpstreamOptions - optionHeadSize;

const variables: Readonly<Record<string, (subject: Subject) => Uint8Array | undefined>> = {
  qname: (subject) =>
    Buffer.from(subject.isRenamed ? subject.name : formatName(subject.query.bytes, subject.query.nameStart)),
  qtype: ({ type }) => uint16(type),
  client_ip: ({ query }) => parseAddress(query.peer.address),
  client_port: ({ query }) => uint16(query.peer.port),
  protocol: ({ query }) => Buffer.from(query.transport === 'udp' ? 'udp' : 'tcp'),
  server_ip: ({ query }) => parseAddress(query.local.address),
  server_port: ({ query }) => uint16(query.local.port),
};

/** What may stand in braces, beside metadata labels. */
export const optionVariables: readonly string[] = Object.keys(variables);

/** What the option is to hold for this query; `undefined` where that is not known, or longer than it may be. */
export function optionData(value: OptionValue, subject: Subject): Uint8Array | undefined {
  if (value.kind === 'octets') return value.octets;
  const data = value.kind === 'subnet' ? subnetOf(subject.query.peer, value) : variableData(value.name, subject);
  return data !== undefined && data.length <= maxOptionData ? data : undefined;
}

function variableData(name: string, subject: Subject): Uint8Array | undefined {
  const variable = Object.hasOwn(variables, name) ? variables[name] : undefined;
  if (variable) return variable(subject);
  const text = metadataOf(subject.query, name) ?? '';
  return text === '' ? undefined : Buffer.from(text);
}

/** Family, source prefix length, scope 0, and the octets that hold the prefix (RFC 7871 section 6). */
function subnetOf(
  { address, family }: Peer,
  { bits4, bits6 }: Extract<OptionValue, { kind: 'subnet' }>,
): Uint8Array | undefined {
  const octets = parseAddress(address);
  if (octets === undefined) return undefined;
  const bits = family === 4 ? bits4 : bits6;
  const kept = octets.slice(0, (bits + 7) >> 3);
  if (bits % 8 !== 0) kept[kept.length - 1]! &= 0xff << (8 - (bits % 8));
  return Uint8Array.of(0, family === 4 ? 1 : 2, bits, 0, ...kept);
}

function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value);
}
