import { quote } from '../../corefile/quote.ts';
import { normalizeZone } from '../../corefile/zone.ts';

/** A name that does not exist is looked for in all of them. */
export const maxDomains = 32;

/** What a file in the form of resolv.conf says of the search path. */
export interface SearchPath {
  /** Lower-case and absolute, in file order. The root, which is always tried last, is left out. */
  readonly domains: readonly string[];
  /** What is left out, as clauses. */
  readonly faults: readonly string[];
}

/** Reads the last line `search DOMAIN...` or `domain DOMAIN` (resolv.conf(5)). */
export function readSearchPath(text: string): SearchPath {
  let words: readonly string[] = [];
  for (const line of text.split(/\r\n|\r|\n/)) {
    const [keyword, ...rest] = line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/);
    if (keyword === 'search') words = rest;
    else if (keyword === 'domain') words = rest.slice(0, 1);
  }
  const domains = new Set<string>();
  const faults: string[] = [];
  for (const word of words) {
    const result = normalizeZone(word);
    if ('reason' in result) faults.push(`${quote(word)} is no domain, as ${result.reason}`);
    else if (result.zone !== '.') domains.add(result.zone);
  }
  if (domains.size > maxDomains) faults.push(`of ${domains.size} domains the first ${maxDomains} are taken`);
  return { domains: [...domains].slice(0, maxDomains), faults };
}
