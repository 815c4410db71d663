import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCorefile } from '../../src/cli/load.ts';
import { formatProblem } from '../../src/corefile/problem.ts';
import { codeSpans, fencedBlocks, section, tableRows } from '../docs/markdown.ts';
import { serviceAddress, snippets } from './core-dns.ts';
import { kustomize, provide } from './go-tool.ts';
import { corefileOf, only, workload, type Manifest } from './manifest.ts';
import { parse, renderWith } from './render.ts';

const file = 'deploy/README.md';
const blocks = fencedBlocks(file);
const program = await provide(kustomize);

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'deploy-readme-'));
  writeFileSync(join(directory, 'resolv.conf'), 'nameserver 192.0.2.53\n');
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('deploy/README.md', () => {
  it.each(blocks.filter(({ language }) => language === 'corefile'))('has a right Corefile at $place', (block) => {
    const text = block.text.replace('/etc/resolv.conf', join(directory, 'resolv.conf'));
    const { problems } = loadCorefile({ file: block.place, text }, 53, {});
    expect(problems.list.map(formatProblem)).toEqual([]);
  });

  it('lists the folders that there are', () => {
    const [table] = section(file, 'Running serviceentry-dns in a cluster').split('\n## ') as [string];
    const listed = tableRows(table).flatMap(([name]) => codeSpans(name!));
    const folders = (name: string): string[] => readdirSync(`deploy/${name}`).map((each) => `${name}/${each}`);
    expect(listed.sort()).toEqual(
      ['base', 'chart', 'examples', ...folders('components'), ...folders('overlays')].sort(),
    );
  });

  it('has all examples in their kustomization', () => {
    const { resources } = load(readFileSync('deploy/examples/kustomization.yaml', 'utf8')) as { resources: string[] };
    const files = readdirSync('deploy/examples').filter((name) => /^(?!kustomization).*\.yaml$/.test(name));
    expect(resources.toSorted()).toEqual(files.sort());
  });

  it('gives other DNS servers the address that the component fixes, on all pages', () => {
    const component = readFileSync('deploy/components/cluster-ip/kustomization.yaml', 'utf8');
    expect(/\d+\.\d+\.\d+\.\d+$/m.exec(component)![0]).toBe(serviceAddress);
    for (const [name, text] of Object.entries(snippets))
      expect(text, name).toMatch(new RegExp(`forward \\S+ ${serviceAddress}( {)?$`, 'm'));
    const kubeDns = fencedBlocks('docs/how-to/stub-domain.md').find(({ language }) => language === 'yaml')!.text;
    const { data } = load(kubeDns) as Manifest;
    expect(JSON.parse(data!.stubDomains!)).toEqual({ 'mesh.test': [serviceAddress] });
  });

  it.skipIf(program === undefined)('has a kustomization that renders', async () => {
    const { text } = blocks.find((block) => block.language === 'yaml' && block.text.includes('kind: Kustomization'))!;
    const corefile = blocks.find(({ language }) => language === 'corefile')!.text;
    const own = load(text) as { resources: string[]; components: string[] };
    expect(own.resources).toEqual(['deploy/base']);
    const names = own.components.map((name) => name.replace('deploy/components/', '')) as 'namespace'[];
    const manifests = parse(await renderWith(program!, 'deploy/base', names, own, { Corefile: corefile }));
    expect(only(manifests, 'Namespace').metadata.name).toBe('serviceentry-dns');
    expect(workload(manifests).pod.containers[0]!.image).toBe('REGISTRY/serviceentry-dns:0.1.0');
    expect(corefileOf(manifests)).toBe(corefile);
  });
});
