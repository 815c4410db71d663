/** Access to values of unknown shape: what came out of JSON or YAML. */

/** A map, as JSON and YAML have it. */
export type Fields = Readonly<Record<string, unknown>>;

const maxQuotedLength = 80;

/** The value as a map, or `undefined` where it is none. */
export function asFields(value: unknown): Fields | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Date) return undefined;
  return value as Fields;
}

/** A value as a message shows it: short, on one line, in ASCII, whatever it holds. */
export function quoted(value: unknown): string {
  switch (typeof value) {
    case 'string': {
      const text = JSON.stringify(value.length > maxQuotedLength ? `${value.slice(0, maxQuotedLength)}...` : value);
      return text.replaceAll(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
    }
    case 'number':
    case 'boolean':
      return String(value);
    case 'undefined':
      return 'nothing';
    case 'object':
      if (value === null) return 'nothing';
      if (Array.isArray(value)) return 'a list';
      return value instanceof Date ? 'a date' : 'a map';
    default:
      return `a ${typeof value}`;
  }
}
