import type { Rejection } from '../../../src/registry/model/rejection.ts';
import { describe, expect, test } from 'vitest';
import { explanationText } from '../../../src/server/inspect/explain-text.ts';
import { serviceEntry, workloadEntry } from '../../semantics/case.ts';
import { inspect } from './inspect.ts';

const internal = 'location: MESH_INTERNAL, resolution: STATIC';
const http = 'ports: [{ number: 80, name: http, protocol: HTTP }]';
const checked = "labels: { app: ledger }, annotations: { proxy.istio.io/health-checks-enabled: 'true' }";

async function text(objects: string, name: string, namespace?: string): Promise<string> {
  return explanationText(await inspect({ objects }).explain({ name, namespace }));
}

describe('what people read', () => {
  test('a selector host with an unhealthy VM', async () => {
    const objects =
      serviceEntry(
        'payments/ledger',
        `hosts: [ledger.mesh.test], ${internal}, ${http}, workloadSelector: { labels: { app: ledger } }`,
      ) +
      workloadEntry(
        'payments/vm-1',
        'address: 10.50.0.1',
        checked,
        "status: { conditions: [{ type: Healthy, status: 'True' }] }",
      ) +
      workloadEntry(
        'payments/vm-2',
        'address: 10.50.0.2',
        checked,
        "status: { conditions: [{ type: Healthy, status: 'False' }] }",
      );
    expect(await text(objects, 'ledger.mesh.test')).toMatchInlineSnapshot(`
      "ledger.mesh.test. A
        client  of no known namespace: nothing says which namespace it is in
        block   mesh.test.:1053 on 192.0.2.1 (bind, serviceentry, forward)
        result  NOERROR, 1 record

      Name
        host ledger.mesh.test: matches

      ServiceEntries, oldest first
        payments/ledger serves: exported to all
            case.yaml:0: MESH_INTERNAL, STATIC
            used: WorkloadEntry payments/vm-1: 10.50.0.1
            left out: WorkloadEntry payments/vm-2: it is not healthy: condition
                Healthy is False

      Answer
        ledger.mesh.test: it has no addresses, so its endpoints answer
        addresses: 10.50.0.1
        services: _http._tcp

      Reply
      ;; ->>HEADER<<- opcode: QUERY, status: NOERROR
      ;; flags: qr aa rd ra; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 0

      ;; QUESTION SECTION:
      ;ledger.mesh.test. IN A

      ;; ANSWER SECTION:
      ledger.mesh.test.	30	IN	A	10.50.0.1
      "
    `);
  });

  test('a host that lost to another namespace', async () => {
    const entry = (name: string, address: string, day: number): string =>
      serviceEntry(
        name,
        `hosts: [api.example.com], addresses: [${address}], ${internal}, ${http}`,
        `creationTimestamp: '2026-03-0${day}T08:00:00Z'`,
      );
    const objects = entry('shop/api', '10.96.1.1', 5) + entry('platform/api', '10.96.1.2', 2);
    expect(await text(objects, 'api.example.com')).toMatchInlineSnapshot(`
      "api.example.com. A
        client  of no known namespace: nothing says which namespace it is in
        block   .:1053 on 192.0.2.1 (bind, serviceentry, forward)
        result  NOERROR, 1 record

      Name
        host api.example.com: matches

      ServiceEntries, oldest first
        platform/api serves: exported to all
            case.yaml:1: MESH_INTERNAL, STATIC, created 2026-03-02T08:00:00Z
            addresses 10.96.1.2
        shop/api lost: namespace platform has the host: its ServiceEntry is older
            case.yaml:0: MESH_INTERNAL, STATIC, created 2026-03-05T08:00:00Z
            addresses 10.96.1.1

      Answer
        api.example.com: it has addresses, and these come before endpoints
        addresses: 10.96.1.2
        services: _http._tcp

      Reply
      ;; ->>HEADER<<- opcode: QUERY, status: NOERROR
      ;; flags: qr aa rd ra; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 0

      ;; QUESTION SECTION:
      ;api.example.com. IN A

      ;; ANSWER SECTION:
      api.example.com.	30	IN	A	10.96.1.2
      "
    `);
  });

  test('a name that the client may not see', async () => {
    const objects = serviceEntry(
      'security/vault',
      `hosts: [vault.mesh.test], addresses: [10.96.30.1], ${internal}, exportTo: ['.']`,
    );
    expect(await text(objects, 'vault.mesh.test', 'shop')).toMatchInlineSnapshot(`
      "vault.mesh.test. A
        client  of namespace shop: as it was asked for
        block   mesh.test.:1053 on 192.0.2.1 (bind, serviceentry, forward)
        result  NXDOMAIN, 0 records

      Name
        host vault.mesh.test: 1 ServiceEntry has it, but this client may not see it
        wildcards: none that this client sees covers the name
        own zone mesh.test.: below it this name does not exist

      ServiceEntries, oldest first
        security/vault not visible: it is exported to its own namespace security only,
            not to shop
            case.yaml:0: MESH_INTERNAL, STATIC
            addresses 10.96.30.1

      Reply
      ;; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN
      ;; flags: qr aa rd ra; QUERY: 1, ANSWER: 0, AUTHORITY: 1, ADDITIONAL: 0

      ;; QUESTION SECTION:
      ;vault.mesh.test. IN A

      ;; AUTHORITY SECTION:
      mesh.test.	5	IN	SOA	ns.dns.mesh.test. hostmaster.mesh.test. 1767225600 7200 1800 86400 5
      "
    `);
  });

  test('no line is longer than 80 columns but those of records', async () => {
    const labels = Array.from({ length: 9 }, (_, i) => `key-number-${i}: value-number-${i}`).join(', ');
    const objects =
      serviceEntry('a/x', `hosts: [a.mesh.test], ${internal}, workloadSelector: { labels: { ${labels} } }`) +
      serviceEntry(
        'a/y',
        `hosts: [a.mesh.test], ${internal}, endpoints: [${Array.from({ length: 60 }, (_, i) => `{ address: 10.3.0.${i + 1} }`).join(', ')}]`,
      ) +
      serviceEntry(
        'b/z',
        'hosts: [a.mesh.test], resolution: DNS, exportTo: [a-long-namespace-1, a-long-namespace-2, a-long-namespace-3]',
      );
    const lines = (await text(objects, 'a.mesh.test')).split('\n').filter((line) => !line.includes('\t'));
    expect(lines.length).toBeGreaterThan(30);
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  test('of many warnings the first are shown', async () => {
    const fault = { reason: 'object', object: '', field: '', message: 'bad', isWhole: true } as const;
    const faults = Array.from({ length: 30 }, (_, i) => ({
      ...fault,
      object: `ServiceEntry a/x${i}`,
      origin: 'x.yaml:1',
    }));
    const inspector = inspect({ rejections: faults.map((each) => ({ ...each, written: ['a.mesh.test'] })) });
    const shown = explanationText(await inspector.explain({ name: 'a.mesh.test' }));
    expect(shown).toContain(
      '- a/x19 has it, but is left out: bad (x.yaml:1)\n  and 10 more, which -output json shows\n',
    );
  });

  test('control characters of manifests do not reach the terminal', async () => {
    const message = 'found "\u001b[2J\u009b31m"';
    const rejections: Rejection[] = [
      {
        reason: 'object',
        object: 'ServiceEntry a/x',
        field: 'spec',
        message,
        origin: 'x.yaml:1',
        written: ['a.mesh.test'],
        isWhole: true,
      },
    ];
    const inspector = inspect({ rejections });
    const shown = explanationText(await inspector.explain({ name: 'a.mesh.test' }));
    expect(shown).toContain('found "?[2J?31m"');
  });

  test('where the client is, and what of a host is near', async () => {
    const objects = serviceEntry(
      'near',
      `hosts: [near.mesh.test], ${internal}, endpoints: [{ address: 10.0.0.1, locality: us }, { address: 10.0.0.2, locality: eu/a/1, weight: 3 },
       { address: 10.0.0.3, locality: eu/a/2 }]`,
    );
    const options = 'nearest only\nclient_locality 10.9.0.0/16 eu/a/1\nlocality us';
    const explain = async (client: string): Promise<string> =>
      explanationText(await inspect({ objects, options }).explain({ name: 'near.mesh.test', client }));
    expect(await explain('10.9.0.1')).toMatchInlineSnapshot(`
      "near.mesh.test. A
        client  10.9.0.1 of no known namespace: nothing says which namespace it is in
        place   eu/a/1: client_locality 10.9.0.0/16 eu/a/1
        block   mesh.test.:1053 on 192.0.2.1 (bind, serviceentry, forward)
        result  NOERROR, 1 record

      Name
        host near.mesh.test: matches

      ServiceEntries, oldest first
        default/near serves: exported to all
            case.yaml:0: MESH_INTERNAL, STATIC
            used: endpoints[0]: 10.0.0.1
            used: endpoints[1]: 10.0.0.2
            used: endpoints[2]: 10.0.0.3

      Answer
        near.mesh.test: it has no addresses, so its endpoints answer
        addresses: 10.0.0.2
        eu/a/1 (nearest): 10.0.0.2 weight 3
        eu/a/2 (same zone), left out: 10.0.0.3 weight 1
        us (elsewhere), left out: 10.0.0.1 weight 1

      Reply
      ;; ->>HEADER<<- opcode: QUERY, status: NOERROR
      ;; flags: qr aa rd ra; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 0

      ;; QUESTION SECTION:
      ;near.mesh.test. IN A

      ;; ANSWER SECTION:
      near.mesh.test.	30	IN	A	10.0.0.2
      "
    `);
    expect(await explain('192.0.2.1')).toContain('place   us: locality us, for all others');
  });
});
