import { expect, it } from 'vitest';
import { readManifest } from './reading.ts';

const http = (number: number) => [{ name: 'http', number, isUdp: false, targetPort: undefined }];

it('reads two VMs behind customers.com', () => {
  const manifest = `
apiVersion: networking.istio.io/v1alpha3
kind: WorkloadEntry
metadata: { name: customers-vm-1 }
spec:
  serviceAccount: customers
  address: 1.0.0.0
  labels: { app: customers, instance-id: vm1 }
---
apiVersion: networking.istio.io/v1alpha3
kind: WorkloadEntry
metadata: { name: customers-vm-2 }
spec:
  serviceAccount: customers
  address: 2.0.0.0
  labels: { app: customers, instance-id: vm2 }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: customers-svc }
spec:
  hosts: [customers.com]
  location: MESH_INTERNAL
  ports:
    - { number: 80, name: http, protocol: HTTP }
  resolution: STATIC
  workloadSelector:
    labels: { app: customers }
`;
  expect(readManifest(manifest)).toMatchObject([
    {
      kind: 'WorkloadEntry',
      meta: { namespace: 'default', name: 'customers-vm-1' },
      labels: new Map([
        ['app', 'customers'],
        ['instance-id', 'vm1'],
      ]),
      endpoint: { address: { kind: 'ip', ip: '1.0.0.0' } },
      isHealthy: true,
    },
    { kind: 'WorkloadEntry', endpoint: { address: { kind: 'ip', ip: '2.0.0.0' } } },
    {
      kind: 'ServiceEntry',
      hosts: ['customers.com'],
      location: 'MESH_INTERNAL',
      resolution: 'STATIC',
      ports: http(80),
      selector: new Map([['app', 'customers']]),
      endpoints: [],
    },
  ]);
});

it.each([
  ['external-svc', 'api.external-svc.com', '{ number: 443, name: https, protocol: TLS }'],
  ['httpbin-entry', 'httpbin.org', '{ number: 80, name: http, protocol: HTTP }'],
])('reads the external service %s', (name, host, port) => {
  const manifest = `
apiVersion: networking.istio.io/v1alpha3
kind: ServiceEntry
metadata: { name: ${name} }
spec:
  hosts: [${host}]
  ports:
    - ${port}
  resolution: DNS
  location: MESH_EXTERNAL
`;
  expect(readManifest(manifest)).toMatchObject([
    { meta: { name }, hosts: [host], resolution: 'DNS', location: 'MESH_EXTERNAL', vips: [], endpoints: [] },
  ]);
});

it('reads a selector in another namespace', () => {
  const manifest = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: independent, namespace: fast-track-istio }
spec:
  hosts: [independent.australiaeast.azurecontainer.io]
  location: MESH_INTERNAL
  ports:
    - { number: 8080, name: http, protocol: HTTP }
  resolution: DNS
  workloadSelector:
    labels: { app: independent }
`;
  expect(readManifest(manifest)).toMatchObject([
    {
      meta: { namespace: 'fast-track-istio' },
      hosts: ['independent.australiaeast.azurecontainer.io'],
      ports: http(8080),
      selector: new Map([['app', 'independent']]),
    },
  ]);
});

it('reads a VM and the ServiceEntry with its address inline', () => {
  const manifest = `
apiVersion: networking.istio.io/v1alpha3
kind: WorkloadEntry
metadata: { name: vm-workload-entry, namespace: default }
spec:
  address: 192.168.1.8
  labels: { app: vm-app, version: v1 }
  serviceAccount: vm-account
---
apiVersion: networking.istio.io/v1alpha3
kind: ServiceEntry
metadata: { name: vm-service-entry, namespace: default }
spec:
  hosts: [vm-app.default.svc.cluster.local]
  ports:
    - { number: 8080, name: http, protocol: HTTP }
  resolution: STATIC
  endpoints:
    - address: 192.168.1.8
      labels: { app: vm-app, version: v1 }
---
apiVersion: networking.istio.io/v1alpha3
kind: ServiceEntry
metadata: { name: external-service-entry, namespace: default }
spec:
  hosts: [external-app.default.svc.cluster.local]
  ports:
    - { number: 8080, name: http, protocol: HTTP }
  resolution: STATIC
  endpoints:
    - address: 192.168.1.8
      labels: { app: external-app, version: v1 }
`;
  const endpoints = [{ address: { kind: 'ip', ip: '192.168.1.8' }, ports: new Map(), locality: '', weight: undefined }];
  expect(readManifest(manifest)).toMatchObject([
    { kind: 'WorkloadEntry', endpoint: endpoints[0] },
    { hosts: ['vm-app.default.svc.cluster.local'], resolution: 'STATIC', endpoints, selector: undefined },
    { hosts: ['external-app.default.svc.cluster.local'], ports: http(8080), endpoints },
  ]);
});
