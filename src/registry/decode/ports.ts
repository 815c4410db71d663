import { asFields, type Fields, quoted } from '../../runtime/untyped.ts';
import { isLabel } from '../model/host.ts';
import type { ServicePort } from '../model/object.ts';
import { asInteger, asPort, listField, mapField, noValues } from './fields.ts';
import type { Report } from './report.ts';

export type PortNumbers = ReadonlyMap<string, number>;

export const noPorts: PortNumbers = new Map();
export const maxPorts = 256;

const knownProtocols: ReadonlySet<string> = new Set([
  '',
  'tcp',
  'udp',
  'http',
  'http2',
  'https',
  'http_proxy',
  'grpc',
  'grpc-web',
  'tls',
  'mongo',
  'redis',
  'mysql',
]);

/** `spec.ports` of a ServiceEntry. Of two ports with one name the first counts. */
export function readServicePorts(spec: Fields, report: Report): readonly ServicePort[] {
  const list = listField(spec, 'ports', 'spec', report, maxPorts, 'port');
  if (list.length === 0) return noValues;
  const ports: ServicePort[] = [];
  const names = new Set<string>();
  for (let i = 0; i < list.length; i++) {
    const port = readServicePort(list[i], i, names, report);
    if (port === undefined) continue;
    names.add(port.name);
    ports.push(port);
  }
  return ports;
}

function readServicePort(
  item: unknown,
  index: number,
  names: ReadonlySet<string>,
  report: Report,
): ServicePort | undefined {
  const fields = asFields(item);
  const reject = (field: string, found: unknown, expected: string): ServicePort | undefined => {
    report.add('port', `spec.ports[${index}]${field}`, `found ${quoted(found)}, expected ${expected}`);
    return undefined;
  };
  if (fields === undefined) return reject('', item, 'a map with number and name');
  const number = asPort(fields.number);
  if (number === undefined) return reject('.number', fields.number, 'a number from 1 to 65535');
  const name = portName(fields.name);
  if (name === undefined) return reject('.name', fields.name, 'a name of letters, digits and -');
  if (names.has(name)) return reject('.name', name, 'a name that no other port has');
  const targetPort = readTargetPort(fields.targetPort, index, report);
  return { name, number, isUdp: readProtocol(fields.protocol, index, report) === 'udp', targetPort };
}

/** Protocol buffers do not distinguish 0 from absent. One that is bad is left out, and the port stays. */
function readTargetPort(value: unknown, index: number, report: Report): number | undefined {
  const target = value ?? 0;
  if (asInteger(target) === 0) return undefined;
  const port = asPort(target);
  if (port === undefined) {
    const message = `found ${quoted(target)}, expected a number from 1 to 65535; the port's own number is used`;
    report.add('port', `spec.ports[${index}].targetPort`, message);
  }
  return port;
}

/** In lower case, '' where none is set; one that is not known is reported and counts as TCP. */
function readProtocol(value: unknown, index: number, report: Report): string {
  if (value === undefined || value === null) return '';
  const protocol = typeof value === 'string' ? value.toLowerCase() : undefined;
  if (protocol !== undefined && knownProtocols.has(protocol)) return protocol;
  const message = `found ${quoted(value)}, expected a protocol like TCP, UDP, HTTP or TLS; TCP is used`;
  report.add('field', `spec.ports[${index}].protocol`, message);
  return '';
}

/** The map `ports` of an endpoint, port name → number. */
export function readPortNumbers(endpoint: Fields, path: string, report: Report): PortNumbers {
  const map = mapField(endpoint, 'ports', path, report);
  const keys = Object.keys(map);
  if (keys.length === 0) return noPorts;
  const numbers = new Map<string, number>();
  for (const key of keys) {
    if (numbers.size === maxPorts) {
      report.add('port', `${path}.ports`, `found ${keys.length} ports, expected at most ${maxPorts}`);
      break;
    }
    const name = portName(key);
    const number = asPort(map[key]);
    if (name !== undefined && number !== undefined) {
      if (!numbers.has(name)) numbers.set(name, number);
      continue;
    }
    const expected = name === undefined ? 'a port name of letters, digits and -' : 'a number from 1 to 65535';
    const found = quoted(name === undefined ? key : map[key]);
    report.add('port', `${path}.ports[${quoted(key)}]`, `found ${found}, expected ${expected}`);
  }
  return numbers;
}

/** A DNS-1123 label in lower case, `undefined` for anything else. */
export function portName(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (isLabel(value)) return value;
  const name = value.length <= 63 ? value.toLowerCase() : '';
  return isLabel(name) ? name : undefined;
}
