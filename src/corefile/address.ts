import { formatAddress, parseAddress } from '../wire/address.ts';

export interface IpAddress {
  readonly family: 4 | 6;
  readonly octets: Uint8Array;
}

/** As `parseAddress`, with the family. */
export function parseIpAddress(text: string): IpAddress | undefined {
  const octets = parseAddress(text);
  return octets && { family: octets.length === 4 ? 4 : 6, octets };
}

export function formatIpAddress({ octets }: IpAddress): string {
  return formatAddress(octets);
}
