import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { loadCorefile } from '../../src/cli/load.ts';
import { formatProblem } from '../../src/corefile/problem.ts';
import { fencedBlocks, section, tableRows } from '../docs/markdown.ts';
import { freePorts } from '../support/free-ports.ts';
import { FakeUpstream } from '../support/fake-upstream.ts';
import { certPath, keyPath } from '../support/tls/files.ts';
import { chart, namespace, release, renderCharts, runHelm, type Values } from './chart.ts';
import { defaultValues, describedValues } from './chart-values.ts';
import { helm, provide } from './go-tool.ts';
import { corefileOf, only, workload, type Manifest, type Rule } from './manifest.ts';

const run = promisify(execFile);
const program = await provide(helm);

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'chart-test-'));
  writeFileSync(join(directory, 'resolv.conf'), 'nameserver 192.0.2.53\n');
  writeFileSync(
    join(directory, 'publisher.key'),
    `key "publisher" { algorithm hmac-sha256; secret "${Buffer.alloc(32).toString('base64')}"; };\n`,
    { mode: 0o600 },
  );
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The lines of what Helm says where it refuses the values. */
async function refusal(values: Values): Promise<string> {
  const file = join(directory, 'refused.yaml');
  writeFileSync(file, JSON.stringify(values));
  const refused = await runHelm(program!, 'template', release, chart, '--values', file).catch(
    (error: unknown) => error,
  );
  return (refused as { stderr: string }).stderr;
}

describe('the chart', () => {
  it('has the version of the package, and installs that', () => {
    const { version, appVersion } = load(readFileSync(`${chart}/Chart.yaml`, 'utf8')) as Record<string, string>;
    expect([version, appVersion]).toEqual([packageJson.version, packageJson.version]);
  });

  it('has a table of its values in the README', () => {
    const rows = tableRows(section(`${chart}/README.md`, 'Values')).map(([name, byDefault, text]) => ({
      name,
      byDefault,
      text,
    }));
    const defaults = defaultValues();
    const short = (value: unknown): string => {
      const json = JSON.stringify(value);
      return json.length > 30 ? 'see values.yaml' : `\`${json}\``;
    };
    expect(rows).toEqual(
      describedValues().map(({ name, text }) => ({
        name: `\`${name}\``,
        byDefault: short(defaults.get(name)),
        text,
      })),
    );
  });
});

