export interface TemplateConfig {
  /** In file order. */
  readonly rules: readonly TemplateRule[];
}

/** One line of the directive with its block. */
export interface TemplateRule {
  /** Lower-case and absolute; the rule is for names at or below them. */
  readonly zones: readonly string[];
  /** 255: any. */
  readonly class: number;
  /** 255: any. */
  readonly type: number;
  /** Regular expressions, of which a name must match one; the first that does counts. */
  readonly patterns: readonly string[];
  /** Expressions, in file order; each sees those before it, and templates see all as `.Var`. */
  readonly variables: readonly Variable[];
  /** Expressions that must all be true. */
  readonly conditions: readonly string[];
  /** Templates of records. */
  readonly records: Readonly<Record<Section, readonly string[]>>;
  /** 0 to 15. */
  readonly code: number;
  readonly extendedError: { readonly code: number; readonly text: string } | undefined;
  /** A name below one of these that matches no pattern goes on to the next rule. */
  readonly fallthrough: readonly string[];
}

export interface Variable {
  readonly name: string;
  readonly expression: string;
}

/** In the order in which their templates are executed. */
export const sections = ['answer', 'additional', 'authority'] as const;
export type Section = (typeof sections)[number];
