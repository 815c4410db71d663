import { hasPrefix, parseCidr, type Network } from '../wire/network.ts';
import { parseAddress, unmapped } from '../wire/address.ts';
import { className, maxMessageSize, minUdpPayload } from '../wire/codes.ts';
import { typeName } from '../wire/record-types.ts';
import { metadataOf } from '../wire/metadata.ts';
import { formatName } from '../wire/name.ts';
import type { Query } from '../wire/query.ts';
import type { Environment, EnvironmentFunction } from './environment.ts';
import { EvaluationError } from './errors.ts';
import { bool, int, string } from './values/type.ts';
import { typeOfValue, type Value } from './values/value.ts';

type QueryFunction = EnvironmentFunction<Query>;

function text(call: (query: Query) => string): QueryFunction {
  return { params: [], result: string, call };
}

function number(call: (query: Query) => number): QueryFunction {
  return { params: [], result: int, call: (query) => BigInt(call(query)) };
}

/** What expressions can ask of a query: CoreDNS's functions (plugin/pkg/expression), with its results. */
export const queryEnvironment: Environment<Query> = {
  functions: {
    bufsize: number(bufsizeOf),
    class: text((query) => className(query.class)),
    client_ip: text(({ peer }) => peer.address),
    do: { params: [], result: bool, call: ({ dnssecOk }) => dnssecOk },
    id: number(({ id }) => id),
    incidr: {
      params: ['string', 'string'],
      result: bool,
      call: (_, address = null, network = null) => isIn(address, networkOf(network)),
      prepare([, network]) {
        if (typeof network !== 'string') return undefined;
        const parsed = parseCidr(network);
        // It is an error of every evaluation, as in CoreDNS.
        return parsed && ((_, address = null) => isIn(address, parsed));
      },
    },
    metadata: {
      params: ['string'],
      result: string,
      call: (query, label = null) => metadataOf(query, textOf(label)) ?? '',
    },
    name: text((query) => {
      query.readName();
      return formatName(query.lower.subarray(0, query.nameLength));
    }),
    opcode: number(({ opcode }) => opcode),
    port: text(({ peer }) => String(peer.port)),
    proto: text(({ transport }) => (transport === 'udp' ? 'udp' : 'tcp')),
    server_ip: text(({ local }) => local.address),
    server_port: text(({ local }) => String(local.port)),
    size: number(({ start, end }) => end - start),
    type: text((query) => typeName(query.type)),
  },
  // It is the type of the query.
  withoutBuiltins: ['type'],
};

/** As CoreDNS counts: at least 512 over UDP, and all that a message can have over TCP. */
function bufsizeOf({ transport, clientPayload }: Query): number {
  return transport === 'udp' ? Math.max(clientPayload, minUdpPayload) : maxMessageSize;
}

function isIn(address: Value, network: Network): boolean {
  const octets = parseAddress(textOf(address));
  if (octets === undefined) throw new EvaluationError('the first argument of incidr is no IP address');
  const plain = unmapped(octets);
  return plain.length === network.octets.length && hasPrefix(plain, 0, network);
}

function networkOf(value: Value): Network {
  const network = parseCidr(textOf(value));
  if (network === undefined) throw new EvaluationError('the second argument of incidr is no network');
  return network;
}

function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  throw new EvaluationError(`${typeOfValue(value)} is no string`);
}
