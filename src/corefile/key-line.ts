import type { Token } from './ast.ts';
import { expandEnvironment, type Environment } from './environment.ts';
import type { Importer } from './import.ts';
import type { LexedToken } from './lexer.ts';
import type { Problems } from './problem.ts';
import { quote } from './quote.ts';
import { isClosingBrace, isImport, isOpeningBrace, type TokenStream } from './token-stream.ts';

/** The keys of one server block, or the name of one snippet. */
export interface KeyLine {
  /** Commas at their ends are gone, and so are empty keys. */
  readonly keys: readonly Token[];
  /** The first word, even when it is an empty key; `undefined` when there is none at all. */
  readonly first: Token | undefined;
  /** The brace of `example.org{`, which was reported and is to be taken as the opening one. */
  readonly gluedBrace: Token | undefined;
}

/**
 * Takes the keys before a block. They may be separated by spaces or commas and end with the line, unless a comma is
 * its last character; an `import` at the beginning is followed, and may bring keys or whole blocks.
 * Reports COREFILE_SYNTAX for a comma that no key follows and for a brace that is stuck to the last key.
 */
export function readKeyLine(
  stream: TokenStream,
  imports: Importer,
  environment: Environment,
  problems: Problems,
): KeyLine {
  const keys: Token[] = [];
  let first: LexedToken | undefined;
  let comma: LexedToken | undefined;
  let lineMayEnd = false;
  for (;;) {
    const token = stream.peek();
    if (token === undefined || isOpeningBrace(token) || isClosingBrace(token)) {
      if (comma !== undefined) {
        const found = token === undefined ? 'the file ends' : `found ${quote(token.text)}`;
        const message = `expected another key after ',', but ${found}; is there a comma too many?`;
        problems.error('COREFILE_SYNTAX', (token ?? comma).position, message);
      }
      return { keys, first, gluedBrace: undefined };
    }
    if (token.startsLine && lineMayEnd && comma === undefined) return { keys, first, gluedBrace: undefined };
    if (isImport(token) && token.startsLine) {
      imports.follow(stream);
      continue;
    }
    stream.take();
    first ??= token;
    lineMayEnd = true;

    const glued = gluedBraceOf(token);
    let text = glued ? token.text.slice(0, -1) : token.text;
    text = expandEnvironment(text, environment);
    comma = text.endsWith(',') ? token : undefined;
    if (comma !== undefined) text = text.slice(0, -1);
    if (text !== '') keys.push({ text, position: token.position, quoted: token.quoted });
    if (glued !== undefined) {
      const message = `${quote(token.text)} is one word: expected a space before '{'`;
      problems.error('COREFILE_SYNTAX', glued.position, message);
      return { keys, first, gluedBrace: glued };
    }
  }
}

function gluedBraceOf(token: LexedToken): Token | undefined {
  if (token.quoted || token.text === '{' || !token.text.endsWith('{')) return undefined;
  const { position, text } = token;
  const column = position.column + Array.from(text).length - 1;
  return { text: '{', position: { ...position, column }, quoted: false };
}
