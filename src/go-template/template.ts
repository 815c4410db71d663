import type { Templates } from './ast.ts';
import { Evaluator, type Limits } from './evaluator.ts';
import { TemplateFault } from './fault.ts';
import { builtinFunctions } from './functions.ts';
import { parseTemplate } from './parser.ts';
import type { Functions, Value } from './values.ts';

/** A text of DNS: what makes more is no record. */
const limits: Limits = { steps: 10_000, length: 65_535 };

/** What an execution came to. */
export type Executed = { readonly text: string } | { readonly fault: string };

/**
 * A template in the language of Go's text/template:
 *
 *     text ─ lexer ─► tokens ─ parser ─► ast ─ evaluator, functions ─► text
 *
 * It does what Go's does, but for complex and unsigned numbers, values that are functions (`call`), and the rarer forms of `printf`. One execution
 * takes at most 10,000 steps and makes at most 65,535 characters.
 */
export class GoTemplate {
  readonly text: string;
  readonly #templates: Templates;
  readonly #functions: Functions;

  private constructor(text: string, templates: Templates, functions: Functions) {
    this.text = text;
    this.#templates = templates;
    this.#functions = functions;
  }

  /** Parses it, with functions beside those of Go; a text that says what is wrong, and where, if it is none. */
  static parse(text: string, functions: Functions = new Map()): GoTemplate | string {
    const all = new Map([...builtinFunctions, ...functions]);
    try {
      return new GoTemplate(
        text,
        parseTemplate(text, (name) => all.has(name)),
        all,
      );
    } catch (error) {
      if (error instanceof TemplateFault) return withPlace(error);
      throw error;
    }
  }

  /** The text that it always makes; `undefined` where that depends on what it gets. */
  get constant(): string | undefined {
    const body = this.#templates.get('')!;
    return body.every((node) => node.kind === 'text') ? body.map(({ text }) => text).join('') : undefined;
  }

  execute(dot: Value): Executed {
    try {
      return { text: new Evaluator(this.#templates, this.#functions, limits).run(dot) };
    } catch (error) {
      if (error instanceof TemplateFault) return { fault: withPlace(error) };
      throw error;
    }
  }
}

/** Characters are counted from 1. */
function withPlace({ message, at }: TemplateFault): string {
  return at === undefined ? message : `${message} (at character ${at + 1})`;
}
