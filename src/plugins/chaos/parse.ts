import { hostname } from 'node:os';
import { noBlock } from '../../corefile/arguments.ts';
import type { Directive } from '../../corefile/ast.ts';
import type { ParseContext } from '../plugin.ts';
import { singleDirective } from '../single-directive.ts';
import type { ChaosConfig } from './chaos.ts';

const defaultAuthors: readonly string[] = ['The authors of serviceentry-dns'];
/** Octets of a character string (RFC 1035 section 3.3). */
const maxTextSize = 255;

/** `chaos [VERSION] [AUTHORS...]`; longer texts are cut, as in CoreDNS. `ownHostname` is the name of this machine. */
export function parseChaos(
  directives: readonly Directive[],
  { problems, version }: ParseContext,
  ownHostname: () => string = hostname,
): ChaosConfig {
  const directive = singleDirective(directives, problems);
  if (directive) noBlock(directive, problems);
  const [own = `serviceentry-dns-${version}`, ...authors] = (directive?.args ?? []).map(({ text }) => text);
  return {
    version: cut(own),
    authors: (authors.length > 0 ? [...new Set(authors)].sort() : defaultAuthors).map(cut),
    hostname: cut(ownHostname()),
  };
}

/** Between two characters: half of one would become another, which is longer. */
function cut(text: string): string {
  const octets = Buffer.from(text);
  let end = Math.min(octets.length, maxTextSize);
  while (end < octets.length && (octets[end]! & 0xc0) === 0x80) end--;
  return octets.toString('utf8', 0, end);
}
