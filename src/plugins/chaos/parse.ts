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

function cut(text: string): string {
  return Buffer.from(text).subarray(0, maxTextSize).toString();
}
