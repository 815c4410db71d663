import { asFields, type Fields } from '../../runtime/untyped.ts';
import { canonicalAddress } from '../../wire/address.ts';
import type { Labels, Node, ObjectMeta } from '../model/object.ts';
import { listField, mapField } from './fields.ts';
import { readLabels } from './labels.ts';
import type { Report } from './report.ts';

const maxAddresses = 16;
/** From the largest part to the smallest; Istio reads the same ones. */
const topologyLabels = ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone', 'topology.istio.io/subzone'];

/** Where a Node is, and the addresses that it has inside of the cluster. Nodes are in no namespace. */
export function readNode(object: Fields, meta: ObjectMeta, report: Report): Node {
  const labels = readLabels(mapField(object, 'metadata', '', report), 'labels', 'metadata', report);
  const status = mapField(object, 'status', '', report);
  const ips: string[] = [];
  for (const each of listField(status, 'addresses', 'status', report, maxAddresses, 'address')) {
    const { type, address } = asFields(each) ?? {};
    const ip = type === 'InternalIP' && typeof address === 'string' ? canonicalAddress(address) : undefined;
    if (ip !== undefined && !ips.includes(ip)) ips.push(ip);
  }
  return { kind: 'Node', meta: { ...meta, namespace: '' }, locality: localityIn(labels), ips };
}

/** `region/zone/subzone`, up to the first part that is missing. */
function localityIn(labels: Labels): string {
  const parts = topologyLabels.map((label) => labels.get(label) ?? '');
  const missing = parts.indexOf('');
  return parts.slice(0, missing < 0 ? parts.length : missing).join('/');
}
