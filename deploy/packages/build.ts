import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import packageJson from '../../package.json' with { type: 'json' };
import packageLock from '../../package-lock.json' with { type: 'json' };
import { shells, type Shell } from '../../src/cli/completion-command.ts';
import { completion } from '../../src/cli/completion/completion.ts';
import { commands } from '../../src/cli/commands.ts';
import { manPages } from './man/pages.ts';

// Packages for machines without containers: `node deploy/packages/build.ts [--arch amd64,arm64] [--output DIRECTORY]` makes a .deb and
// an .rpm for each architecture, of the bundle in dist, with nfpm, which must be in PATH. They bring Node and koffi along, of the
// versions in package-lock.json: distributions have older ones of the first, and none of the second.

/** What Debian calls an architecture, and what Node does. */
const architectures = { amd64: 'x64', arm64: 'arm64' } as const;
type Architecture = keyof typeof architectures;
const formats = ['deb', 'rpm'] as const;

/** Below /usr/share. Debian's zsh looks elsewhere than that of others. */
const completionFiles: Readonly<Record<Shell, readonly string[]>> = {
  bash: ['bash-completion/completions/serviceentry-dns'],
  zsh: ['zsh/site-functions/_serviceentry-dns', 'zsh/vendor-completions/_serviceentry-dns'],
  fish: ['fish/vendor_completions.d/serviceentry-dns.fish'],
};

const here = import.meta.dirname;
const { values } = parseArgs({
  options: {
    arch: { type: 'string', default: 'amd64,arm64' },
    output: { type: 'string', default: 'packages' },
    bundle: { type: 'string', default: 'dist' },
    // In place of that of npm, for tests.
    node: { type: 'string' },
  },
});
const seconds = Number(
  process.env.SOURCE_DATE_EPOCH ?? execFileSync('git', ['log', '-1', '--format=%ct'], { encoding: 'utf8' }),
);
const date = new Date(seconds * 1000).toISOString().slice(0, 10);
const output = resolve(values.output);
mkdirSync(output, { recursive: true });
for (const name of values.arch.split(',')) {
  if (!isArchitecture(name)) throw new Error(`unknown architecture '${name}', expected amd64 or arm64`);
  const root = mkdtempSync(join(tmpdir(), 'serviceentry-dns-'));
  try {
    layOut(root, name);
    for (const format of formats) {
      const args = ['package', '--config', join(here, 'nfpm.yaml'), '--packager', format, '--target', output];
      const about = { ROOT: root, ARCH: name, VERSION: packageJson.version, SOURCE_DATE_EPOCH: String(seconds) };
      execFileSync('nfpm', args, { stdio: 'inherit', env: { ...process.env, ...about } });
    }
  } finally {
    rmSync(root, { recursive: true });
  }
}

function isArchitecture(name: string): name is Architecture {
  return Object.hasOwn(architectures, name);
}

/** The files of the package, below `root` as they lie on the machine. */
function layOut(root: string, arch: Architecture): void {
  const put = (path: string, content: string | Uint8Array, mode = 0o644): void => {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    chmodSync(file, mode);
  };
  const program = join(root, 'usr/lib/serviceentry-dns');
  cpSync(values.bundle, program, { recursive: true });
  put('usr/lib/serviceentry-dns/package.json', '{ "type": "module" }\n');
  addNode(program, architectures[arch]);
  addKoffi(program, architectures[arch]);
  put('usr/bin/serviceentry-dns', readFileSync(join(here, 'etc/serviceentry-dns.sh')), 0o755);
  put('etc/serviceentry-dns/Corefile', readFileSync(join(here, 'etc/Corefile')));
  put('usr/lib/systemd/system/serviceentry-dns.service', readFileSync(join(here, 'etc/serviceentry-dns.service')));
  for (const [name, page] of manPages(packageJson.version, date)) {
    put(`usr/share/man/man${name.at(-1)!}/${name}.gz`, gzipSync(page, { level: 9 }));
  }
  for (const shell of shells) {
    for (const file of completionFiles[shell]) put(`usr/share/${file}`, completion(shell, commands));
  }
  const documents = 'usr/share/doc/serviceentry-dns';
  cpSync('docs', join(root, documents), { recursive: true });
  put(`${documents}/copyright`, readFileSync('LICENSE'));
  put(`${documents}/changelog.gz`, gzipSync(readFileSync('CHANGELOG.md'), { level: 9 }));
}

function addNode(program: string, cpu: string): void {
  if (values.node !== undefined) {
    cpSync(values.node, join(program, 'node'));
    return;
  }
  withPackage(`node-linux-${cpu}`, versionOf('node'), (directory) => {
    cpSync(join(directory, 'bin/node'), join(program, 'node'));
    cpSync(join(directory, 'LICENSE'), join(program, 'NODE-LICENSE.txt'));
  });
}

/** koffi finds its binary as a package beside it. */
function addKoffi(program: string, cpu: string): void {
  const modules = join(program, 'node_modules');
  withPackage('koffi', versionOf('koffi'), (directory) => {
    for (const name of ['package.json', 'index.cjs', 'LICENSE.txt']) {
      cpSync(join(directory, name), join(modules, 'koffi', name));
    }
  });
  const binary = `@koromix/koffi-linux-${cpu}`;
  withPackage(binary, versionOf(binary), (directory) => {
    cpSync(directory, join(modules, binary), { recursive: true });
  });
}

function versionOf(name: string): string {
  const locked = (packageLock.packages as Readonly<Record<string, { version?: string }>>)[`node_modules/${name}`];
  if (locked?.version === undefined) throw new Error(`${name} is not in package-lock.json`);
  return locked.version;
}

/** Hands over the directory of the files of a package; one that is not installed, for another architecture, comes from npm. */
function withPackage(name: string, version: string, use: (directory: string) => void): void {
  const installed = join('node_modules', name);
  if (existsSync(installed)) {
    use(installed);
    return;
  }
  const directory = mkdtempSync(join(tmpdir(), 'serviceentry-dns-npm-'));
  try {
    const args = ['pack', '--silent', '--prefer-offline', '--pack-destination', directory, `${name}@${version}`];
    execFileSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const [archive] = readdirSync(directory);
    execFileSync('tar', ['-xzf', archive!], { cwd: directory });
    use(join(directory, 'package'));
  } finally {
    rmSync(directory, { recursive: true });
  }
}
