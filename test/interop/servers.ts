import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Lab } from '../support/lab.ts';

const run = promisify(execFile);

/** Where the name servers of the lab are: this server, and the authority of the signed zone above its own. */
export const ours = '127.0.0.10';
export const parent = '127.0.0.20';

/** This server, with the manifests of deploy/examples and the own zone mesh.test; the parent has all else. */
export async function serveOurs(lab: Lab, log: string): Promise<void> {
  // One worker: of several, the log may have a later query first.
  const corefile = `. mesh.test {
    bind ${ours}
    multisocket 1
    errors
    log
    serviceentry {
        file ${resolve('deploy/examples')}
        ttl 300
        negttl 300
    }
    forward . ${parent}
}
`;
  const command = `exec "$0" ${resolve('src/main.ts')} -conf ${lab.file('Corefile', corefile)} >${log} 2>&1`;
  await lab.serve(ours, 'payments.mesh.test A', 'sh', '-c', command, process.execPath);
}

/** The owner names of all that it serves. */
export async function records(lab: Lab): Promise<string[]> {
  const command = ['records', '-conf', join(lab.directory, 'Corefile'), '-output', 'json'];
  const rows = JSON.parse(await lab.run(process.execPath, resolve('src/main.ts'), ...command)) as { name: string }[];
  return [...new Set(rows.map(({ name }) => name))];
}

/** knotd with the root, and the signed zone `test`, which delegates mesh.test to us without DS. Returns the trust anchor. */
export async function serveParent(lab: Lab): Promise<string> {
  const zone = (name: string, ...records: string[]): void => {
    const own = [
      `$ORIGIN ${name}.`,
      '$TTL 300',
      `@ SOA ns.${name}. hostmaster 1 3600 600 86400 300`,
      `@ NS ns`,
      `ns A ${parent}`,
    ];
    writeFileSync(join(lab.directory, `${name}.zone`), [...own, ...records, ''].join('\n'));
  };
  zone('test', 'www A 192.0.2.80', 'mesh NS ns.dns.mesh', `ns.dns.mesh A ${ours}`);
  // The rest of the world.
  const world = ['. 300 SOA ns.test. hostmaster.test. 1 3600 600 86400 300', '. 300 NS ns.test.'];
  const hosts = [
    'example.org. 300 A 192.0.2.81',
    'httpbin.org. 300 A 192.0.2.82',
    `test. 300 NS ns.test.`,
    `ns.test. 300 A ${parent}`,
  ];
  writeFileSync(join(lab.directory, 'root.zone'), [...world, ...hosts, ''].join('\n'));
  const sign = async (command: string, ...args: string[]) =>
    (await run(command, args, { cwd: lab.directory })).stdout.trim();
  const key = await sign('dnssec-keygen', '-q', '-a', 'ECDSAP256SHA256', '-f', 'KSK', 'test');
  await sign('dnssec-keygen', '-q', '-a', 'ECDSAP256SHA256', 'test');
  await sign('dnssec-signzone', '-q', '-S', '-o', 'test', '-f', 'test.signed', 'test.zone');
  const { directory } = lab;
  const configuration = `server:
    listen: ${parent}
    rundir: ${directory}
database:
    storage: ${directory}
template:
  - id: default
    global-module: mod-cookies
zone:
  - domain: test
    file: ${directory}/test.signed
  - domain: .
    file: ${directory}/root.zone
`;
  await lab.serve(parent, 'www.test A', 'knotd', '-c', lab.file('knot.conf', configuration));
  return (await run('dnssec-dsfromkey', ['-2', key], { cwd: directory })).stdout.trim();
}

/** A resolver or forwarder that clients ask in place of us. */
export interface Front {
  readonly name: string;
  /** Whether it sends us the names outside of the own zone too. */
  readonly forwardsAll: boolean;
  start(lab: Lab, address: string, anchor: string): Promise<void>;
}

function unbound(name: string, forwardsAll: boolean, server: readonly string[], zones: string): Front {
  return {
    name: `Unbound, ${name}`,
    forwardsAll,
    start: (lab, address, anchor) => {
      const lines = [
        `interface: ${address}`,
        'username: ""',
        'chroot: ""',
        `directory: "${lab.directory}"`,
        `pidfile: "${lab.directory}/${address}.pid"`,
        'use-syslog: no',
        'do-not-query-localhost: no',
        // Names that it would otherwise answer itself.
        'local-zone: "test." nodefault',
        'unblock-lan-zones: yes',
        'insecure-lan-zones: yes',
        'num-threads: 1',
        ...server.map((line) => line.replace('ANCHOR', anchor)),
      ];
      const text = `server:\n${lines.map((line) => `  ${line}\n`).join('')}${zones}`;
      return lab.serve(address, probe, 'unbound', '-d', '-c', lab.file(`unbound-${address}.conf`, text));
    },
  };
}

