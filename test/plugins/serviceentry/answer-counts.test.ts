import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { outcomes } from '../../../src/plugins/serviceentry/answer-counts.ts';
import { askUdp } from '../../support/dns-client.ts';
import { parseExposition, valueOf } from '../../support/exposition.ts';
import { freePorts } from '../../support/free-ports.ts';
import { encodeQuery, type TypeOption } from '../../support/query.ts';
import { get, startServer } from '../../support/running.ts';

const manifests = `
kind: ServiceEntry
apiVersion: networking.istio.io/v1
metadata: { name: plain, namespace: apps }
spec:
  hosts: [plain.mesh.test, '*.wild.mesh.test']
  addresses: [10.0.0.1]
  resolution: STATIC
  ports: [{ number: 80, name: http, protocol: HTTP }]
---
kind: ServiceEntry
apiVersion: networking.istio.io/v1
metadata: { name: headless, namespace: apps }
spec:
  hosts: [headless.mesh.test]
  resolution: NONE
  location: MESH_INTERNAL
  ports: [{ number: 80, name: http, protocol: HTTP }]
  workloadSelector: { labels: { app: db } }
---
kind: WorkloadEntry
apiVersion: networking.istio.io/v1
metadata: { name: db-1, namespace: apps }
spec: { address: 10.0.0.2, labels: { app: db } }
---
kind: ServiceEntry
apiVersion: networking.istio.io/v1
metadata: { name: private, namespace: apps }
spec:
  hosts: [private.mesh.test]
  exportTo: ['.']
  addresses: [10.0.0.3]
  resolution: STATIC
  ports: [{ number: 80, name: http, protocol: HTTP }]
---
kind: ServiceEntry
apiVersion: networking.istio.io/v1
metadata: { name: names, namespace: apps }
spec:
  hosts: [names.mesh.test]
  resolution: DNS
  ports: [{ number: 80, name: http, protocol: HTTP }]
  endpoints: [{ address: plain.mesh.test }, { address: gone.mesh.test }]
`;

/** What each of these questions is counted as; those that a query causes are not counted. */
const questions: readonly (readonly [name: string, type: TypeOption, outcome: string])[] = [
  ['plain.mesh.test', 'A', 'host'],
  ['plain.mesh.test', 'A', 'host'],
  ['names.mesh.test', 'A', 'host'],
  ['a.wild.mesh.test', 'A', 'wildcard'],
  ['db-1.headless.mesh.test', 'A', 'endpoint'],
  ['_http._tcp.plain.mesh.test', 'SRV', 'service'],
  ['1.0.0.10.in-addr.arpa', 'PTR', 'ptr'],
  ['mesh.test', 'SOA', 'apex'],
  ['mesh.test', 'NS', 'apex'],
  ['plain.mesh.test', 'AAAA', 'nodata'],
  ['gone.mesh.test', 'A', 'nxdomain'],
  ['private.mesh.test', 'A', 'hidden'],
  ['example.org', 'A', 'forwarded'],
  ['mesh.test', 'AXFR', 'refused'],
];

test('a query is counted as what became of it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'answers-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'all.yaml'), manifests);
  const [port = 0, http = 0] = await freePorts(2);
  const block = `prometheus 127.0.0.1:${http}\nserviceentry mesh.test 10.in-addr.arpa {\nfile ${folder}\n}\nwhoami\n`;
  await startServer(`.:${port} {\nbind 127.0.0.1\n${block}}\n`);
  for (const [name, type] of questions) await askUdp(port, encodeQuery(name, type));
  const { body } = await get(http, '/metrics');
  const counted = (outcome: string): number =>
    valueOf(body, 'coredns_serviceentry_answers_total', { zones: '.', outcome });
  const expected = outcomes.map((each) => [each, questions.filter(([, , outcome]) => outcome === each).length]);
  expect(outcomes.map((outcome) => [outcome, counted(outcome)])).toEqual(expected);
  expect(valueOf(body, 'coredns_serviceentry_unknown_clients_total')).toBe(1);
  const total = parseExposition(body).find(({ name }) => name === 'coredns_dns_responses_total')!;
  expect(total.samples.reduce((sum, { value }) => sum + value, 0)).toBe(questions.length);
});
