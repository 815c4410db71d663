import { asFields, type Fields, quoted } from '../../runtime/untyped.ts';
import { canonicalAddress, formatAddress } from '../../wire/address.ts';
import { parseCidr } from '../../wire/network.ts';
import { normalizeHost } from '../model/host.ts';
import { listField, mapField, noValues } from './fields.ts';
import type { Report } from './report.ts';

const maxAddresses = 256;
/** As many as a sentence takes. */
const maxNetworks = 8;
/** An address of each family for each of at most 256 hosts. */
const maxStatusAddresses = 512;
const noAutoAddresses: ReadonlyMap<string, readonly string[]> = new Map();

export interface SpecAddresses {
  readonly vips: readonly string[];
  readonly hasAddresses: boolean;
  readonly networks?: readonly string[];
}

const withoutAddresses: SpecAddresses = Object.freeze({ vips: noValues, hasAddresses: false });

/**
 * `spec.addresses`: a CIDR of one address counts as this address, other CIDRs are legal but give DNS nothing. Whatever
 * was written, even where it is of no use, says that no automatic address is wanted.
 */
export function readSpecAddresses(spec: Fields, report: Report): SpecAddresses {
  const list = listField(spec, 'addresses', 'spec', report, maxAddresses, 'address');
  if (list.length === 0) {
    const written = spec.addresses;
    const isEmpty = written === undefined || written === null || Array.isArray(written);
    return isEmpty ? withoutAddresses : { vips: noValues, hasAddresses: true };
  }
  const vips: string[] = [];
  const networks: string[] = [];
  for (let i = 0; i < list.length; i++) {
    const text = list[i];
    const vip = typeof text === 'string' ? vipOf(text) : undefined;
    if (vip === undefined) {
      const message = `found ${quoted(text)}, expected an IP address or a CIDR`;
      report.add('address', `spec.addresses[${i}]`, message, text);
    } else if (vip === '') {
      if (networks.length < maxNetworks) networks.push(text as string);
    } else if (!vips.includes(vip)) {
      vips.push(vip);
    }
  }
  if (vips.length > 0) return { vips, hasAddresses: true };
  return { vips: noValues, hasAddresses: true, ...(networks.length === 0 ? {} : { networks }) };
}

/** '' for a CIDR of several addresses, `undefined` for what is neither an address nor a CIDR. */
function vipOf(text: string): string | undefined {
  if (!text.includes('/')) return canonicalAddress(text);
  const cidr = parseCidr(text);
  if (cidr === undefined) return undefined;
  return cidr.prefixLength === 8 * cidr.octets.length ? canonicalAddress(formatAddress(cidr.octets)) : '';
}

/**
 * `status.addresses`, which the allocator of istiod writes: host → addresses, in order. An entry without a host belongs
 * to none and is passed over. The CRD's schema does not know the field, so nothing about it is certain.
 */
export function readAutoAddresses(object: Fields, report: Report): ReadonlyMap<string, readonly string[]> {
  if (object.status === undefined) return noAutoAddresses;
  const status = mapField(object, 'status', '', report);
  const list = listField(status, 'addresses', 'status', report, maxStatusAddresses, 'address');
  if (list.length === 0) return noAutoAddresses;
  const byHost = new Map<string, string[]>();
  for (let i = 0; i < list.length; i++) {
    const entry = asFields(list[i]);
    if (entry === undefined) {
      report.add('address', `status.addresses[${i}]`, `found ${quoted(list[i])}, expected a map with value and host`);
      continue;
    }
    const host = entry.host;
    if (host === undefined || host === null || host === '') continue;
    addAutoAddress(byHost, host, entry.value, `status.addresses[${i}]`, report);
  }
  return byHost;
}

function addAutoAddress(
  byHost: Map<string, string[]>,
  host: unknown,
  value: unknown,
  path: string,
  report: Report,
): void {
  const result = typeof host === 'string' ? normalizeHost(host) : { problem: 'is no string' };
  if ('problem' in result) {
    report.add('host', `${path}.host`, `found ${quoted(host)}; the host ${result.problem}`);
    return;
  }
  const address = typeof value === 'string' ? canonicalAddress(value) : undefined;
  if (address === undefined) {
    report.add('address', `${path}.value`, `found ${quoted(value)}, expected an IP address`);
    return;
  }
  const addresses = byHost.get(result.host);
  if (addresses === undefined) byHost.set(result.host, [address]);
  else if (!addresses.includes(address)) addresses.push(address);
}
