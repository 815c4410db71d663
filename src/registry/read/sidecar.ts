import type { ObjectMeta, Sidecar } from '../object.ts';
import { readEgressHosts } from './egress-hosts.ts';
import { asFields, type Fields } from './fields.ts';
import { quoted, type Report } from './report.ts';
import { objectSchema, sidecarSpec } from './schema.ts';
import { reportUnknownFields } from './unknown-fields.ts';
import { readSelector } from './selector.ts';

const sidecarSchema = objectSchema(sidecarSpec);

/**
 * `undefined`, and a rejection, where the object has no spec. A workloadSelector that cannot be told was meant to
 * select some workloads, so that the Sidecar is not the one for all the others.
 */
export function readSidecar(object: Fields, meta: ObjectMeta, report: Report): Sidecar | undefined {
  const spec = asFields(object.spec);
  if (spec === undefined) {
    report.add('object', 'spec', `found ${quoted(object.spec)}, expected a map`);
    return undefined;
  }
  reportUnknownFields(object, sidecarSchema, report);
  const selector = readSelector(spec, report);
  const isDefault = selector === 'absent' || (selector !== 'unusable' && selector.size === 0);
  return { kind: 'Sidecar', meta, isDefault, egressHosts: readEgressHosts(spec, report) };
}
