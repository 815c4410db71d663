import { asFields, type Fields, quoted } from '../../runtime/untyped.ts';
import type { Labels, ObjectMeta, WorkloadEntry } from '../model/object.ts';
import { lackOf } from './condition.ts';
import { readEndpoint } from './endpoint.ts';
import { mapField } from './fields.ts';
import { readLabels } from './labels.ts';
import type { Report } from './report.ts';
import { objectSchema, workloadEntrySpec } from './schema.ts';
import { reportUnknownFields } from './unknown-fields.ts';

const workloadEntrySchema = objectSchema(workloadEntrySpec);
const healthChecksAnnotation = 'proxy.istio.io/health-checks-enabled';

/** `undefined`, and a rejection, where it has no address that means anything. */
export function readWorkloadEntry(object: Fields, meta: ObjectMeta, report: Report): WorkloadEntry | undefined {
  const spec = asFields(object.spec);
  if (spec === undefined) {
    report.add('object', 'spec', `found ${quoted(object.spec)}, expected a map`);
    return undefined;
  }
  reportUnknownFields(object, workloadEntrySchema, report);
  const metadata = mapField(object, 'metadata', '', report);
  const labels = overlaid(
    readLabels(metadata, 'labels', 'metadata', report),
    readLabels(spec, 'labels', 'spec', report),
  );
  const endpoint = readEndpoint(spec, 'spec', labels, report);
  if (endpoint === undefined) return undefined;
  const unhealthy = whyUnhealthy(object, metadata, report);
  const health = unhealthy === undefined ? { isHealthy: true } : { isHealthy: false, unhealthy };
  return { kind: 'WorkloadEntry', meta, labels, endpoint, ...health };
}

function overlaid(over: Labels, under: Labels): Labels {
  if (under.size === 0) return over;
  return over.size === 0 ? under : new Map([...under, ...over]);
}

/** Only entries whose health somebody checks can be unhealthy; these are so until a check has succeeded. */
function whyUnhealthy(object: Fields, metadata: Fields, report: Report): string | undefined {
  const enabled = mapField(metadata, 'annotations', 'metadata', report)[healthChecksAnnotation];
  if (enabled !== 'true' && enabled !== true) return undefined;
  return lackOf(mapField(object, 'status', '', report), 'Healthy', report);
}