describe.skipIf(program === undefined)('Helm', () => {
  it('finds no fault with the chart', async () => {
    expect(await runHelm(program!, 'lint', chart, '--strict')).not.toMatch(/ERROR|WARNING/);
  });

  it.each(fencedBlocks(`${chart}/README.md`).filter(({ language }) => language === 'yaml'))(
    'takes the values of $place, and the server their Corefile',
    async ({ text }) => {
      const [manifests] = await renderCharts(program!, [load(text) as Values]);
      expect(problemsOf(corefileOf(manifests!))).toEqual([]);
    },
  );

  it('refuses wrong values, and says which ones', async () => {
    const message = await refusal({
      kind: 'StatefulSet',
      zone: ['mesh.test'],
      threads: 0,
      clients: ['everybody'],
      zones: ['mesh.test {'],
      extraPorts: [{ name: 'dns-tls', port: 22, protocol: 'TCP' }],
      service: { type: 'Loadbalancer', clusterIp: '10.96.0.53' },
      image: { digest: 'abc' },
      podDisruptionBudget: { maxUnavailable: 'one' },
    });
    for (const part of [
      /kind.*must be one of 'Deployment', 'DaemonSet'/,
      /additional properties 'zone' not allowed/,
      /threads.*minimum: got 0, want 1/,
      /clients\/0.*'everybody' does not match pattern/,
      /zones\/0.*does not match pattern/,
      /extraPorts\/0\/port.*minimum: got 22, want 53/,
      /service\/type.*must be one of 'ClusterIP', 'NodePort', 'LoadBalancer'/,
      /service.*additional properties 'clusterIp' not allowed/,
      /image\/digest.*does not match pattern/,
      /podDisruptionBudget\/maxUnavailable/,
    ]) {
      expect(message).toMatch(part);
    }
  });

  it.each([
    [{ corefile: '.:53 {\n}\n', zones: ['mesh.test'] }, 'write what zones says into it, and leave zones out'],
    [{ corefile: '.:53 {\n}\n', options: ['ttl 5'] }, 'write what options says into it, and leave options out'],
    [{ hostNetwork: true }, 'hostNetwork needs kind: DaemonSet'],
  ])('refuses %j', async (values, message) => {
    expect(await refusal(values)).toContain(message);
  });

  it('keeps the clients of a node on it, as the version of Kubernetes can', async () => {
    const render = async (version: string): Promise<unknown> => {
      const [manifests] = await renderCharts(program!, [{ kind: 'DaemonSet' }], '--kube-version', version);
      const { trafficDistribution, internalTrafficPolicy } = only(manifests!, 'Service').spec!;
      return { trafficDistribution, internalTrafficPolicy };
    };
    expect(await render('1.34.0')).toEqual({ trafficDistribution: 'PreferSameNode' });
    expect(await render('1.33.9')).toEqual({ internalTrafficPolicy: 'Local' });
    const old = runHelm(program!, 'template', release, chart, '--kube-version', '1.26.0');
    await expect(old).rejects.toThrow(/requires kubeVersion: >=1\.27/);
  });

  it('replaces the Pods where the Corefile is another one', async () => {
    const cases = [{}, { threads: 3 }, { replicas: 3 }];
    const checksums = (await renderCharts(program!, cases)).map((manifests) => {
      const { annotations } = workload(manifests).manifest.spec!.template!.metadata as Manifest['metadata'];
      return annotations!['checksum/corefile'];
    });
    expect(new Set(checksums).size).toBe(2);
    expect(checksums[2]).toBe(checksums[0]);
  });

  it('asks the Service in its test, and takes any answer for one', async () => {
    const text = await runHelm(program!, 'template', 'dns', chart, '--show-only', 'templates/tests/answers.yaml');
    const { spec, metadata } = load(text) as Manifest;
    // The Service and the DaemonSet find their Pods by these.
    expect(Object.keys(metadata.labels!)).not.toContain('app.kubernetes.io/name');
    const { command, args } = (spec as unknown as { containers: { command: string[]; args: string[] }[] })
      .containers[0]!;
    expect(command).toEqual(['node', '-e']);
    const [script, address, zone] = args as [string, string, string];
    expect([address, zone]).toEqual(['$(DNS_SERVICEENTRY_DNS_SERVICE_HOST)', '.']);
    const upstream = await FakeUpstream.start();
    onTestFinished(() => upstream.stop());
    const ask = (port: number): Promise<{ stdout: string }> =>
      run(process.execPath, ['-e', script, `127.0.0.1:${port}`, 'mesh.test']);
    expect((await ask(upstream.port)).stdout).toContain('mesh.test SOA: ');
    const [nobody] = (await freePorts(1)) as [number];
    await expect(ask(nobody)).rejects.toMatchObject({ code: 1 });
  });
});

