import { isArray, type Value } from './value.ts';

/** The text of a value as Go's `%v` prints it: `[a b]`, `map[a:1]`, `1e+06`, `<nil>`. */
export function formatValue(value: Value): string {
  if (value === null) return '<nil>';
  if (typeof value === 'number') return formatFloat(value);
  if (typeof value !== 'object') return String(value);
  if (value instanceof Uint8Array) return `[${value.join(' ')}]`;
  if (isArray(value)) return `[${value.map(formatValue).join(' ')}]`;
  const entries = Array.from(value, ([key, each]) => [formatValue(key), formatValue(each)] as const);
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `map[${entries.map(([key, each]) => `${key}:${each}`).join(' ')}]`;
}

/** Go's `%v`: the shortest digits that give the number back, with an exponent below -4 and above 5. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  const power = Number(exponent);
  // JavaScript writes such a number without an exponent.
  if (power >= -4 && power <= 5) return String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
