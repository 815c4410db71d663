import { TemplateFault } from './fault.ts';
import type { Token } from './lexer.ts';

/** How deep actions and parentheses may be nested. */
const maxDepth = 100;

/** The tokens of a template, one after the other. */
export class TokenCursor {
  readonly #tokens: readonly Token[];
  #depth = 0;
  /** Index of the next one. */
  place = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** The next one, be it a space. */
  get next(): Token {
    return this.#tokens[this.place]!;
  }

  /** Parses what is nested. */
  nested<Result>(parse: () => Result): Result {
    if (++this.#depth > maxDepth) throw new TemplateFault(`nested more than ${maxDepth} deep`, this.next.at);
    const result = parse();
    this.#depth--;
    return result;
  }

  take(): Token {
    const token = this.next;
    if (token.kind !== 'end') this.place++;
    return token;
  }

  /** Passes spaces over. */
  takeWord(): Token {
    this.peekWord();
    return this.take();
  }

  peekWord(): Token {
    while (this.next.kind === 'space') this.place++;
    return this.next;
  }

  takeKeyword(word: string): boolean {
    const { kind, text } = this.peekWord();
    if (kind !== 'identifier' || text !== word) return false;
    this.take();
    return true;
  }

  expectRight(context: string): void {
    const { kind, text, at } = this.takeWord();
    if (kind !== 'right') throw new TemplateFault(`unexpected '${text}' in ${context}`, at);
  }
}
