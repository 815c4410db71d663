import { reverseName } from '../../../wire/reverse-name.ts';
import { formatAddress } from '../../../wire/address.ts';
import type { HostAddress } from './entries.ts';

/** The reverse name of an address, without trailing dot. */
export function reverseNameOf(address: HostAddress): string {
  if (typeof address === 'string') return reverseName(formatAddress(Buffer.from(address, 'latin1')));
  return `${address & 255}.${(address >>> 8) & 255}.${(address >>> 16) & 255}.${address >>> 24}.in-addr.arpa`;
}
