/** The fields of rendered objects that the tests read; all may be absent. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Labels;
    readonly annotations?: Labels;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly rules?: readonly Rule[];
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly { readonly kind: string; readonly name: string; readonly namespace: string }[];
  readonly spec?: Spec;
}

export type Labels = Readonly<Record<string, string>>;

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** The union of what Deployment, Service and the others have. */
export interface Spec {
  readonly selector?: Labels & { readonly matchLabels?: Labels };
  readonly template?: { readonly metadata: { readonly labels: Labels }; readonly spec: PodSpec };
  readonly ports?: readonly ServicePort[];
  readonly clusterIP?: string;
  readonly type?: string;
  readonly trafficDistribution?: string;
  readonly internalTrafficPolicy?: string;
  readonly externalTrafficPolicy?: string;
  readonly loadBalancerSourceRanges?: readonly string[];
  readonly podSelector?: { readonly matchLabels: Labels };
  readonly ingress?: readonly PolicyRule[];
  readonly egress?: readonly PolicyRule[];
  readonly scaleTargetRef?: { readonly apiVersion: string; readonly kind: string; readonly name: string };
  readonly replicas?: number;
  readonly minReplicas?: number;
  readonly endpoints?: readonly { readonly port: string; readonly path: string }[];
}

export interface PolicyRule {
  readonly from?: readonly unknown[];
  readonly ports: readonly { readonly port: number; readonly protocol: string }[];
}

export interface ServicePort {
  readonly name: string;
  readonly port: number;
  readonly targetPort: string;
  readonly protocol: string;
}

export interface PodSpec {
  readonly dnsPolicy: string;
  readonly hostNetwork?: boolean;
  readonly serviceAccountName: string;
  readonly automountServiceAccountToken: boolean;
  readonly priorityClassName?: string;
  readonly nodeSelector: Labels;
  readonly terminationGracePeriodSeconds: number;
  readonly securityContext: {
    readonly runAsNonRoot: boolean;
    readonly seccompProfile: { readonly type: string };
    readonly sysctls?: readonly { readonly name: string; readonly value: string }[];
  };
  readonly topologySpreadConstraints?: readonly {
    readonly topologyKey: string;
    readonly labelSelector: { readonly matchLabels: Labels };
  }[];
  readonly containers: readonly Container[];
  readonly volumes: readonly {
    readonly name: string;
    readonly configMap?: { readonly name: string };
    readonly secret?: { readonly secretName: string };
    readonly emptyDir?: object;
  }[];
}

export interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number; readonly protocol: string }[];
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly resources: { readonly requests: Labels; readonly limits: Labels };
  readonly securityContext: object;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
}

export interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string; readonly host?: string };
}

/** The only object of a kind, and of a name where it is given. */
export function only(manifests: readonly Manifest[], kind: string, name?: string): Manifest {
  const found = manifests.filter((each) => each.kind === kind && (name === undefined || each.metadata.name === name));
  if (found.length !== 1) throw new Error(`${found.length} objects are a ${kind} ${name ?? ''}`);
  return found[0]!;
}

/** The Deployment or DaemonSet, and its Pods. */
export function workload(manifests: readonly Manifest[]): { manifest: Manifest; labels: Labels; pod: PodSpec } {
  const [manifest, ...others] = manifests.filter(({ spec }) => spec?.template);
  if (!manifest?.spec?.template || others.length > 0) throw new Error('not one object has Pods');
  return { manifest, labels: manifest.spec.template.metadata.labels, pod: manifest.spec.template.spec };
}

/** The Corefile that the Pods read: that of the ConfigMap which their volume names. */
export function corefileOf(manifests: readonly Manifest[]): string {
  const name = workload(manifests).pod.volumes.find(({ configMap }) => configMap)?.configMap?.name;
  const text = only(manifests, 'ConfigMap', name).data?.Corefile;
  if (text === undefined) throw new Error(`ConfigMap ${name ?? ''} has no Corefile`);
  return text;
}
