import { noBlock, takes } from '../../corefile/arguments.ts';
import type { Directive, Token } from '../../corefile/ast.ts';
import { quote } from '../../corefile/quote.ts';
import { errorCode, fileErrorText } from '../../runtime/errors.ts';
import type { ParseContext } from '../plugin.ts';
import { singleDirective } from '../single-directive.ts';
import type { RootConfig } from './root.ts';

/** `root PATH`. As in CoreDNS a directory that is not there (yet) is worth a warning, and one that cannot be used an error. */
export function parseRoot(directives: readonly Directive[], context: ParseContext): RootConfig {
  const { problems } = context;
  const directive = singleDirective(directives, problems);
  if (!directive || !takes(directive, { min: 1, max: 1 }, 'PATH', problems)) return { directory: '' };
  noBlock(directive, problems);
  const [path] = directive.args as [Token];
  checkDirectory(path, context);
  return { directory: path.text };
}

function checkDirectory({ text, position }: Token, context: ParseContext): void {
  try {
    context.readFile(text, true);
    context.problems.error('COREFILE_FILE', position, `expected a directory, found the file ${quote(text)}`);
  } catch (error) {
    const code = errorCode(error);
    // A directory cannot be read as a file is.
    if (code === 'EISDIR') return;
    const report = code === 'ENOENT' ? 'warning' : 'error';
    context.problems[report]('COREFILE_FILE', position, `${quote(text)} ${fileErrorText(error)}`);
  }
}
