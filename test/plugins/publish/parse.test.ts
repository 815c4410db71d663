import { chmodSync, copyFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { publishPlugin } from '../../../src/plugins/publish/publish.ts';
import { parseDirective } from '../../support/plugin.ts';

const keyFile = resolve('test/support/publisher.key');
const needed = `primary 192.0.2.53\nkey ${keyFile}\nowner us`;

function parse(...lines: string[]) {
  return parseDirective(publishPlugin, lines.join('\n'));
}

describe('publish in a Corefile', () => {
  it('has defaults', () => {
    const { config, problems } = parse('publish mesh.example.org {', needed, '}');
    expect(problems).toEqual([]);
    expect(config.targets).toEqual([
      {
        zones: ['mesh.example.org.'],
        primary: { host: '192.0.2.53', port: 53 },
        keyFile,
        owner: 'us',
        types: ['A', 'AAAA', 'CNAME'],
        ttl: undefined,
        autoAddresses: false,
        maxRemovals: { kind: 'percent', percent: 10 },
        intervalMs: 600_000,
        lease: undefined,
        isDryRun: false,
      },
    ]);
  });

  it('takes all options', () => {
    const { config, problems } = parse(
      'publish a.test 192.0.2.0/24 {',
      'primary [2001:db8::53]:5353',
      `key ${keyFile}`,
      'owner cluster-1',
      'types SRV A',
      'ttl 5m',
      'auto_addresses',
      'max_removals 25',
      'interval 1m',
      'lease istio-system/publish',
      'kubeconfig /etc/kubeconfig east',
      'dry_run',
      '}',
    );
    expect(problems).toEqual([]);
    expect(config.targets[0]).toMatchObject({
      zones: ['a.test.', '2.0.192.in-addr.arpa.'],
      primary: { host: '2001:db8::53', port: 5353 },
      types: ['A', 'SRV'],
      ttl: 300,
      autoAddresses: true,
      maxRemovals: { kind: 'names', names: 25 },
      intervalMs: 60_000,
      lease: {
        namespace: 'istio-system',
        name: 'publish',
        cluster: { kind: 'kubeconfig', file: '/etc/kubeconfig', context: 'east' },
      },
      isDryRun: true,
    });
  });

  it('reads a lease in the cluster of the Pod', () => {
    const { config } = parse('publish a.test {', needed, 'lease a/b', '}');
    expect(config.targets[0]!.lease).toEqual({ namespace: 'a', name: 'b', cluster: { kind: 'in-cluster' } });
  });

  it.each([
    ['ns1.example.org', { host: 'ns1.example.org', port: 53 }],
    ['ns1.example.org:5353', { host: 'ns1.example.org', port: 5353 }],
    ['2001:db8::53', { host: '2001:db8::53', port: 53 }],
    ['[2001:db8::53]', { host: '2001:db8::53', port: 53 }],
  ])('reads the address %s', (text, primary) => {
    const { config } = parse('publish a.test {', `primary ${text}`, `key ${keyFile}`, 'owner us', '}');
    expect(config.targets[0]!.primary).toEqual(primary);
  });

  it('may stand for several name servers, with no zone twice', () => {
    const { config, problems } = parse('publish a.test {', needed, '}', 'publish b.test A.test {', needed, '}');
    expect(config.targets).toHaveLength(2);
    expect(problems).toEqual([
      expect.stringContaining("Corefile:7:16: error: the zone 'a.test.' stands here again") as string,
    ]);
  });

  it.each([
    ['publish a.test', "publish needs 'primary'"],
    [`publish a.test {\nprimary 192.0.2.53\nowner us\n}`, "publish needs 'key'"],
    [`publish a.test {\nprimary 192.0.2.53\nkey ${keyFile}\n}`, "publish needs 'owner'"],
    [`publish a.test {\n${needed}\nkubeconfig /x\n}`, "there is no 'lease' [COREFILE_CONFLICT]"],
    [
      'publish a.test {\nkey /nowhere\n}',
      "Corefile:3:5: error: the key file '/nowhere' does not exist [COREFILE_FILE]",
    ],
    [`publish a.test {\nkey ${resolve('package.json')}\n}`, 'is no key file: it has no key'],
  ])('refuses %j', (text, problem) => {
    expect(parse(text).problems.join('\n')).toContain(problem);
  });
});

it('warns of a key that everybody may read', async () => {
  const own = join(mkdtempSync(join(tmpdir(), 'key-')), 'publisher.key');
  copyFileSync(keyFile, own);
  const { config } = parse('publish a.test {', needed.replace(keyFile, own), '}');
  chmodSync(own, 0o640);
  expect(await publishPlugin.missing(config)).toEqual([]);
  chmodSync(own, 0o644);
  expect(await publishPlugin.missing(config)).toEqual([
    `every user of this machine may read the key ${own}: 'chmod 600' it, or set defaultMode of the Secret`,
  ]);
});