function bind(name: string, forwardsAll: boolean, options: readonly string[], zones: string): Front {
  return {
    name: `BIND, ${name}`,
    forwardsAll,
    start: (lab, address, anchor) => {
      const [, ds] = anchor.split(' IN DS ');
      const [keyTag, keyAlgorithm, digestType, ...rest] = ds!.split(' ');
      const trusted = `trust-anchors { test. static-ds ${keyTag!} ${keyAlgorithm!} ${digestType!} "${rest.join('')}"; };\n`;
      const lines = [
        `directory "${lab.directory}"`,
        `pid-file "${lab.directory}/${address}.named.pid"`,
        `session-keyfile "${lab.directory}/${address}.key"`,
        `listen-on { ${address}; }`,
        'listen-on-v6 { none; }',
        'recursion yes',
        'allow-query { any; }',
        ...options,
      ];
      const text = `options {\n${lines.map((line) => `  ${line};\n`).join('')}};\ncontrols {};\n${zones}${options.includes('dnssec-validation yes') ? trusted : ''}`;
      return lab.serve(address, probe, 'named', '-g', '-4', '-n', '1', '-c', lab.file(`named-${address}.conf`, text));
    },
  };
}

const probe = 'payments.mesh.test A';
const toOurs = `forward-zone:\n  name: "mesh.test"\n  forward-addr: ${ours}\n`;
const allToOurs = `forward-zone:\n  name: "."\n  forward-addr: ${ours}\n`;
const stub = `stub-zone:\n  name: "mesh.test"\n  stub-addr: ${ours}\n`;
const stubOfParent = `stub-zone:\n  name: "test"\n  stub-addr: ${parent}\n`;

/** `coredns` is the path of its program. */
export function fronts(coredns: string): readonly Front[] {
  return [
    unbound('forward-zone', false, ['module-config: "iterator"'], toOurs),
    unbound('everything forwarded', true, ['module-config: "iterator"'], allToOurs),
    unbound(
      'stub-zone, strict QNAME minimisation',
      false,
      ['module-config: "iterator"', 'qname-minimisation-strict: yes'],
      stub,
    ),
    unbound('validating, everything forwarded', true, ['trust-anchor: "ANCHOR"'], allToOurs),
    unbound(
      'validating, by the delegation of the signed parent',
      false,
      ['trust-anchor: "ANCHOR"', 'qname-minimisation-strict: yes'],
      stubOfParent,
    ),
    bind(
      'forward zone',
      false,
      ['dnssec-validation no'],
      `zone "mesh.test" { type forward; forward only; forwarders { ${ours}; }; };\n`,
    ),
    bind('stub zone', false, ['dnssec-validation no'], `zone "mesh.test" { type stub; primaries { ${ours}; }; };\n`),
    bind(
      'static-stub, strict QNAME minimisation',
      false,
      ['dnssec-validation no', 'qname-minimization strict'],
      `zone "mesh.test" { type static-stub; server-addresses { ${ours}; }; };\n`,
    ),
    bind(
      'validating, everything forwarded',
      true,
      ['dnssec-validation yes', 'forward only', `forwarders { ${ours}; }`],
      '',
    ),
    bind(
      'validating, by the delegation of the signed parent',
      false,
      ['dnssec-validation yes'],
      `zone "test" { type static-stub; server-addresses { ${parent}; }; };\n`,
    ),
    {
      name: 'dnsmasq',
      forwardsAll: true,
      start: (lab, address) =>
        lab.serve(
          address,
          probe,
          'dnsmasq',
          '--keep-in-foreground',
          '--conf-file=/dev/null',
          `--listen-address=${address}`,
          '--bind-interfaces',
          '--no-resolv',
          '--no-hosts',
          '--user=root',
          `--pid-file=${lab.directory}/dnsmasq.pid`,
          `--server=${ours}`,
        ),
    },
    {
      name: 'CoreDNS',
      forwardsAll: true,
      start: (lab, address) => {
        const text = `.:53 {\n bind ${address}\n errors\n cache\n forward . ${ours}\n}\n`;
        return lab.serve(address, probe, coredns, '-conf', lab.file('coredns.Corefile', text));
      },
    },
  ];
}
