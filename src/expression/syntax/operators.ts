export interface Precedence {
  readonly level: number;
  readonly isRight?: true;
}

export const unaryOperators: ReadonlyMap<string, number> = new Map([
  ['not', 50],
  ['!', 50],
  ['-', 90],
  ['+', 90],
]);

export const binaryOperators: ReadonlyMap<string, Precedence> = new Map<string, Precedence>([
  ['|', { level: 0 }],
  ['or', { level: 10 }],
  ['||', { level: 10 }],
  ['and', { level: 15 }],
  ['&&', { level: 15 }],
  ...['==', '!=', '<', '>', '>=', '<=', 'in', 'matches', 'contains', 'startsWith', 'endsWith'].map(
    (operator): [string, Precedence] => [operator, { level: 20 }],
  ),
  ['..', { level: 25 }],
  ['+', { level: 30 }],
  ['-', { level: 30 }],
  ['*', { level: 60 }],
  ['/', { level: 60 }],
  ['%', { level: 60 }],
  ['**', { level: 100, isRight: true }],
  ['^', { level: 100, isRight: true }],
  ['??', { level: 500 }],
]);

/** Those that `not` may stand before. */
export const negatedOperators: ReadonlySet<string> = new Set(['in', 'matches', 'contains', 'startsWith', 'endsWith']);

/** `1 < x < 3` is `1 < x && x < 3`. */
export const chainedOperators: ReadonlySet<string> = new Set(['<', '>', '<=', '>=']);

export type ArgumentForm = 'value' | 'value?' | 'predicate' | 'predicate?';

/** What the arguments of a call are, where some of them are expressions about `#`; `?` for one that may be left out. */
export const predicateCalls: ReadonlyMap<string, readonly ArgumentForm[]> = new Map<string, readonly ArgumentForm[]>([
  ...['all', 'none', 'any', 'one', 'filter', 'map', 'find', 'findIndex', 'findLast', 'findLastIndex', 'groupBy'].map(
    (name): [string, readonly ArgumentForm[]] => [name, ['value', 'predicate']],
  ),
  ['count', ['value', 'predicate?']],
  ['sum', ['value', 'predicate?']],
  ['sortBy', ['value', 'predicate', 'value?']],
  ['reduce', ['value', 'predicate', 'value?']],
]);
