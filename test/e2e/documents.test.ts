import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { helm, kubectl, provide } from '../deploy/go-tool.ts';
import { fencedBlocks } from '../docs/markdown.ts';
import { blocksFor, isNotRun, pageOf, runnerOf } from '../docs/runners.ts';
import { exchangesOf, isLike } from '../docs/session.ts';
import { describeOnCluster } from './support/on-cluster.ts';

const run = promisify(execFile);
// Without Go the whole suite is skipped.
const tools = inject('tools') === undefined ? [] : [await provide(kubectl), await provide(helm)];

/** In the order in which they are followed, each with what is done before, for it begins where the others have ended. */
const pages: readonly (readonly [page: string, before: string])[] = [
  ['README.md', ''],
  ['docs/quickstart-kubernetes.md', 'helm uninstall serviceentry-dns --namespace serviceentry-dns'],
  ['deploy/chart/README.md', ''],
  ['deploy/README.md', 'helm uninstall dns --namespace serviceentry-dns'],
  ['docs/how-to/stub-domain.md', ''],
  ['docs/troubleshooting.md', ''],
  ['docs/how-to/multi-cluster.md', ''],
  ['docs/upgrade.md', ''],
];

/** Files that a page names and does not show. */
const files = { 'values.yaml': 'zones: [mesh.test]\n' };

test('the pages with commands for a cluster are followed', () => {
  const found = blocksFor('cluster').map(({ place }) => pageOf(place));
  expect([...new Set(found)].sort()).toEqual(pages.map(([page]) => page).sort());
});

describe.skipIf(tools.includes(undefined) || tools.length === 0)('the commands of the documents', () => {
  describeOnCluster('on an API server', (cluster) => {
    let directory: string;
    let environment: NodeJS.ProcessEnv;

    beforeAll(() => {
      directory = mkdtempSync(join(tmpdir(), 'documents-'));
      const bin = join(directory, 'bin');
      const releases = join(directory, 'releases');
      for (const folder of [bin, releases]) mkdirSync(folder);
      for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
      cpSync('deploy', join(directory, 'deploy'), { recursive: true });
      symlinkSync(resolve('test/e2e/support/kubectl-with-nodes.sh'), join(bin, 'kubectl'));
      symlinkSync(resolve('test/e2e/support/helm-without-version.sh'), join(bin, 'helm'));
      const program = join(bin, 'serviceentry-dns');
      writeFileSync(program, `#!/bin/sh\nexec ${process.execPath} ${resolve('src/main.ts')} "$@"\n`);
      chmodSync(program, 0o755);
      environment = {
        ...process.env,
        PATH: [bin, process.env.PATH].join(delimiter),
        HOME: directory,
        KUBECTL: tools[0]!,
        HELM: tools[1]!,
        RELEASES: releases,
        PROGRAM: program,
        // The other cluster of the pages is this one, too.
        KUBECONFIG: cluster().kubeconfig({ context: 'east' }),
      };
    });

    afterAll(() => rmSync(directory, { recursive: true, force: true }));

    /** What a script prints; rejects, with all of it, where a command of it fails. */
    async function shell(script: string): Promise<string> {
      const args = ['-euo', 'pipefail', '-c', script];
      return (await run('bash', args, { cwd: directory, env: environment })).stdout;
    }

    test.for(pages)('%s', { timeout: 300_000 }, async ([page, before]) => {
      await shell(before);
      for (const block of fencedBlocks(page).filter((each) => !isNotRun(each))) {
        if (block.title !== undefined) writeFileSync(join(directory, block.title), block.text);
        if (runnerOf(block) !== 'cluster') continue;
        if (!block.text.startsWith('$ ')) await shell(block.text);
        for (const { command, output } of exchangesOf(block.text)) {
          const printed = await shell(command);
          expect(printed, block.place).toSatisfy(() => isLike(printed, output));
        }
      }
    });
  });
});
