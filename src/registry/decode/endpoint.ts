import { type Fields, quoted } from '../../runtime/untyped.ts';
import { canonicalAddress } from '../../wire/address.ts';
import { normalizeHost } from '../model/host.ts';
import type { Endpoint, EndpointAddress, Labels } from '../model/object.ts';
import { asInteger, stringField } from './fields.ts';
import { labelledLocality } from './locality-label.ts';
import { readPortNumbers } from './ports.ts';
import type { Report } from './report.ts';

const maxWeight = 0xffff_ffff;
const maxAddressLength = 256;

/** Endpoints of which only that they exist is known. They never change, so all objects share them. */
const unixSocket: EndpointAddress = Object.freeze({ kind: 'none', reason: 'a unix socket' });
const onlyNetwork: EndpointAddress = Object.freeze({ kind: 'none', reason: 'a network without an address' });

/**
 * An inline endpoint, or the spec of a WorkloadEntry, at `path`. `undefined`, and a rejection, where its address is not
 * usable; a bad port, weight or locality is left out alone. A locality in its `labels` counts where it has no other (as in Istio).
 */
export function readEndpoint(fields: Fields, path: string, labels: Labels, report: Report): Endpoint | undefined {
  const address = readAddress(fields, path, report);
  if (address === undefined) return undefined;
  const locality = stringField(fields, 'locality', path, report) ?? '';
  return {
    address,
    ports: readPortNumbers(fields, path, report),
    locality: locality === '' ? labelledLocality(labels) : locality,
    weight: readWeight(fields.weight, path, report),
  };
}

function readAddress(fields: Fields, path: string, report: Report): EndpointAddress | undefined {
  const found = fields.address ?? '';
  const reject = (problem: string): EndpointAddress | undefined => {
    report.add('endpoint', `${path}.address`, problem, found);
    return undefined;
  };
  if (typeof found !== 'string') return reject(`found ${quoted(found)}, expected an IP address or a host name`);
  if (found === '') {
    const network = fields.network;
    return typeof network === 'string' && network !== ''
      ? onlyNetwork
      : reject('found nothing, expected an IP address, a host name or a unix socket');
  }
  if (found.startsWith('unix://')) return unixSocket;
  if (found.length > maxAddressLength) return reject(`is longer than ${maxAddressLength} characters`);
  const ip = canonicalAddress(found);
  if (ip !== undefined) return { kind: 'ip', ip };
  const result = normalizeHost(found);
  if ('problem' in result)
    return reject(`found ${quoted(found)}, which is no IP address, and as a host it ${result.problem}`);
  if (result.host.includes('*')) return reject(`found ${quoted(found)}, expected an address or host name without *`);
  return { kind: 'host', host: result.host };
}

/** Protocol buffers do not distinguish 0 from absent, so 0 is none. */
function readWeight(value: unknown, path: string, report: Report): number | undefined {
  if (value === undefined || value === null) return undefined;
  const weight = asInteger(value);
  if (weight !== undefined && weight >= 0 && weight <= maxWeight) return weight === 0 ? undefined : weight;
  report.add('field', `${path}.weight`, `found ${quoted(value)}, expected a number from 0 to ${maxWeight}`);
  return undefined;
}
