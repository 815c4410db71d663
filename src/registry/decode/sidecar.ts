import { asFields, type Fields, quoted } from '../../runtime/untyped.ts';
import type { ObjectMeta, Sidecar } from '../model/object.ts';
import { readEgressHosts } from './egress-hosts.ts';
import type { Report } from './report.ts';
import { objectSchema, sidecarSpec } from './schema.ts';
import { reportUnknownFields } from './unknown-fields.ts';
import { readSelector } from './selector.ts';

const sidecarSchema = objectSchema(sidecarSpec);

/**
 * `undefined`, and a rejection, where the object has no spec, or a workloadSelector that cannot be read: it was meant to
 * select some workloads, and nobody knows which.
 */
export function readSidecar(object: Fields, meta: ObjectMeta, report: Report): Sidecar | undefined {
  const spec = asFields(object.spec);
  if (spec === undefined) {
    report.add('object', 'spec', `found ${quoted(object.spec)}, expected a map`);
    return undefined;
  }
  reportUnknownFields(object, sidecarSchema, report);
  const selector = readSelector(spec, report);
  const egressHosts = readEgressHosts(spec, report);
  if (selector === 'unusable') return undefined;
  return { kind: 'Sidecar', meta, selector: selector === 'absent' ? undefined : selector, egressHosts };
}
