/**
 * The fields that an object has by the CRDs of Istio (module `istio.io/api`, kubernetes/customresourcedefinitions.gen.yaml):
 * those below a field, or `any` where there is a value, a map of free keys, or nothing that DNS has a use for. A
 * list has the fields of its items. A test compares them with the CRDs.
 */
export type Schema = ReadonlyMap<string, Schema | 'any'>;

const any = 'any';

function schema(fields: Readonly<Record<string, Schema | 'any'>>): Schema {
  return new Map(Object.entries(fields));
}

function leaves(...names: readonly string[]): Schema {
  return new Map(names.map((name) => [name, any]));
}

const workloadSelector = leaves('labels');

export const workloadEntrySpec = leaves(
  'address',
  'ports',
  'labels',
  'network',
  'locality',
  'weight',
  'serviceAccount',
);

export const serviceEntrySpec = schema({
  hosts: any,
  addresses: any,
  ports: leaves('number', 'name', 'protocol', 'targetPort'),
  location: any,
  resolution: any,
  endpoints: workloadEntrySpec,
  workloadSelector,
  exportTo: any,
  subjectAltNames: any,
});

export const sidecarSpec = schema({
  workloadSelector,
  egress: schema({
    hosts: any,
    port: leaves('number', 'name', 'protocol', 'targetPort'),
    bind: any,
    captureMode: any,
  }),
  ingress: any,
  inboundConnectionPool: any,
  outboundTrafficPolicy: any,
});

/** ObjectMeta of Kubernetes 1.3x, with `clusterName`, which it had once. */
const metadata = leaves(
  'name',
  'namespace',
  'labels',
  'annotations',
  'creationTimestamp',
  'uid',
  'resourceVersion',
  'generation',
  'generateName',
  'managedFields',
  'ownerReferences',
  'finalizers',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
  'clusterName',
);

/** A whole object with such a spec. */
export function objectSchema(spec: Schema): Schema {
  return schema({ apiVersion: any, kind: any, metadata, spec, status: any });
}
