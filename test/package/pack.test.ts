import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  accessSync,
  constants,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { ask } from '../docs/server.ts';

const run = promisify(execFile);
const minutes = 60_000;
const address = '10.96.10.1';
const manifest = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'ServiceEntry',
  metadata: { name: 'payments' },
  spec: {
    hosts: ['payments.mesh.test'],
    addresses: [address],
    resolution: 'STATIC',
    ports: [{ number: 443, name: 'tls' }],
  },
};

/** What is installed where it can be had: koffi, with its binary for this machine. */
const optional = ['koffi', '@koromix'];

/** The Node of this checkout, and that of the machine where it has one of its own. */
const nodes = [...new Set((process.env.PATH ?? '').split(delimiter).flatMap(executableNode)), process.execPath].filter(
  (path, index, all) => all.indexOf(path) === index,
);

function executableNode(directory: string): string[] {
  try {
    const path = realpathSync(join(directory, 'node'));
    accessSync(path, constants.X_OK);
    return [path];
  } catch {
    return [];
  }
}

describe('the npm package', () => {
  let directory: string;
  let packed: readonly string[];
  let program: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'package-'));
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', directory]);
    // What the build prints stands before the JSON.
    const [report] = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as [
      { filename: string; files: { path: string }[] },
    ];
    packed = report.files.map(({ path }) => path);
    const options = ['--offline', '--no-audit', '--no-fund', '--prefix', directory];
    await run('npm', ['install', ...options, join(directory, report.filename)]);
    program = join(directory, 'node_modules/.bin/serviceentry-dns');
    writeFileSync(join(directory, 'entry.json'), JSON.stringify(manifest));
    const corefile = `.:0 {\n  bind 127.0.0.1\n  serviceentry {\n    file ${join(directory, 'entry.json')}\n  }\n}\n`;
    writeFileSync(join(directory, 'Corefile'), corefile);
  }, 2 * minutes);

  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('carries what it needs and installs nothing else but what makes it faster', () => {
    const installed = readdirSync(join(directory, 'node_modules')).filter((name) => !name.startsWith('.'));
    expect(installed.filter((name) => !optional.includes(name))).toEqual(['serviceentry-dns']);
    expect(packed).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'CHANGELOG.md', 'docs/configuration.md']));
    const page = ['index.html', 'app.js', 'app.css'].map((name) => `dashboard-page-${name}`);
    const parts = ['main.js', 'worker.js', 'THIRD-PARTY-LICENSES.txt', ...page];
    expect(packed).toEqual(expect.arrayContaining(parts.map((part) => `dist/${part}`)));
    expect(packed.filter((path) => /(^test|^bench\/(?!results\/)|\.ts$|node_modules)/.test(path))).toEqual([]);
  });

  it('gives the licence of every package in the bundle', () => {
    const licences = readFileSync('dist/THIRD-PARTY-LICENSES.txt', 'utf8');
    for (const name of ['js-yaml', 'pino', 'preact'])
      expect(licences).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(MIT\\)$`, 'm'));
  });

  it('says what is in the bundle, in CycloneDX, as the licences do', () => {
    const { components } = JSON.parse(readFileSync('dist/bom.json', 'utf8')) as {
      components: { name: string; version: string; purl: string; licenses: { expression: string }[] }[];
    };
    expect(components.length).toBeGreaterThan(20);
    const licences = readFileSync('dist/THIRD-PARTY-LICENSES.txt', 'utf8');
    const heads = Array.from(licences.matchAll(/^(\S+) (\d+\.\S+) \((.+)\)$/gm), ([, ...head]) => head);
    expect(components.map(({ name, version, licenses }) => [name, version, licenses[0]!.expression])).toEqual(heads);
    for (const { name, version, purl } of components)
      expect(decodeURIComponent(purl)).toBe(`pkg:npm/${name}@${version}`);
  });

  it('has what its README links to, or the link is a whole one', () => {
    const targets = Array.from(readFileSync('README.md', 'utf8').matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g));
    const local = targets.map(([, link, attribute]) => (link ?? attribute)!.split('#')[0]!);
    const files = local.filter((target) => target !== '' && !/^[a-z]+:/.test(target));
    expect(files.length).toBeGreaterThan(5);
    const isPacked = (target: string): boolean =>
      packed.some((path) => path === target || path.startsWith(`${target}/`));
    expect([...new Set(files)].filter((target) => !isPacked(target.replace(/\/$/, '')))).toEqual([]);
  });

  it.each(nodes)('serves under %s', async (node) => {
    const server = spawn(node, [realpathSync(program), '-conf', join(directory, 'Corefile')], { cwd: directory });
    try {
      const banner = await output(server, /^try: .*$/m);
      expect(banner).toContain(`serviceentry-dns-${packageJson.version}\n`);
      const port = Number(/ -p (\d+) payments\.mesh\.test$/m.exec(banner)?.[1]);
      const { answers } = await ask(port, 'payments.mesh.test', 'A');
      expect(answers).toMatchObject([{ name: 'payments.mesh.test', type: 'A', data: address }]);
    } finally {
      server.kill('SIGTERM');
      if (server.exitCode === null) await once(server, 'exit');
    }
    expect(server.exitCode).toBe(0);
  });

  it('prints its version, and so does the source', async () => {
    const version = `serviceentry-dns-${packageJson.version}\n`;
    expect((await run(program, ['-version'])).stdout).toMatch(new RegExp(`^${version}.*, [0-9a-f]{40}\n$`));
    expect((await run(process.execPath, [resolve('src/main.ts'), '-version'])).stdout).toContain(version);
  });

  it('says which Node it needs where that is too old', async () => {
    const versions = 'Object.defineProperty(process,"versions",{value:{...process.versions,node:"18.20.0"}})';
    const args = ['--import', `data:text/javascript,${versions}`, realpathSync(program), '-version'];
    await expect(run(process.execPath, args)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^serviceentry-dns needs Node 20 or newer; this is v/) as string,
    });
  });
});

/** What a process has printed, once it matches; rejects where the process ends before. */
function output(process: ChildProcess, pattern: RegExp): Promise<string> {
  const { promise, resolve: found, reject } = Promise.withResolvers<string>();
  let text = '';
  for (const stream of [process.stdout, process.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (pattern.test(text)) found(text);
    });
  }
  process.on('exit', (code) => reject(new Error(`ended with ${String(code)}: ${text}`)));
  return promise;
}
