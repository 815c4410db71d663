import { Compiler } from './compile/compiler.ts';
import { Frame, type Code } from './compile/code.ts';
import type { Environment } from './environment.ts';
import { parseExpression } from './syntax/parser.ts';
import type { Type } from './values/type.ts';
import type { Value } from './values/value.ts';

/**
 * An expression of the language of https://expr-lang.org, which CoreDNS's `view` and `template` have:
 *
 *     text ─ syntax/ ─► tree ─ compile/ ─► closures ─ evaluate ─► value
 *
 * Types are checked before it is evaluated, as far as they are known. An evaluation takes a bounded number of steps, whatever the
 * expression and what it looks at.
 */
export class Expression<Context> {
  readonly text: string;
  /** The type of its values, `unknown` where that depends on what it looks at. */
  readonly type: Type;
  readonly #code: Code;
  readonly #frame = new Frame<Context>();

  /** Throws ExpressionError where the text is no expression, names what the environment does not have, or mixes types. */
  constructor(text: string, environment: Environment<Context>) {
    this.text = text;
    this.#code = new Compiler(environment).compile(parseExpression(text));
    this.type = this.#code.type;
  }

  /** Throws EvaluationError where what it finds is of another type than it takes it for, or it takes too many steps. */
  evaluate(context: Context): Value {
    this.#frame.begin(context);
    return this.#code.run(this.#frame);
  }
}
