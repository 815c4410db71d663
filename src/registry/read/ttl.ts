import { asInteger, type Fields } from './fields.ts';
import { quoted, type Report } from './report.ts';

const ttlAnnotation = 'serviceentry-dns/ttl';
/** RFC 2181 section 8. */
const maxTtlSeconds = 0x7fff_ffff;

/** Seconds, from the annotation `serviceentry-dns/ttl`; `undefined` where it is not set or not usable. */
export function readTtl(annotations: Fields, report: Report): number | undefined {
  const value = annotations[ttlAnnotation];
  if (value === undefined || value === null) return undefined;
  const seconds = asInteger(value);
  if (seconds !== undefined && seconds >= 0 && seconds <= maxTtlSeconds) return seconds;
  const field = `metadata.annotations[${ttlAnnotation}]`;
  report.add('field', field, `found ${quoted(value)}, expected seconds from 0 to ${maxTtlSeconds}`);
  return undefined;
}
