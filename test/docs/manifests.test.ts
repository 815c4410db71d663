import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registriesOf } from '../support/running.ts';
import { blocksFor } from './runners.ts';
import { startCorefile } from './server.ts';

const blocks = blocksFor('manifest');
const ofIstio = blocks.filter(({ text }) => text.includes('apiVersion: networking.istio.io/'));

describe('manifests of the documents', () => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'manifests-'));
  });

  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('are there', () => {
    expect(ofIstio.length).toBeGreaterThan(0);
  });

  it.each(blocks)('$place is YAML', ({ text }) => {
    for (const document of loadAll(text)) expect(document).toBeTypeOf('object');
  });

  it.each(ofIstio)('$place is served, and nothing of it is left out', async ({ text, place }) => {
    const file = join(directory, 'manifest.yaml');
    writeFileSync(file, text);
    const server = await startCorefile(`.:53 {\n serviceentry {\nfile ${file}\n}\n}\n`, place);
    try {
      const [{ status }] = registriesOf(server) as [ReturnType<typeof registriesOf>[number]];
      expect(status.hosts).toBeGreaterThan(0);
      expect(status.rejections).toEqual([]);
    } finally {
      await server.stop();
    }
  });
});
