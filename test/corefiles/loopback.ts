import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Ports {
  readonly dns: number;
  readonly health: number;
  readonly ready: number;
  readonly metrics: number;
  readonly upstream: number;
}

/** What ConfigMaps are mounted beside the Corefile: the examples that the documents of AKS, k3s and LKE give. */
const custom = {
  'one.server': `hello.example:53 {
    log
    errors
    rewrite stop {
        name regex (.*)\\.hello\\.example {1}.default.svc.cluster.local
        answer name (.*)\\.default\\.svc\\.cluster\\.local {1}.hello.example
    }
    forward . /etc/resolv.conf
}
`,
  'two.override': 'log hello.example\n',
  'three.include': 'log hello.example\n',
};

const nodeHosts = '192.0.2.11 node-1\n192.0.2.12 node-2\n2001:db8::12 node-2\n';

/** Writes what these Corefiles name into a directory, as their containers have it. */
export function writeFiles(directory: string, ports: Pick<Ports, 'upstream' | 'dns'>): void {
  mkdirSync(join(directory, 'custom'));
  for (const [name, text] of Object.entries(custom)) {
    writeFileSync(
      join(directory, 'custom', name),
      withPaths(text, directory).replaceAll(':53 {', `:${ports.dns} {\n    bind 127.0.0.1`),
    );
  }
  writeFileSync(join(directory, 'NodeHosts'), nodeHosts);
  writeFileSync(
    join(directory, 'resolv.conf'),
    `search example\nnameserver 127.0.0.1:${ports.upstream}\noptions ndots:5\n`,
  );
}

/** The same Corefile with its files in this directory. */
export function withPaths(text: string, directory: string): string {
  return text
    .replaceAll('/etc/resolv.conf', join(directory, 'resolv.conf'))
    .replaceAll('/etc/coredns/NodeHosts', join(directory, 'NodeHosts'))
    .replaceAll(/(import) (?:\/etc\/coredns\/|\/)?custom\//g, `$1 ${join(directory, 'custom')}/`);
}

/** Without the directive `kubernetes`. */
export function withoutKubernetes(text: string): string {
  return text.replaceAll(/^ *kubernetes [^\n]*\{\n(?:[^}]*\n)? *\}\n/gm, '');
}

/** Addresses and ports of the loopback interface in place of those of a cluster. */
export function onLoopback(text: string, ports: Ports): string {
  const upstream = `127.0.0.1:${ports.upstream}`;
  return text
    .replaceAll(
      /^([^ #}].*) \{$/gm,
      (line) => `${line.replaceAll(/:\d+/g, '').replace(/([^ ]) +\{$/, `$1:${ports.dns} {`)}\n    bind 127.0.0.1`,
    )
    .replaceAll(/^ +bind (?!127\.0\.0\.1$).*\n/gm, '')
    .replaceAll(/^( +forward \S+) (?!\/)[^{\n]*?( \{)?$/gm, `$1 ${upstream}$2`)
    .replaceAll(/^( +prometheus).*$/gm, `$1 127.0.0.1:${ports.metrics}`)
    .replaceAll(/^( +health)(?: [\d.:]+)?( \{)?$/gm, `$1 127.0.0.1:${ports.health}$2`)
    .replaceAll(/^( +ready)$/gm, `$1 127.0.0.1:${ports.ready}`);
}
