import type { Cidr } from '../../../corefile/arguments.ts';
import { addressBytes, canonicalAddress } from '../../../wire/address.ts';

/** Octets of an address in the form of 16, IPv4 mapped (RFC 4291 section 2.5.5.2). */
export const addressSize = 16;
const mappedPrefix = 96;

/**
 * Writes an address as 16 octets at `at`. False where the text is none. Dotted quads, which most are, cost no
 * allocation.
 */
export function writeAddressText(text: string, out: Uint8Array, at: number): boolean {
  out.fill(0, at, at + addressSize);
  let octet = 0;
  let digits = 0;
  let index = 12;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x2e && digits > 0 && octet < 256 && index < 15) {
      out[at + index++] = octet;
      octet = 0;
      digits = 0;
    } else if (code >= 0x30 && code <= 0x39 && digits < 3 && (octet > 0 || digits === 0)) {
      octet = octet * 10 + code - 0x30;
      digits++;
    } else return writeOther(text, out, at);
  }
  if (index !== 15 || digits === 0 || octet > 255) return writeOther(text, out, at);
  out[at + 15] = octet;
  out[at + 10] = out[at + 11] = 0xff;
  return true;
}

function writeOther(text: string, out: Uint8Array, at: number): boolean {
  const scope = text.indexOf('%');
  const canonical = canonicalAddress(scope < 0 ? text : text.slice(0, scope));
  if (canonical === undefined) return false;
  writeAddressOctets(addressBytes(canonical), out, at);
  return true;
}

/** Writes 4 or 16 octets as 16. */
export function writeAddressOctets(octets: Uint8Array, out: Uint8Array, at: number): void {
  out.fill(0, at, at + addressSize);
  if (octets.length === 4) out[at + 10] = out[at + 11] = 0xff;
  out.set(octets, at + addressSize - octets.length);
}

/** A network that addresses of 16 octets are compared with. `::/0` holds no IPv4 address, though these are written so. */
export class Network {
  readonly #octets = new Uint8Array(addressSize);
  readonly #bits: number;
  readonly #excludesMapped: boolean;

  constructor({ address, prefixLength, family }: Cidr) {
    writeAddressText(address, this.#octets, 0);
    this.#bits = family === 4 ? prefixLength + mappedPrefix : prefixLength;
    this.#excludesMapped = this.#bits < mappedPrefix;
  }

  contains(octets: Uint8Array, at: number): boolean {
    if (this.#excludesMapped && isMapped(octets, at)) return false;
    const whole = this.#bits >> 3;
    for (let i = 0; i < whole; i++) if (octets[at + i] !== this.#octets[i]) return false;
    const rest = this.#bits & 7;
    return rest === 0 || (octets[at + whole]! ^ this.#octets[whole]!) >> (8 - rest) === 0;
  }
}

function isMapped(octets: Uint8Array, at: number): boolean {
  for (let i = 0; i < 10; i++) if (octets[at + i] !== 0) return false;
  return octets[at + 10] === 0xff && octets[at + 11] === 0xff;
}
