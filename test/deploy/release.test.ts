import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { directoryWith } from '../cli/server-process.ts';
import { actionlint, provide } from './go-tool.ts';

const run = promisify(execFile);
const workflow = '.github/workflows/release.yml';
const text = readFileSync(workflow, 'utf8');
const linter = await provide(actionlint);

describe('the workflow of a release', () => {
  test.skipIf(linter === undefined)('is right for actionlint', async () => {
    const { stdout } = await run(linter!, ['-no-color', '-shellcheck=', '-pyflakes=', workflow]);
    expect(stdout).toBe('');
  });

  test('calls programs that are there', () => {
    const called = text.match(/(?:deploy|test|\.ci)\/[\w./-]+/g) ?? [];
    expect(called).toContain('deploy/packages/build.ts');
    expect([...new Set(called)].filter((path) => !existsSync(path))).toEqual([]);
  });

  test('needs no secret of its own', () => {
    const secrets = Array.from(text.matchAll(/secrets\.(\w+)/g), ([, name]) => name);
    expect([...new Set(secrets)]).toEqual(['GITHUB_TOKEN']);
  });
});

describe('the notes of a release', () => {
  const { version } = packageJson;

  async function notes(tag: string, changelog: string) {
    const directory = directoryWith({ 'CHANGELOG.md': changelog });
    // The program reads both of its own repository.
    mkdirSync(join(directory, 'deploy/release'), { recursive: true });
    cpSync('deploy/release/notes.ts', join(directory, 'deploy/release/notes.ts'));
    writeFileSync(join(directory, 'package.json'), JSON.stringify({ type: 'module', version }));
    try {
      return await run(process.execPath, ['deploy/release/notes.ts', tag], { cwd: directory });
    } catch (error) {
      return error as { code: number; stdout: string; stderr: string };
    }
  }

  const changelog = `# Changelog\n\n## [Unreleased]\n\n## [${version}] - 2026-01-01\n\n### Added\n\n- a\n\n## [0.0.1]\n\n- b\n`;

  test('are the section of the version', async () => {
    expect(await notes(`v${version}`, changelog)).toMatchObject({ stdout: '### Added\n\n- a\n\n', stderr: '' });
  });

  test('are refused for another tag, and for a version without a section', async () => {
    expect(await notes('v9.9.9', changelog)).toMatchObject({
      code: 1,
      stderr: `the tag is 'v9.9.9', and the version in package.json is ${version}: expected v${version}\n`,
    });
    expect(await notes(`v${version}`, '## [Unreleased]\n')).toMatchObject({
      code: 1,
      stderr: `CHANGELOG.md has no section [${version}]: name what was unreleased after it\n`,
    });
  });
});
