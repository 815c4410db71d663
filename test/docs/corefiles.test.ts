import { registriesOf } from '../support/running.ts';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCorefile } from '../../src/cli/load.ts';
import { formatProblem } from '../../src/corefile/problem.ts';
import { certPath, keyPath } from '../support/tls/files.ts';
import { fencedBlocks, pluginNames } from './markdown.ts';
import { blocksFor, pageOf } from './runners.ts';
import { startCorefile } from './server.ts';

const examples = [
  ...blocksFor('corefile'),
  ...pluginNames()
    .flatMap((name) => fencedBlocks(`src/plugins/${name}/README.md`))
    .filter(({ language }) => language === 'corefile'),
];

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'corefiles-'));
  cpSync('deploy/examples', join(directory, 'manifests'), { recursive: true });
  writeFileSync(join(directory, 'resolv.conf'), 'nameserver 192.0.2.53\nsearch example.org\n');
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The same Corefile with files in place of clusters, and without what only clusters have. */
function withoutClusters(corefile: string): string {
  const [first, ...others] = corefile.match(/^ *(?:kubernetes|kubeconfig .*)$/gm) ?? [];
  if (first === undefined) return withFiles(corefile);
  const ofClusters = [...others, ...(corefile.match(/^ *(?:snapshot|nodes) .*$/gm) ?? [])];
  const text = ofClusters.reduce((rest, line) => rest.replace(`${line}\n`, ''), corefile);
  return withFiles(text.replace(first, '    file manifests'));
}

/** The same Corefile with files that are there. */
function withFiles(corefile: string): string {
  return corefile
    .replaceAll(/^( *file) .*$/gm, `$1 ${join(directory, 'manifests')}`)
    .replaceAll(/^( *resolver) .*$/gm, '$1 127.0.0.1:1')
    .replaceAll('/etc/resolv.conf', join(directory, 'resolv.conf'))
    .replaceAll('/etc/tls/tls.crt', certPath('server'))
    .replaceAll('/etc/tls/tls.key', keyPath('server'))
    .replaceAll('/etc/tls/ca.crt', certPath('ca'))
    .replaceAll('/etc/dns/publisher.key', resolve('test/support/publisher.key'));
}

describe('Corefiles of the documents', () => {
  it.each(pluginNames())('are there for %s', (name) => {
    expect(examples.map(({ place }) => pageOf(place))).toContain(`src/plugins/${name}/README.md`);
  });

  it.each(examples)('$place starts', async ({ text, place }) => {
    const server = await startCorefile(withoutClusters(text), place);
    try {
      expect(server.listeners).not.toEqual([]);
      for (const registry of registriesOf(server)) {
        expect(registry.isSynced).toBe(true);
        expect(registry.status.objects).toBeGreaterThan(0);
      }
    } finally {
      await server.stop();
    }
  });

  it.each(examples)('$place has no warnings', ({ text, place }) => {
    const { problems } = loadCorefile({ file: place, text: withFiles(text) }, 53, {});
    expect(problems.list.map(formatProblem)).toEqual([]);
  });
});
