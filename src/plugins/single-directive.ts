import type { Directive } from '../corefile/ast.ts';
import type { Problems } from '../corefile/problem.ts';

/** The one line of a directive that may stand once in a server block; reports COREFILE_REPEATED for each further one. */
export function singleDirective(directives: readonly Directive[], problems: Problems): Directive | undefined {
  const [first, ...repeated] = directives;
  for (const { name } of repeated) {
    const message = `'${name.text}' stands here again, but may stand only once in a server block`;
    problems.error('COREFILE_REPEATED', name.position, `${message}; the first is on line ${first!.name.position.line}`);
  }
  return first;
}
