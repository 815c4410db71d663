import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { section, tableRows } from './markdown.ts';

const rows = new Map(
  tableRows(section('docs/upgrade.md', 'What it runs with')).map(([what, versions]) => [what!, versions!]),
);

/** The version of a module that the tests build. */
function pinned(folder: string, module: string): string {
  const text = readFileSync(`test/${folder}/go.mod`, 'utf8');
  return new RegExp(`^(?:require)?\\s*${module} v([\\d.]+)`, 'm').exec(text)![1]!;
}

it.each([
  ['Kubernetes', pinned('tools', 'k8s.io/kubernetes')],
  ['Kubernetes', pinned('tools-kubectl', 'k8s.io/kubernetes')],
  ['Istio API', pinned('tools', 'istio.io/api')],
  ['CoreDNS in front', pinned('tools-coredns', 'github.com/coredns/coredns')],
  ['kustomize', pinned('tools-deploy', 'sigs.k8s.io/kustomize/kustomize/v5')],
  ['Helm', pinned('tools-helm', 'helm.sh/helm/v3')],
  ['Node', /\d+\.\d+/.exec(packageJson.devDependencies.node)![0]],
  ['Node', packageJson.engines.node.replace('>=', '')],
])('%s %s is what the tests build, and what the table of docs/upgrade.md says', (what, version) => {
  expect(rows.get(what)).toContain(version);
});
