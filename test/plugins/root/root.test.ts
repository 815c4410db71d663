import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { HostsConfig } from '../../../src/plugins/hosts/config.ts';
import type { LoadbalanceConfig } from '../../../src/plugins/loadbalance/config.ts';
import { rootPlugin } from '../../../src/plugins/root/root.ts';
import { loadCorefile } from '../../../src/cli/load.ts';
import { formatProblem } from '../../../src/corefile/problem.ts';
import { configOf, parseDirective } from '../../support/plugin.ts';

function temporaryDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'root-')));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function load(text: string) {
  const { config, problems } = loadCorefile({ file: 'Corefile', text }, 53, {});
  return { config, problems: problems.sorted().map(formatProblem) };
}

describe('root', () => {
  it('takes a directory', () => {
    const directory = temporaryDirectory();
    expect(parseDirective(rootPlugin, `root ${directory}`)).toEqual({ config: { directory }, problems: [] });
  });

  it('warns of one that does not exist', () => {
    const { config, problems } = parseDirective(rootPlugin, 'root /none/such');
    expect(config).toEqual({ directory: '/none/such' });
    expect(problems).toEqual([`Corefile:2:6: warning: '/none/such' does not exist [COREFILE_FILE]`]);
  });

  it.each([
    ['root', '2:1: error: root needs PATH'],
    ['root a b', "2:8: error: unexpected argument 'b'"],
    ['root {\n/tmp\n}', '2:1: error: root needs PATH'],
    ['root /tmp {\nx\n}', "3:1: error: unexpected option 'x'"],
    ['root /tmp\nroot /tmp', "3:1: error: 'root' stands here again"],
    ['root /etc/passwd', "2:6: error: expected a directory, found the file '/etc/passwd'"],
    ['root /etc/passwd/x', "2:6: error: '/etc/passwd/x' does not exist"],
  ])('refuses %j', (lines, problem) => {
    const { problems } = parseDirective(rootPlugin, lines);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`Corefile:${problem}`);
  });
});

describe('files of a server block with root', () => {
  it('begin there where their paths are relative, wherever its line stands', () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'sub'));
    const { config, problems } = load(`
      .:1053 {
        hosts sub/names
        loadbalance weighted w
        root ${directory}
        whoami
      }
      a:1053 {
        hosts names
        root ${join(directory, 'sub')}
      }
      b:1053 {
        hosts names
      }
      c:1053 {
        root ${directory}
        hosts
      }
      d:1053 {
        root ${directory}
        hosts /names
      }
    `);
    expect(problems).toEqual([]);
    const files = config.blocks.map((block) => configOf<HostsConfig>(block, 'hosts')?.file);
    expect(files).toEqual([
      join(directory, 'sub/names'),
      join(directory, 'sub/names'),
      'names',
      '/etc/hosts',
      '/names',
    ]);
    const weights = configOf<LoadbalanceConfig>(config.blocks[0]!, 'loadbalance')?.weights;
    expect(weights?.file).toBe(join(directory, 'w'));
  });

  it('are those of tls, and of tls in forward, too', () => {
    const directory = temporaryDirectory();
    for (const name of ['cert.pem', 'key.pem', 'ca.pem']) writeFileSync(join(directory, name), 'no PEM');
    const { problems } = load(`
      tls://.:1853 {
        root ${directory}
        tls cert.pem key.pem
        forward . tls://192.0.2.1 {
          tls_servername a.org
          tls ca.pem
        }
      }
    `);
    const texts = problems.map((problem) => problem.replace(/ \[.*$/, ''));
    // They are found, and cannot be used.
    expect(texts).toHaveLength(3);
    for (const text of texts) expect(text).not.toContain('does not exist');
  });
});
