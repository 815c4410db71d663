import { readFileSync } from 'node:fs';

/** A Corefile that a distribution of Kubernetes ships, in `files/NAME.Corefile`: its directives as they are, laid out as we do it. */
export interface Distribution {
  /** Of the file. */
  readonly name: string;
  readonly of: string;
  readonly version: string;
  /** Where it was read. */
  readonly source: string;
  /** Names that it answers by itself, and their addresses. */
  readonly answers?: Readonly<Record<string, string>>;
}

const kubernetes = 'github.com/kubernetes/kubernetes';
const add = (file: string, commit: string): string => `${kubernetes} cluster/addons/dns/${file}, ${commit}`;

export const distributions: readonly Distribution[] = [
  {
    name: 'kubeadm-master',
    of: 'kubeadm, kind',
    version: 'master, CoreDNS 1.14.2',
    source: `${kubernetes} cmd/kubeadm/app/phases/addons/dns/manifests.go, 008b365`,
  },
  {
    name: 'kubeadm-1.17',
    of: 'kubeadm',
    version: '1.17.0',
    source: 'blog.csdn.net/qq_41709494/article/details/104289375, output of kubectl',
  },
  {
    name: 'kubernetes-1.20',
    of: 'Kubernetes, add-on manager',
    version: '1.20; the same with CoreDNS 1.14.2',
    source: add('coredns/coredns.yaml.base', '008b365'),
  },
  {
    name: 'kubernetes-coredns-1.3.1',
    of: 'Kubernetes, add-on manager',
    version: 'CoreDNS 1.3.1',
    source: add('coredns/coredns.yaml.base', 'eac438f'),
  },
  {
    name: 'nodelocaldns-1.26.4',
    of: 'NodeLocal DNSCache',
    version: '1.26.4, variables filled in',
    source: add('nodelocaldns/nodelocaldns.yaml', '028f956'),
  },
  {
    name: 'k3s-coredns-1.11.3',
    of: 'k3s',
    version: 'CoreDNS 1.11.3',
    source: 'github.com/k3s-io/k3s manifests/coredns.yaml, 66c487b',
    answers: { 'node-1.': '192.0.2.11', 'node-2.': '192.0.2.12' },
  },
  {
    name: 'k3s-coredns-1.8.3',
    of: 'k3s',
    version: 'CoreDNS 1.8.3',
    source: 'github.com/k3s-io/k3s manifests/coredns.yaml, 0064a39',
    answers: { 'node-1.': '192.0.2.11' },
  },
  {
    name: 'eks',
    of: 'Amazon EKS',
    version: 'not said',
    source: "Camunda's guide for EKS in two regions, output of kubectl",
  },
  {
    name: 'eks-without-ready',
    of: 'Amazon EKS',
    version: 'not said, older',
    source: 'public guides to route53 on EKS, output of kubectl',
  },
  {
    name: 'aks',
    of: 'Azure AKS',
    version: '2023-09',
    source: 'github.com/VijayRod/demo container-storage/logs/dns-k8s-coredns_cm.md, output of kubectl',
  },
  {
    name: 'openshift-4',
    of: 'OpenShift, DNS operator',
    version: '4, defaults filled in',
    source: 'github.com/openshift/cluster-dns-operator pkg/operator/controller/controller_dns_configmap.go, 061cf58',
    answers: {},
  },
  {
    name: 'openshift-4-servers',
    of: 'OpenShift, DNS operator',
    version: '4, with a server for one zone',
    source: 'as above',
  },
  {
    name: 'openshift-on-prem',
    of: 'OpenShift, on-prem nodes',
    version: '4, variables filled in',
    source:
      'github.com/openshift/machine-config-operator templates/common/on-prem/files/coredns-corefile.yaml, 0420e18 and a newer one without mdns',
    answers: {
      'api.cluster.example.': '192.0.2.5',
      'console.apps.cluster.example.': '192.0.2.5',
    },
  },
  {
    name: 'rke2-coredns-1.10.1',
    of: 'RKE2, chart rke2-coredns',
    version: 'CoreDNS 1.10.1',
    source: 'github.com/rancher/rke2-charts packages/rke2-coredns, 90e1809 and 006adb5',
  },
  {
    name: 'helm-coredns-1.9.4',
    of: 'CoreDNS Helm chart',
    version: 'CoreDNS 1.9.4',
    source: 'github.com/coredns/helm charts/coredns/values.yaml, 01cbf31',
  },
  {
    name: 'minikube-2024',
    of: 'minikube',
    version: '2024-06',
    source: 'github.com/pepesan/ejemplos-kubernetes 10_ingress_dns/02_configurar_core_dns.sh, output of kubectl',
    answers: { 'host.minikube.internal.': '192.168.49.1' },
  },
  {
    name: 'k0s-2021',
    of: 'k0s',
    version: '2021',
    source: 'github.com/k0sproject/k0s pkg/component/controller/coredns.go, 00f69d2',
  },
  {
    name: 'talos',
    of: 'Talos',
    version: '6ea50fb',
    source:
      'github.com/siderolabs/talos internal/app/machined/pkg/controllers/k8s/internal/k8stemplates/testdata/coredns-configmap-cluster-domain.yaml',
  },
  {
    name: 'lke',
    of: 'Akamai LKE',
    version: 'not said',
    source: 'techdocs.akamai.com/cloud-computing/docs/coredns-custom-config',
  },
  {
    name: 'ovh',
    of: 'OVHcloud Managed Kubernetes',
    version: '2022-09',
    source: "OVHcloud's guide to CoreDNS, output of kubectl",
  },
  {
    name: 'outscale',
    of: 'Outscale OKS',
    version: 'not said',
    source: 'docs.outscale.com/en/userguide/Getting-Information-About-Your-Default-CoreDNS-Configuration.html',
  },
];

/** Those of which no Corefile was found. */
export const withoutCorefile: Readonly<Record<string, string>> = {
  GKE: 'Cloud DNS and kube-dns are not CoreDNS, and no Corefile of its NodeLocal DNSCache was found; that of Kubernetes is above',
  'DigitalOcean DOKS':
    'docs.digitalocean.com/products/kubernetes/how-to/customize-coredns shows one that could be read in part: no directive that the others do not have',
};

export function corefileOf({ name }: Pick<Distribution, 'name'>): string {
  return readFileSync(`test/corefiles/files/${name}.Corefile`, 'utf8');
}
