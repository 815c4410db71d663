import { type Fields, quoted } from '../../runtime/untyped.ts';
import { parseDurationMs } from '../../corefile/duration.ts';
import { asInteger } from './fields.ts';
import type { Report } from './report.ts';

const prefix = 'serviceentry-dns/';
const ttlAnnotation = `${prefix}ttl`;
/** RFC 2181 section 8. */
const maxTtlSeconds = 0x7fff_ffff;
const maxTextLength = 64;

/**
 * Seconds, from the annotation `serviceentry-dns/ttl`: a number of seconds, or a duration like `1m30s`, whose fraction of
 * a second is dropped. `undefined` where it is not set or not usable.
 */
export function readTtl(annotations: Fields, report: Report): number | undefined {
  for (const key in annotations) {
    if (!key.startsWith(prefix) || key === ttlAnnotation) continue;
    report.add('unknown', `metadata.annotations[${quoted(key)}]`, `no such annotation; there is ${ttlAnnotation}`);
  }
  const value = annotations[ttlAnnotation];
  if (value === undefined || value === null) return undefined;
  const seconds = asInteger(value) ?? durationSeconds(value);
  if (seconds !== undefined && seconds >= 0 && seconds <= maxTtlSeconds) return seconds;
  const expected = `expected seconds from 0 to ${maxTtlSeconds}, or a duration like 1m30s`;
  report.add('field', `metadata.annotations[${ttlAnnotation}]`, `found ${quoted(value)}, ${expected}`);
  return undefined;
}

function durationSeconds(value: unknown): number | undefined {
  if (typeof value !== 'string' || value.length > maxTextLength) return undefined;
  const ms = parseDurationMs(value);
  return ms === undefined ? undefined : Math.floor(ms / 1000);
}
