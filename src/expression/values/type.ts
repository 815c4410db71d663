/** What is known of a value before there is one. `unknown` is Go's `any`: then it is looked at when it is there. */
export type Type =
  | { readonly kind: 'unknown' | 'nil' | 'bool' | 'int' | 'float' | 'string' | 'bytes' }
  | { readonly kind: 'array'; readonly of: Type }
  | { readonly kind: 'map'; readonly of: Type; readonly key: Type }
  | { readonly kind: 'function'; readonly name: string };

export const unknown: Type = { kind: 'unknown' };
export const nil: Type = { kind: 'nil' };
export const bool: Type = { kind: 'bool' };
export const int: Type = { kind: 'int' };
export const float: Type = { kind: 'float' };
export const string: Type = { kind: 'string' };
export const bytes: Type = { kind: 'bytes' };
export const anyArray: Type = { kind: 'array', of: unknown };
/** What is written in braces has texts as keys. */
export const textMap: Type = { kind: 'map', of: unknown, key: string };
export const anyMap: Type = { kind: 'map', of: unknown, key: unknown };

export function arrayOf(of: Type): Type {
  return { kind: 'array', of };
}

/** The type of what is in an array or a map. */
export function elementOf(type: Type): Type {
  return type.kind === 'array' || type.kind === 'map' ? type.of : unknown;
}

export function isUnknown({ kind }: Type): boolean {
  return kind === 'unknown';
}

/** It is one of these, or may be. */
export function mayBe({ kind }: Type, ...kinds: readonly Type['kind'][]): boolean {
  return kind === 'unknown' || kinds.includes(kind);
}

export function isNumeric({ kind }: Type): boolean {
  return kind === 'int' || kind === 'float';
}

/** Whether values of the types can be equal. */
export function isComparable(a: Type, b: Type): boolean {
  if (isUnknown(a) || isUnknown(b) || a.kind === 'nil' || b.kind === 'nil') return true;
  return (isNumeric(a) && isNumeric(b)) || (a.kind === b.kind && a.kind !== 'function');
}

/** The type of a value that is one or the other. */
export function eitherOf(a: Type, b: Type): Type {
  if (a.kind === 'nil') return b;
  if (b.kind === 'nil') return a;
  if (a.kind !== b.kind || a.kind === 'function') return unknown;
  if (a.kind === 'array') return arrayOf(eitherOf(a.of, elementOf(b)));
  if (a.kind === 'map') return anyMap;
  return a;
}

/** What messages call it. */
export function typeName(type: Type): string {
  if (type.kind === 'array') return isUnknown(type.of) ? 'array' : `array of ${typeName(type.of)}`;
  return type.kind === 'function' ? `function ${type.name}` : type.kind;
}
