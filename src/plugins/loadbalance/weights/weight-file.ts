import { parseAddress, unmapped } from '../../../wire/address.ts';
import { encodeName, formatName } from '../../../wire/name.ts';
import { quote } from '../../../corefile/quote.ts';
import type { Weights } from '../config.ts';

const maxWeight = 255;

/**
 * Reads CoreDNS's weight file: a line with a name, and below it lines `ADDRESS WEIGHT`; empty lines and those that begin with `#` say
 * nothing. What is wrong with it is text for people, with the line: half of the weights would be others than were meant.
 */
export function parseWeights(text: string): Weights | { readonly fault: string } {
  const weights = new Map<string, Map<string, number>>();
  let current: Map<string, number> | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const fields = line.trim().split(/\s+/);
    const [first = '', second] = fields;
    if (first === '' || first.startsWith('#')) continue;
    const fault = (message: string) => ({ fault: `line ${index + 1}: ${message}` });
    const address = parseAddress(first);
    if (fields.length > 2) return fault(`expected a name, or an address and its weight, found ${quote(line.trim())}`);
    if (second === undefined) {
      if (address) return fault(`expected a name, or a weight behind the address, found ${quote(first)}`);
      const name = encodeName(first);
      if (!name) return fault(`${quote(first)} is no name`);
      const key = formatName(name);
      current = weights.get(key) ?? new Map<string, number>();
      weights.set(key, current);
      continue;
    }
    if (!address) return fault(`expected an address before the weight, found ${quote(first)}`);
    const weight = /^\d{1,3}$/.test(second) ? Number(second) : 0;
    if (weight < 1 || weight > maxWeight)
      return fault(`a weight must be from 1 to ${maxWeight}, found ${quote(second)}`);
    if (!current) return fault(`${quote(first)} stands before the first name`);
    const octets = Buffer.from(unmapped(address)).toString('latin1');
    // The first line counts.
    if (!current.has(octets)) current.set(octets, weight);
  }
  return weights;
}
