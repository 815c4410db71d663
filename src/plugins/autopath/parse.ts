import { noBlock, takes, zoneNames } from '../../corefile/arguments.ts';
import type { Directive } from '../../corefile/ast.ts';
import { quote } from '../../corefile/quote.ts';
import { fileErrorText } from '../../runtime/errors.ts';
import type { ParseContext } from '../plugin.ts';
import { singleDirective } from '../single-directive.ts';
import type { AutopathConfig } from './autopath.ts';
import { readSearchPath } from './search-path.ts';

const none: AutopathConfig = { zones: [], file: '', search: [] };

/** `autopath [ZONES...] RESOLV-CONF`; the file must be there, as in CoreDNS. */
export function parseAutopath(directives: readonly Directive[], context: ParseContext): AutopathConfig {
  const { problems, zones } = context;
  const directive = singleDirective(directives, problems);
  const usage = 'zones and a file in the form of resolv.conf';
  if (!directive || !takes(directive, { min: 1 }, usage, problems) || !noBlock(directive, problems)) return none;
  const file = directive.args.at(-1)!;
  const named = directive.args.slice(0, -1).flatMap((token) => zoneNames(token, problems) ?? []);
  if (file.text.startsWith('@')) {
    const message = `${quote(file.text)}: search paths of a plugin come with the directive 'kubernetes' in a later version; expected a file with a line such as 'search default.svc.cluster.local svc.cluster.local cluster.local'`;
    problems.error('COREFILE_ARGUMENT', file.position, message);
    return none;
  }
  let text: string;
  try {
    text = context.readFile(file.text);
  } catch (error) {
    problems.error('COREFILE_FILE', file.position, `${quote(file.text)} ${fileErrorText(error)}`);
    return none;
  }
  const { domains, faults } = readSearchPath(text);
  for (const fault of faults) problems.warning('COREFILE_FILE', file.position, `${quote(file.text)}: ${fault}`);
  if (domains.length === 0) {
    const message = `${quote(file.text)} has no line 'search DOMAIN...': all queries go on as they are`;
    problems.warning('COREFILE_FILE', file.position, message);
  }
  return { zones: named.length === 0 ? zones : named, file: file.text, search: domains };
}
