import { expect, it } from 'vitest';
import { nearlyOurs } from '../../../src/registry/decode/nearly-ours.ts';
import { readObject } from '../../../src/registry/decode/object.ts';
import { origin, serviceEntry } from './reading.ts';

const istio = 'networking.istio.io/v1';
const entryHint = 'did you mean ServiceEntry?';
const istioHint = `did you mean ${istio}?`;

it.each([
  [istio, 'serviceentry', `kind serviceentry: ${entryHint}`],
  [istio, 'Serviceentry', `kind Serviceentry: ${entryHint}`],
  [istio, 'ServiceEntrys', `kind ServiceEntrys: ${entryHint}`],
  [istio, 'ServiceEntries', `kind ServiceEntries: ${entryHint}`],
  [istio, 'SeviceEntry', `kind SeviceEntry: ${entryHint}`],
  [istio, 'ServiceEnrty', `kind ServiceEnrty: ${entryHint}`],
  [istio, 'Service Entry', `kind "Service Entry": ${entryHint}`],
  [istio, 'ServiceEntry ', `kind "ServiceEntry ": ${entryHint}`],
  [istio, 'service-entry', `kind service-entry: ${entryHint}`],
  [istio, 'workloadentry', 'kind workloadentry: did you mean WorkloadEntry?'],
  [istio, 'WorkloadEntries', 'kind WorkloadEntries: did you mean WorkloadEntry?'],
  [istio, 'SideCar', 'kind SideCar: did you mean Sidecar?'],
  ['networking.istio.io/v1alpha1', 'ServiceEntry', `apiVersion networking.istio.io/v1alpha1: ${istioHint}`],
  ['networking.istio.io/v2', 'WorkloadEntry', `apiVersion networking.istio.io/v2: ${istioHint}`],
  ['networking.istio.io/v1beta', 'Sidecar', `apiVersion networking.istio.io/v1beta: ${istioHint}`],
  ['networking.istio.io', 'ServiceEntry', `apiVersion networking.istio.io: ${istioHint}`],
  ['networking.istio.io/v1 ', 'ServiceEntry', `apiVersion "networking.istio.io/v1 ": ${istioHint}`],
  ['Networking.Istio.io/v1', 'ServiceEntry', `apiVersion Networking.Istio.io/v1: ${istioHint}`],
  ['istio.io/v1', 'ServiceEntry', `apiVersion istio.io/v1: ${istioHint}`],
  ['networking.istio.oi/v1', 'Sidecar', `apiVersion networking.istio.oi/v1: ${istioHint}`],
  ['security.istio.io/v1', 'Sidecar', `apiVersion security.istio.io/v1: ${istioHint}`],
  ['v1', 'ServiceEntry', `apiVersion v1: ${istioHint}`],
  ['networking.k8s.io/v1', 'WorkloadEntry', `apiVersion networking.k8s.io/v1: ${istioHint}`],
  ['istio.io/v1', 'serviceentry', `kind serviceentry: ${entryHint} apiVersion istio.io/v1: ${istioHint}`],
  ['v1', 'pod', 'kind pod: did you mean Pod?'],
  ['v1', 'Pods', 'kind Pods: did you mean Pod?'],
  ['v1', 'service', 'kind service: did you mean Service?'],
  ['v1', 'Serivce', 'kind Serivce: did you mean Service?'],
  ['V1', 'Pod', 'apiVersion V1: did you mean v1?'],
  ['core/v1', 'Service', 'apiVersion core/v1: did you mean v1?'],
])('%s %s', (apiVersion, kind, hint) => {
  expect(nearlyOurs(apiVersion, kind)).toBe(hint);
  const { metadata, spec } = serviceEntry({ hosts: ['a.com'] }, { namespace: 'shop' }) as Record<string, unknown>;
  expect(readObject({ apiVersion, kind, metadata, spec }, origin)).toMatchObject({
    type: 'rejected',
    rejections: [{ reason: 'unknown', field: '', message: hint, origin: origin.text, written: ['a.com'] }],
  });
});

it.each([
  [istio, 'VirtualService'],
  [istio, 'Gateway'],
  [istio, 'DestinationRule'],
  [istio, 'WorkloadGroup'],
  [istio, 'EnvoyFilter'],
  ['serving.knative.dev/v1', 'Service'],
  ['opentelemetry.example/v1', 'Sidecar'],
  ['gateway.networking.k8s.io/v1', 'Gateway'],
  ['example.com/v1', 'serviceentry'],
  ['metrics.k8s.io/v1beta1', 'Pod'],
  ['v1', 'ServiceAccount'],
  ['v1', 'PodTemplate'],
  ['v1', 'Node'],
  ['apps/v1', 'Deployment'],
  ['v1', 'Endpoints'],
  ['networking.k8s.io/v1', 'Ingress'],
  ['install.istio.io/v1alpha1', 'IstioOperator'],
  [istio, 's'.repeat(10_000)],
  ['x'.repeat(10_000), 'ServiceEntry'],
])("%s %s is another's, and nothing is said", (apiVersion, kind) => {
  expect(nearlyOurs(apiVersion, kind)).toBeUndefined();
});
