import type { ServiceEntryConfig } from '../../../src/plugins/serviceentry/config.ts';
import { makeServiceEntryPlugin } from '../../../src/plugins/serviceentry/serviceentry.ts';
import { parseDirective } from '../../support/plugin.ts';

/** The directive with these lines in its block; they start on line 4, behind `file x.yaml`. */
export function parseOptions(...lines: string[]): { config: ServiceEntryConfig; problems: readonly string[] } {
  return parseDirective(makeServiceEntryPlugin(), ['serviceentry {', 'file x.yaml', ...lines, '}'].join('\n'));
}