describe.skipIf(program === undefined)('the permissions', () => {
  const reading = (apiGroup: string, ...resources: string[]): Rule => ({
    apiGroups: [apiGroup],
    resources,
    verbs: ['list', 'watch'],
  });
  const always = reading('networking.istio.io', 'serviceentries', 'workloadentries');
  const [pods, services, namespaces, nodes] = ['pods', 'services', 'namespaces', 'nodes'].map((name) =>
    reading('', name),
  ) as [Rule, Rule, Rule, Rule];
  const sidecars = reading('networking.istio.io', 'sidecars');
  const lease = { apiGroups: ['coordination.k8s.io'], resources: ['leases'] };
  const block = (...options: string[]): string =>
    `serviceentry mesh.test {\n${options.map((each) => `        ${each}\n`).join('')}    }`;

  interface Case {
    readonly name: string;
    /** One for each server block. */
    readonly directives: readonly string[];
    /** By the namespace, or `cluster`, and the rest of the name. */
    readonly rules: Readonly<Record<string, readonly Rule[]>>;
  }
  const cases: readonly Case[] = [
    { name: 'a directive alone', directives: ['serviceentry'], rules: { cluster: [always, pods] } },
    {
      name: 'the sources',
      directives: [block('kubernetes', 'kubeconfig /a')],
      rules: { cluster: [always, pods] },
    },
    { name: 'other sources only', directives: [block('kubeconfig /a')], rules: {} },
    { name: 'no directive', directives: ['whoami'], rules: {} },
    {
      name: 'all options',
      directives: [block('sidecars on', 'services on', 'nodes on')],
      rules: { cluster: [always, pods, nodes, services, sidecars] },
    },
    { name: 'labels', directives: [block('namespace_labels a=b')], rules: { cluster: [always, pods, namespaces] } },
    {
      name: 'options that are off',
      directives: [block('sidecars off', '# services on')],
      rules: { cluster: [always, pods] },
    },
    { name: 'no Pods', directives: [block('pods  off')], rules: { cluster: [always] } },
    {
      name: 'what stands behind a block and braces in a block',
      directives: [block('check {', '    interval 5s', '}', '# a { b', 'labels a={$B}', 'pods off')],
      rules: { cluster: [always] },
    },
    {
      name: 'Pods in one of two blocks',
      directives: [block('pods off'), block('ttl 5')],
      rules: { cluster: [always, pods] },
    },
    {
      name: 'namespaces',
      directives: [block('namespaces a b # c', 'namespaces\tc', 'nodes on')],
      rules: { a: [always, pods], b: [always, pods], c: [always, pods], 'cluster-nodes': [nodes] },
    },
    {
      name: 'namespaces of two blocks',
      directives: [block('namespaces a b'), block('namespaces b c')],
      rules: { a: [always, pods], b: [always, pods], c: [always, pods] },
    },
    {
      name: 'namespaces of one of two blocks',
      directives: [block('namespaces a'), 'serviceentry'],
      rules: { cluster: [always, pods] },
    },
    {
      name: 'a Lease',
      directives: [
        'serviceentry\n    publish mesh.test {\n        primary 192.0.2.53\n        key /etc/dns/publisher.key\n        owner cluster-1\n        lease istio-system/dns\n    }',
      ],
      rules: {
        cluster: [always, pods],
        'istio-system-lease-dns': [
          { ...lease, resourceNames: ['dns'], verbs: ['get', 'update'] },
          { ...lease, verbs: ['create'] },
        ],
      },
    },
  ];
  const corefiles = cases.map(({ directives }) =>
    directives.map((each, index) => `zone${index}.test:53 {\n    ${each}\n}\n`).join(''),
  );
  let rendered: Manifest[][];

  beforeAll(async () => {
    rendered = await renderCharts(
      program!,
      corefiles.map((corefile) => ({ corefile })),
    );
  });

  it.each(cases.map((each, index) => ({ ...each, index })))('follow $name', (each) => {
    const manifests = rendered[each.index]!;
    const prefix = 'serviceentry-dns-serviceentry-dns';
    const key = ({ namespace: place = 'cluster', name }: Manifest['metadata']): string =>
      `${place}${name.slice(prefix.length)}`;
    const roles = manifests.filter(({ kind }) => kind.endsWith('Role'));
    expect(Object.fromEntries(roles.map(({ metadata, rules }) => [key(metadata), rules]))).toEqual(each.rules);
    for (const { kind, metadata } of roles) {
      expect(kind).toBe(metadata.namespace === undefined ? 'ClusterRole' : 'Role');
      const binding = manifests.find(
        (other) => other.kind === `${kind}Binding` && key(other.metadata) === key(metadata),
      );
      expect(binding).toMatchObject({
        roleRef: { kind, name: metadata.name },
        subjects: [{ kind: 'ServiceAccount', name: 'serviceentry-dns', namespace }],
      });
    }
  });

  it('are those of Corefiles that the server takes', () => {
    const problems = corefiles.flatMap((corefile) => problemsOf(corefile.replaceAll('kubeconfig /a', 'file /a')));
    expect(problems).toEqual([]);
  });
});

/** What the server says of a Corefile, with files of the test's own. */
function problemsOf(corefile: string): string[] {
  const text = corefile
    .replaceAll('/etc/resolv.conf', join(directory, 'resolv.conf'))
    .replaceAll('/etc/dns/publisher.key', join(directory, 'publisher.key'))
    .replaceAll('/etc/dns-certificate/tls.crt', certPath('server'))
    .replaceAll('/etc/dns-certificate/tls.key', keyPath('server'));
  return loadCorefile({ file: 'Corefile', text }, 53, {}).problems.list.map(formatProblem);
}
