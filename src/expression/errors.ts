/** The text of an expression is none, or its types do not go together. */
export class ExpressionError extends Error {
  /** Where: characters of the text before it. */
  readonly at: number;
  /** A word that is not known, and what might have been meant. */
  readonly unknown: { readonly word: string; readonly known: readonly string[] } | undefined;

  constructor(message: string, at: number, unknown?: ExpressionError['unknown']) {
    super(message);
    this.at = at;
    this.unknown = unknown;
  }
}

/** An expression has no value: what it looks at is of another type than it takes it for, or it costs too much. */
export class EvaluationError extends Error {}
