import type { Directive } from '../corefile/ast.ts';
import { readOptionBlock, type OptionForm } from '../corefile/option-block.ts';
import type { Problems } from '../corefile/problem.ts';
import { quote } from '../corefile/quote.ts';
import { isLabel } from '../registry/model/host.ts';

const forms: Readonly<Record<string, OptionForm>> = Object.freeze({
  host: { args: { min: 1 }, usage: 'one NAME or more', repeatable: true },
});

/**
 * The block of a plugin whose HTTP server heeds the Host header (guarded-pages.ts): `host NAME...`. The names are lower-case and
 * without trailing dot. Reports COREFILE_OPTION and COREFILE_ARGUMENT.
 */
export function readHostNames(directive: Directive, plugin: string, problems: Problems): readonly string[] {
  const names: string[] = [];
  readOptionBlock(directive, plugin, forms, problems, (_, { args }) => {
    for (const { text, position } of args) {
      const name = text.toLowerCase().replace(/\.$/, '');
      if (name.split('.').every(isLabel)) names.push(name);
      else problems.error('COREFILE_ARGUMENT', position, `expected a host name without a port, found ${quote(text)}`);
    }
  });
  return names;
}
