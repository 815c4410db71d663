import { registriesOf } from '../support/running.ts';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCorefile } from '../../src/cli/load.ts';
import { formatProblem } from '../../src/corefile/problem.ts';
import { certPath, keyPath } from '../support/tls/files.ts';
import { documentsWithCorefiles, fencedBlocks } from './markdown.ts';
import { startCorefile } from './server.ts';

const examples = documentsWithCorefiles()
  .flatMap(fencedBlocks)
  .filter(({ language }) => language === 'corefile');

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'corefiles-'));
  cpSync('deploy/examples', join(directory, 'manifests'), { recursive: true });
  writeFileSync(join(directory, 'resolv.conf'), 'nameserver 192.0.2.53\nsearch example.org\n');
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The same Corefile with files that are there. */
function withFiles(corefile: string): string {
  return corefile
    .replaceAll(/^( *file) .*$/gm, `$1 ${join(directory, 'manifests')}`)
    .replaceAll(/^( *resolver) .*$/gm, '$1 127.0.0.1:1')
    .replaceAll('/etc/resolv.conf', join(directory, 'resolv.conf'))
    .replaceAll('/etc/tls/tls.crt', certPath('server'))
    .replaceAll('/etc/tls/tls.key', keyPath('server'))
    .replaceAll('/etc/tls/ca.crt', certPath('ca'));
}

describe('Corefiles of the documents', () => {
  it('are found in each of them', () => {
    const files = new Set(examples.map(({ place }) => place.replace(/:\d+$/, '')));
    expect([...files].sort()).toEqual([...documentsWithCorefiles()].sort());
  });

  it.each(examples)('$place starts', async ({ text, place }) => {
    const server = await startCorefile(withFiles(text), place);
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
