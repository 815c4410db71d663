import { asFields, quoted, type Fields } from '../../runtime/untyped.ts';
import { nearest } from '../../corefile/suggest.ts';
import type { RejectionReason } from '../model/rejection.ts';
import type { Report } from './report.ts';

/**
 * Typed access to what came out of YAML or JSON. Absent and `null` are the same. What has the wrong type is reported
 * and counts as absent. `path` is the path of the map that holds the key, '' at the top.
 */

export const noFields: Fields = Object.freeze({});
export const noValues: readonly never[] = Object.freeze([]);

export function fieldPath(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

/** A map; an empty one where it is absent. */
export function mapField(fields: Fields, key: string, path: string, report: Report): Fields {
  const value = fields[key];
  if (value === undefined || value === null) return noFields;
  const map = asFields(value);
  if (map === undefined) reportType(value, 'a map', key, path, report);
  return map ?? noFields;
}

/** A list of at most `max` items; what is over is left out and reported. Empty where it is absent. */
export function listField(
  fields: Fields,
  key: string,
  path: string,
  report: Report,
  max: number,
  reason: RejectionReason,
): readonly unknown[] {
  const value = fields[key];
  if (value === undefined || value === null) return noValues;
  if (!Array.isArray(value)) {
    reportType(value, 'a list', key, path, report);
    return noValues;
  }
  const list: readonly unknown[] = value;
  if (list.length <= max) return list;
  report.add(
    reason,
    fieldPath(path, key),
    `found ${list.length} items, expected at most ${max}; the others are left out`,
  );
  return list.slice(0, max);
}

export function stringField(fields: Fields, key: string, path: string, report: Report): string | undefined {
  const value = fields[key];
  if (typeof value === 'string') return value;
  if (value !== undefined && value !== null) reportType(value, 'a string', key, path, report);
  return undefined;
}

/** One of `known`; anything else is reported as `field`, and the fallback taken. */
export function wordField<Word extends string>(
  fields: Fields,
  key: string,
  path: string,
  report: Report,
  known: readonly Word[],
  fallback: Word,
): Word {
  const value = fields[key];
  if (value === undefined || value === null) return fallback;
  for (const word of known) if (word === value) return word;
  const near = typeof value === 'string' ? nearest(value.trim().toUpperCase(), known) : undefined;
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  const expected = `expected one of ${known.join(', ')}; ${fallback} is used${hint}`;
  report.add('field', fieldPath(path, key), `found ${quoted(value)}, ${expected}`);
  return fallback;
}

/** An integer, or a string of digits (64-bit integers are strings in JSON). `undefined` for anything else. */
export function asInteger(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value !== 'string' || value.length < 1 || value.length > 15) return undefined;
  return /^[0-9]+$/.test(value) ? Number(value) : undefined;
}

/** A port number, 1 to 65535. */
export function asPort(value: unknown): number | undefined {
  const number = asInteger(value);
  return number !== undefined && number >= 1 && number <= 65535 ? number : undefined;
}

function reportType(value: unknown, expected: string, key: string, path: string, report: Report): void {
  report.add('object', fieldPath(path, key), `found ${quoted(value)}, expected ${expected}`);
}
