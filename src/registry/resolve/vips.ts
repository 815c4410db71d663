import { isWildcard } from '../model/host.ts';
import type { ServiceEntry } from '../model/object.ts';

/** What decides over automatic addresses: the client, and where they come from when istiod has allocated none. */
export interface AutoAddresses {
  /** Whether this client gets them: the option `auto_addresses`, and whether the mesh captures its traffic. */
  readonly areServed: boolean;
  /** Addresses of the local allocator (option `autoallocate`). */
  readonly allocated: (entry: ServiceEntry, host: string) => readonly string[];
}

/**
 * The addresses that clients of this host of the ServiceEntry connect to, in order (docs/semantics.md section 3):
 * `spec.addresses`, or where there are none and the client may have them those that istiod or we allocated.
 */
export function vipsOf(entry: ServiceEntry, host: string, auto: AutoAddresses): readonly string[] {
  if (entry.hasAddresses) return entry.vips;
  return auto.areServed ? autoAddressesOf(entry, host, auto) : [];
}

/** Automatic addresses of this host, whether they are served or not. */
export function autoAddressesOf(
  entry: ServiceEntry,
  host: string,
  auto: Pick<AutoAddresses, 'allocated'>,
): readonly string[] {
  if (!mayHaveAutoAddresses(entry, host)) return [];
  const ofIstiod = entry.autoAddresses.get(host) ?? [];
  return ofIstiod.length > 0 ? ofIstiod : auto.allocated(entry, host);
}

/** The conditions of Istio's allocator: no addresses, not NONE, not opted out, no wildcard but under DYNAMIC_DNS. */
export function mayHaveAutoAddresses(entry: ServiceEntry, host: string): boolean {
  if (entry.hasAddresses || entry.resolution === 'NONE' || !entry.allowsAutoAddresses) return false;
  return !isWildcard(host) || entry.resolution === 'DYNAMIC_DNS';
}
