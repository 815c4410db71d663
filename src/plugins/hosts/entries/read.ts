import type { Work } from '../../../runtime/sliced-work.ts';
import { parseAddress, unmapped } from '../../../wire/address.ts';
import { encodeName, formatName, writeName } from '../../../wire/name.ts';
import { maxNameLength } from '../../../wire/codes.ts';
import { type HostAddress, type HostEntries, maxNames } from './entries.ts';
import type { EntryFaults } from './faults.ts';

/** No name and no address is longer, escapes and zone id included; as in CoreDNS. */
const maxWordSize = 1024;
/** Between two words others may have their turn. */
const wordsAtATime = 512;
const space = 0x20;
const tab = 0x09;
const newLine = 0x0a;
const carriageReturn = 0x0d;
const hash = 0x23;

/**
 * Reads lines of hosts(5), `ADDRESS NAME...`, of any length. `isServed` says whether a name (lower-case, without trailing dot) is in the
 * zones; all others are passed over. What cannot be read is left out and told.
 */
export function* readEntries(
  bytes: Buffer,
  isServed: (name: string) => boolean,
  entries: HostEntries,
  faults: EntryFaults,
): Work<void> {
  const end = bytes.length;
  let at = 0;
  let line = 1;
  /** Of the line; `null` where it has none that can be read. */
  let address: HostAddress | null | undefined;
  let words = 0;
  while (at < end) {
    const octet = bytes[at]!;
    if (octet === newLine) {
      line++;
      address = undefined;
      at++;
    } else if (octet === hash) {
      const next = bytes.indexOf(newLine, at);
      at = next < 0 ? end : next;
    } else if (isBlank(octet)) {
      at++;
    } else {
      const start = at;
      while (at < end && !isEnd(bytes[at]!)) at++;
      if (++words % wordsAtATime === 0) yield;
      if (address === null) continue;
      const word = bytes.toString('latin1', start, Math.min(at, start + maxWordSize + 1));
      if (address === undefined) {
        address = readAddress(word) ?? null;
        if (address === null) faults.add(line, word, 'is no address');
        continue;
      }
      const name = hostNameOf(word);
      if (typeof name !== 'string') faults.add(line, word, name.reason);
      else if (isServed(name) && !entries.add(name, address)) {
        faults.add(line, word, `is one name too many: there are ${maxNames}`);
      }
    }
  }
}

function readAddress(word: string): HostAddress | undefined {
  // A zone id means nothing to other machines.
  const zone = word.indexOf('%');
  const octets = parseAddress(zone < 0 ? word : word.slice(0, zone));
  if (!octets) return undefined;
  const address = unmapped(octets);
  if (address.length === 16) return Buffer.from(address).toString('latin1');
  return ((address[0]! << 24) | (address[1]! << 16) | (address[2]! << 8) | address[3]!) >>> 0;
}

/** Whether a word can begin a line of hosts(5). */
export function isAddressWord(word: string): boolean {
  return readAddress(word) !== undefined;
}

const scratch = new Uint8Array(maxWordSize);
const plain = /^[a-z0-9_.*-]+$/;

/** The name in lower case without trailing dot, or why it is none, to be put behind it. `word` is in Latin-1. */
export function hostNameOf(word: string): string | { readonly reason: string } {
  if (word.length > maxWordSize) return { reason: 'is too long for a name' };
  const lower = word.toLowerCase();
  if (!plain.test(lower)) return unusualName(word);
  if (writeName(lower, scratch, 0) < 0) return { reason: whyNoName };
  if (lower === '*' || lower === '*.' || lower === '.') return { reason: 'is no name of a host' };
  return lower.endsWith('.') ? lower.slice(0, -1) : lower;
}

const whyNoName = `is no name: labels have 1 to 63 octets, and a name ${maxNameLength}`;

/** With escapes, or other octets than those of host names. */
function unusualName(word: string): string | { readonly reason: string } {
  if (/[\u0080-\u00ff]/.test(word)) return { reason: "has letters outside ASCII: write its A-label ('xn--…')" };

  if (/[\u0000-\u001f\u007f]/.test(word)) return { reason: 'has a control character in it' };
  const octets = encodeName(word);
  return octets ? formatName(octets).slice(0, -1) : { reason: whyNoName };
}

/** White space but the end of a line. */
function isBlank(octet: number): boolean {
  return octet === space || (octet >= tab && octet <= carriageReturn && octet !== newLine);
}

function isEnd(octet: number): boolean {
  return octet === space || octet === hash || (octet >= tab && octet <= carriageReturn);
}
