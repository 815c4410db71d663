import { noBlock, zoneNames } from '../../corefile/arguments.ts';
import type { Directive } from '../../corefile/ast.ts';
import type { ParseContext } from '../plugin.ts';
import { singleDirective } from '../single-directive.ts';
import type { MetadataConfig } from './metadata.ts';

/** `metadata [ZONES...]`; without zones those of the server block. */
export function parseMetadata(directives: readonly Directive[], { problems, zones }: ParseContext): MetadataConfig {
  const directive = singleDirective(directives, problems);
  if (!directive || !noBlock(directive, problems) || directive.args.length === 0) return { zones };
  return { zones: directive.args.flatMap((token) => zoneNames(token, problems) ?? []) };
}
