import type { Directive } from '../../corefile/ast.ts';
import { noBlock, oneOf, takes } from '../../corefile/arguments.ts';
import { singleDirective } from '../single-directive.ts';
import type { ParseContext } from '../plugin.ts';

/** `loadbalance [round_robin]`; CoreDNS's `weighted FILE` is known, and said not to be built. */
export function parseLoadbalance(directives: readonly Directive[], { problems }: ParseContext): object {
  const directive = singleDirective(directives, problems);
  const policy = directive?.args[0];
  if (policy?.text === 'weighted') {
    const message = `loadbalance weighted is not built yet; expected 'loadbalance' or 'loadbalance round_robin'`;
    problems.error('COREFILE_OPTION', policy.position, message);
  } else if (directive && takes(directive, { max: 1 }, 'one policy', problems) && noBlock(directive, problems)) {
    if (policy) oneOf(policy, 'the policy of loadbalance', ['round_robin'], problems);
  }
  return {};
}
