import type { Directive, Token } from '../../../corefile/ast.ts';
import type { Problems } from '../../../corefile/problem.ts';
import { quote } from '../../../corefile/quote.ts';
import { didYouMean } from '../../../corefile/suggest.ts';

/** The words of one rule, which its readers take one after the other; what is wrong is COREFILE_ARGUMENT. */
export class Words {
  readonly problems: Problems;
  readonly #tokens: readonly Token[];
  #at = 0;
  /** The word that was taken last; the directive's before that. */
  last: Token;

  private constructor(directive: Token, tokens: readonly Token[], problems: Problems) {
    this.last = directive;
    this.#tokens = tokens;
    this.problems = problems;
  }

  /**
   * Those behind `rewrite`; where there is none or one, those of its block follow, whatever their lines. `undefined` where the block
   * may not stand there.
   */
  static of({ name, args, block }: Directive, problems: Problems): Words | undefined {
    const lines = block ?? [];
    const misplaced = args.length >= 2 ? lines[0] : lines.flatMap((line) => line.block ?? [])[0];
    if (misplaced === undefined) {
      const tokens = [...args, ...lines.flatMap((line) => [line.name, ...line.args])];
      return new Words(name, tokens, problems);
    }
    const message = `unexpected block with ${quote(misplaced.name.text)}: the words of a rule stand either on its line or in one block`;
    problems.error('COREFILE_ARGUMENT', misplaced.name.position, message);
    return undefined;
  }

  /** How many are left. */
  get left(): number {
    return this.#tokens.length - this.#at;
  }

  /** The next word, or the one so many behind it, in lower case; '' for none. */
  peek(ahead = 0): string {
    return this.#tokens[this.#at + ahead]?.text.toLowerCase() ?? '';
  }

  /** Whether the last word is this one. */
  endsWith(word: string): boolean {
    return this.left > 0 && this.#tokens.at(-1)!.text === word;
  }

  /** The next word; there must be one left. */
  take(): Token {
    this.last = this.#tokens[this.#at++]!;
    return this.last;
  }

  /** Whether as many words are left as there must be; `usage` says in words what the rule is made of. */
  has(count: { readonly min: number; readonly max?: number }, usage: string): boolean {
    if (this.left < count.min) {
      const last = this.#tokens.at(-1) ?? this.last;
      return this.fail(last, `expected 'rewrite ${usage}', but the rule ends after ${quote(last.text)}`);
    }
    if (this.left <= (count.max ?? Infinity)) return true;
    const superfluous = this.#tokens[this.#at + count.max!]!;
    return this.fail(superfluous, `unexpected argument ${quote(superfluous.text)}, expected 'rewrite ${usage}'`);
  }

  /** One of some words, in any case, where the next one is; else it is reported. `what` names it. */
  oneOf<Word extends string>(what: string, words: readonly Word[]): Word | undefined {
    const token = this.take();
    const word = words.find((each) => each === token.text.toLowerCase());
    if (word !== undefined) return word;
    const listed = words.map((each) => `'${each}'`).join(', ');
    this.fail(token, `${what} must be one of ${listed}, found ${quote(token.text)}${didYouMean(token.text, words)}`);
    return undefined;
  }

  /** Reports what is wrong with a word; false. */
  fail({ position }: Token, message: string): false {
    this.problems.error('COREFILE_ARGUMENT', position, message);
    return false;
  }
}
