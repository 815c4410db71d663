import { isWildcard } from '../host.ts';
import type { ServiceEntry } from '../object.ts';
import type { RegistryOptions } from '../options.ts';

/**
 * The addresses that clients of this host of the ServiceEntry connect to, in order (SEMANTICS.md section 3):
 * `spec.addresses`, or where there are none and `auto_addresses` says so those that istiod allocated.
 */
export function vipsOf(
  entry: ServiceEntry,
  host: string,
  options: Pick<RegistryOptions, 'autoAddresses'>,
): readonly string[] {
  if (entry.hasAddresses) return entry.vips;
  return options.autoAddresses === 'all' ? autoAddressesOf(entry, host) : [];
}

/** Addresses that istiod allocated to this host, whether they are served or not. */
export function autoAddressesOf(entry: ServiceEntry, host: string): readonly string[] {
  if (entry.hasAddresses || entry.resolution === 'NONE' || !entry.allowsAutoAddresses) return [];
  if (isWildcard(host) && entry.resolution !== 'DYNAMIC_DNS') return [];
  return entry.autoAddresses.get(host) ?? [];
}
