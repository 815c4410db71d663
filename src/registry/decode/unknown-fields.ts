import { asFields, type Fields, quoted } from '../../runtime/untyped.ts';
import { nearest } from '../../corefile/suggest.ts';
import { fieldPath } from './fields.ts';
import type { Report } from './report.ts';
import type { Schema } from './schema.ts';

/** As many endpoints as there may be. */
const maxItems = 4096;

/**
 * Reports the fields that no schema has, at whatever depth: kubectl refuses them, and so does Istio. What a writer meant by
 * them is not known, so they count for nothing.
 */
export function reportUnknownFields(fields: Fields, schema: Schema, report: Report): void {
  // Nearly all objects have none, and there may be a million: no paths are made for these.
  if (!isKnown(fields, schema)) visit(fields, schema, '', report);
}

function isKnown(value: unknown, schema: Schema): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) {
    for (let i = 0; i < Math.min(value.length, maxItems); i++) {
      if (!Array.isArray(value[i]) && !isKnown(value[i], schema)) return false;
    }
    return true;
  }
  for (const key in value) {
    const below = schema.get(key);
    if (below === undefined || (below !== 'any' && !isKnown((value as Fields)[key], below))) return false;
  }
  return true;
}

function visit(fields: Fields, schema: Schema, path: string, report: Report): void {
  for (const key of Object.keys(fields)) {
    const below = schema.get(key);
    if (below === undefined) {
      report.add('unknown', shownPath(path, key), `no such field${hint(key, path, schema)}`);
      continue;
    }
    if (below === 'any') continue;
    const value = fields[key];
    const itemPath = fieldPath(path, key);
    if (Array.isArray(value)) {
      for (let i = 0; i < Math.min(value.length, maxItems); i++)
        visitItem(value[i], below, `${itemPath}[${i}]`, report);
    } else visitItem(value, below, itemPath, report);
  }
}

function visitItem(value: unknown, schema: Schema, path: string, report: Report): void {
  const fields = asFields(value);
  if (fields) visit(fields, schema, path, report);
}

/** The nearest field there; beside `spec` also one of those that belong into it: the indentation is wrong then. */
function hint(key: string, path: string, schema: Schema): string {
  const near = nearestField(key, schema.keys());
  if (near !== undefined) return `; did you mean ${near}?`;
  const spec = path === '' ? schema.get('spec') : undefined;
  const nearInSpec = spec instanceof Map ? nearestField(key, (spec as Schema).keys()) : undefined;
  return nearInSpec === undefined ? '' : `; did you mean spec.${nearInSpec}?`;
}

/** Other than by letters: `export_to` is exportTo, and `selector` and `matchLabels` are long for a slip of the finger. */
function nearestField(key: string, names: Iterable<string>): string | undefined {
  const known = [...names];
  const letters = lettersOf(key);
  return (
    known.find((name) => lettersOf(name) === letters) ??
    nearest(letters, known) ??
    known.find((name) => letters.length > 4 && (endsAlike(name, letters) || endsAlike(letters, name)))
  );
}

function lettersOf(key: string): string {
  return key.length > 64 ? key : key.replaceAll(/[^a-z0-9]/gi, '').toLowerCase();
}

function endsAlike(long: string, short: string): boolean {
  return lettersOf(long).endsWith(lettersOf(short));
}

function shownPath(path: string, key: string): string {
  return /^[\w-]{1,64}$/.test(key) ? fieldPath(path, key) : `${path}[${quoted(key)}]`;
}
