import { dirname, basename } from 'node:path';
import type { Directive, ServerBlock, Token } from '../../src/corefile/ast.ts';
import type { Environment } from '../../src/corefile/environment.ts';
import type { CorefileFiles } from '../../src/corefile/files.ts';
import { parseCorefile } from '../../src/corefile/parser.ts';
import { formatProblem, Problems } from '../../src/corefile/problem.ts';

/** Files in memory: path to text. A directory is what some path goes through. */
export function memoryFiles(texts: Readonly<Record<string, string>>): CorefileFiles {
  const isDirectory = (path: string) =>
    Object.keys(texts).some((each) => each.startsWith(path === '/' ? '/' : `${path}/`));
  const missing = (path: string) => Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
  return {
    readFile(path) {
      const text = texts[path];
      if (text === undefined) throw missing(path);
      return text;
    },
    list(directory) {
      if (!isDirectory(directory)) throw missing(directory);
      const names = new Set<string>();
      for (let path of Object.keys(texts)) {
        for (; path !== '/'; path = dirname(path)) if (dirname(path) === directory) names.add(basename(path));
      }
      return [...names].reverse();
    },
    isDirectory,
  };
}

export interface Parsed {
  readonly blocks: ServerBlock[];
  /** As they are printed. */
  readonly problems: string[];
  readonly codes: string[];
}

export function parse(text: string, options: { files?: Record<string, string>; env?: Environment } = {}): Parsed {
  const problems = new Problems();
  const blocks = parseCorefile(
    { file: '/etc/Corefile', text },
    options.env ?? {},
    memoryFiles(options.files ?? {}),
    problems,
  );
  return { blocks, problems: problems.list.map(formatProblem), codes: problems.list.map((each) => each.code) };
}

/** Blocks in one line each: `key key { name arg; name arg { option } }`. */
export function outline(blocks: readonly ServerBlock[]): string[] {
  return blocks.map(
    (block) => `${[...new Set(block.keys.map((key) => key.text))].join(' ')} ${lines(block.directives)}`,
  );
}

function lines(directives: readonly Directive[]): string {
  if (directives.length === 0) return '{ }';
  const each = directives.map((directive) => {
    const words = [directive.name, ...directive.args].map((token) => token.text).join(' ');
    return directive.block ? `${words} ${lines(directive.block)}` : words;
  });
  return `{ ${each.join('; ')} }`;
}

export function token(text: string, column = 1): Token {
  return { text, position: { file: 'Corefile', line: 1, column }, quoted: false };
}

/** `directive('log', 'a', 'b')`, its words on line 1. */
export function directive(name: string, ...args: string[]): Directive {
  let column = 1;
  const words = [name, ...args].map((text) => {
    const word = token(text, column);
    column += text.length + 1;
    return word;
  });
  return { name: words[0]!, args: words.slice(1), block: undefined };
}
