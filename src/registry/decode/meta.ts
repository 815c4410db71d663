import { type Fields, quoted } from '../../runtime/untyped.ts';
import { isLabel } from '../model/host.ts';
import type { ObjectMeta, Origin } from '../model/object.ts';
import type { Report } from './report.ts';

const maxNameLength = 253;
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/i;

/**
 * Reads `metadata`. `undefined` where the object cannot be identified: no name, or a name or namespace that
 * Kubernetes would not take. An object without a namespace is in `default`.
 */
export function readMeta(metadata: Fields, report: Report, origin: Origin): ObjectMeta | undefined {
  const { namespace, name } = identify(metadata, report);
  if (typeof name !== 'string' || !isSubdomain(name)) {
    report.add(
      'object',
      'metadata.name',
      `found ${quoted(name)}, expected a name of lower-case letters, digits, - and .`,
    );
    return undefined;
  }
  if (typeof namespace !== 'string' || !isLabel(namespace)) {
    const expected = 'expected a name of lower-case letters, digits and -';
    report.add('object', 'metadata.namespace', `found ${quoted(namespace)}, ${expected}`);
    return undefined;
  }
  return { namespace, name, created: readCreated(metadata.creationTimestamp, report), origin };
}

/** Sets the object that the report is about. */
export function identify(metadata: Fields, report: Report): { namespace: unknown; name: unknown } {
  // Nothing between the quotes is what templates write that were given no namespace.
  const namespace = metadata.namespace === '' ? 'default' : (metadata.namespace ?? 'default');
  const { name } = metadata;
  report.identify(
    typeof namespace === 'string' && isLabel(namespace) ? namespace : quoted(namespace),
    typeof name === 'string' && isSubdomain(name) ? name : quoted(name),
  );
  return { namespace, name };
}

/** Unix time in milliseconds. YAML turns an unquoted timestamp into a Date; `null` is what kubectl's dry run writes. */
function readCreated(value: unknown, report: Report): number | undefined {
  if (value === undefined || value === null) return undefined;
  let created = Number.NaN;
  if (typeof value === 'string' && value.length <= 40 && rfc3339.test(value)) created = Date.parse(value);
  else if (value instanceof Date) created = value.getTime();
  if (!Number.isNaN(created)) return created;
  report.add(
    'field',
    'metadata.creationTimestamp',
    `found ${quoted(value)}, expected a time like 2026-08-01T12:00:00Z`,
  );
  return undefined;
}

/** DNS-1123 subdomain, which the names of these kinds are. */
function isSubdomain(text: string): boolean {
  if (text.length > maxNameLength) return false;
  return text.includes('.') ? text.split('.').every(isLabel) : isLabel(text);
}
