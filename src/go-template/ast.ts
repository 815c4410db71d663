/** A template as it was parsed. `at` is where something stands in its text, in characters from 0. */
export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipeline: Pipeline }
  | Branch
  | Range
  | { readonly kind: 'break' | 'continue' }
  | { readonly kind: 'template'; readonly at: number; readonly name: string; readonly pipeline: Pipeline | undefined };

export type NodeList = readonly Node[];

export interface Branch {
  readonly kind: 'if' | 'with';
  readonly pipeline: Pipeline;
  readonly body: NodeList;
  readonly otherwise: NodeList;
}

export interface Range {
  readonly kind: 'range';
  readonly at: number;
  readonly pipeline: Pipeline;
  readonly body: NodeList;
  readonly otherwise: NodeList;
}

/** `$a, $b := command | command`. */
export interface Pipeline {
  readonly variables: readonly string[];
  /** `=` in place of `:=`. */
  readonly isAssignment: boolean;
  readonly commands: readonly Command[];
}

/** The first operand with the others as its arguments. */
export type Command = readonly [Operand, ...Operand[]];

export type Operand = { readonly at: number } & (
  | { readonly kind: 'constant'; readonly value: Constant }
  | { readonly kind: 'nil' | 'dot' }
  /** `.A.B`: fields of the dot. */
  | { readonly kind: 'fields'; readonly fields: readonly string[] }
  /** `$x.A.B`; the name has its `$`. */
  | { readonly kind: 'variable'; readonly name: string; readonly fields: readonly string[] }
  | { readonly kind: 'function'; readonly name: string; readonly fields: readonly string[] }
  | { readonly kind: 'pipeline'; readonly pipeline: Pipeline; readonly fields: readonly string[] }
);

/** An integer is a bigint, a floating-point number a number. */
export type Constant = string | bigint | number | boolean;

/** The templates of one text by their names; its own is ''. */
export type Templates = ReadonlyMap<string, NodeList>;
