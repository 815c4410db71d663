import type { Value } from '../values/value.ts';

/** A node of the tree of an expression. `at`: characters of the text before what it stands for. */
export type Node = { readonly at: number } & (
  | { readonly kind: 'literal'; readonly value: Value }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'unary'; readonly operator: string; readonly operand: Node }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Node; readonly right: Node }
  | { readonly kind: 'conditional'; readonly condition: Node; readonly then: Node; readonly otherwise: Node }
  | { readonly kind: 'member'; readonly object: Node; readonly property: Node; readonly isOptional: boolean }
  /** The whole of `a?.b.c`: where `a` is nil, so is it. */
  | { readonly kind: 'chain'; readonly chained: Node }
  | { readonly kind: 'slice'; readonly object: Node; readonly from: Node | undefined; readonly to: Node | undefined }
  /** `isBuiltin`: what the environment has of that name is passed over. */
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Node[]; readonly isBuiltin: boolean }
  | { readonly kind: 'method'; readonly object: Node; readonly name: string }
  /** `#` and `#index` in the predicate of a call. */
  | { readonly kind: 'pointer'; readonly name: string }
  | { readonly kind: 'array'; readonly items: readonly Node[] }
  | { readonly kind: 'map'; readonly pairs: readonly (readonly [key: Node, value: Node])[] }
  | { readonly kind: 'let'; readonly name: string; readonly value: Node; readonly body: Node }
  | { readonly kind: 'sequence'; readonly items: readonly Node[] }
);
