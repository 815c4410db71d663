import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { assetPrefix } from './src/plugins/dashboard/assets.ts';
import { buildPage } from './src/plugins/dashboard/page/build.ts';
import { build, type BuildOptions, type BuildResult, type Plugin } from 'esbuild';

// The image and the npm package carry bundled JavaScript: it starts faster and takes less memory than the source, and
// the package installs nothing else.

// Without arguments the program, and with `program DIRECTORY` there; `node bundle.config.ts ENTRY.ts DIRECTORY` bundles another one as the workers are, for the
// benchmarks: what they measure is what is shipped.

const [entry, directory = 'dist'] = process.argv.slice(2);
/** Syntax and API that the bundle may use. */
const oldestNode = 20;

const banner = `import { createRequire as makeRequire } from 'node:module';
const require = makeRequire(import.meta.url); // Some dependencies are CommonJS and call require.
if (Number.parseInt(process.versions.node, 10) < ${oldestNode}) {
  process.stderr.write(\`serviceentry-dns needs Node ${oldestNode} or newer; this is \${process.version} (\${process.execPath})\\n\`);
  process.exit(1);
}`;

/** Says of the Kubernetes client that importing it does nothing, so that what is not used of it is left out. */
const pureKubernetesClient: Plugin = {
  name: 'pure-kubernetes-client',
  setup(build) {
    const client = '@kubernetes/client-node';
    build.onResolve({ filter: /./ }, async ({ path, importer, kind, resolveDir, pluginData }) => {
      if (pluginData === client || !(path.startsWith(client) || importer.includes(client))) return undefined;
      const resolved = await build.resolve(path, { importer, kind, resolveDir, pluginData: client });
      return { ...resolved, sideEffects: false };
    });
  },
};

/** What is imported where it is used and nowhere else: names without extension in the bundle, by file. */
const onDemand = new Map<string, string>();
const importOnDemand: Plugin = {
  name: 'import-on-demand',
  setup(build) {
    build.onResolve({ filter: /^\.\.?\// }, ({ path, kind, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined;
      const file = join(resolveDir, path);
      // Plugins call their files alike: the folder is in the name.
      const name = `${basename(dirname(file))}-${basename(path, '.ts')}`;
      onDemand.set(file, name);
      return { path: `./${name}.js`, external: true };
    });
  },
};

const options = {
  outdir: directory,
  entryNames: '[name]',
  bundle: true,
  plugins: [pureKubernetesClient],
  platform: 'node',
  format: 'esm',
  target: `node${oldestNode}`,
  minifySyntax: true,
  legalComments: 'none',
  banner: { js: banner },
  define: { BUILD_COMMIT: JSON.stringify(commitOf()) },
  metafile: true,
  write: false,
} satisfies BuildOptions;

const isProgram = entry === undefined || entry === 'program';
const bundles = isProgram ? await buildProgram() : [await build({ ...options, entryPoints: [entry] })];
/** What browsers get from the plugin dashboard. */
const page = isProgram ? await buildPage() : { files: new Map<string, Buffer>(), inputs: [] };

const files = new Map<string, Buffer>();
for (const { path, text } of bundles.flatMap(({ outputFiles }) => outputFiles)) {
  files.set(basename(path), Buffer.from(text));
}
for (const [name, contents] of page.files) files.set(`${assetPrefix}${name}`, contents);
const inputs = [...bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs)), ...page.inputs];
const packages = packagesOf(inputs);
files.set('THIRD-PARTY-LICENSES.txt', Buffer.from(licensesOf(packages)));
files.set(
  'bom.json',
  Buffer.from(`${JSON.stringify(billOfMaterials(packages), null, 2)}
`),
);

// Files are replaced one by one and whole, so that a program that starts meanwhile finds all of them.
mkdirSync(directory, { recursive: true });
for (const [name, contents] of files) {
  const temporary = join(directory, `.${name}.${process.pid}`);
  writeFileSync(temporary, contents, { mode: name === 'main.js' ? 0o755 : 0o644 });
  renameSync(temporary, join(directory, name));
}
for (const name of readdirSync(directory)) if (!files.has(name) && !name.startsWith('.')) rmSync(join(directory, name));

/**
 * The program and its threads, each in one file. What only some Corefiles or commands need (the client of Kubernetes,
 * metrics) is loaded on demand, with its own copy of what the program has too.
 */
async function buildProgram(): Promise<BuildResult<typeof options>[]> {
  const plugins = [...options.plugins, importOnDemand];
  const program = await build({ ...options, plugins, entryPoints: ['src/main.ts'] });
  const threads = await build({
    ...options,
    plugins,
    entryPoints: ['src/server/worker/worker.ts'],
  });
  return [
    program,
    threads,
    await build({
      ...options,
      entryPoints: Object.fromEntries(Array.from(onDemand, ([file, name]) => [name, file])),
      splitting: true,
    }),
  ];
}

/** The commit that BUILD_COMMIT names, or that which is checked out; '' where neither is known. */
function commitOf(): string {
  if (process.env.BUILD_COMMIT) return process.env.BUILD_COMMIT;
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}

/** The packages whose code is in the bundle, in the order of their paths. */
function packagesOf(inputs: readonly string[]): BundledPackage[] {
  const paths = new Set(inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []));
  return [...paths].sort().map((path) => ({ path, ...readPackage(path) }));
}

function readPackage(path: string): PackageJson {
  return JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as PackageJson;
}

/** The licences of the packages: most ask to be given along with them. */
function licensesOf(packages: readonly BundledPackage[]): string {
  const texts = packages.map(({ path, name, version, license }) => {
    const file = readdirSync(path).find((each) => /^licen[cs]e/i.test(each));
    const text = file === undefined ? '' : `\n${readFileSync(join(path, file), 'utf8').trim()}\n`;
    return `${name} ${version} (${license})\n${text}`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}

/** What scanners cannot see in a bundle, as CycloneDX 1.6. Nothing of it depends on when or where it is made. */
function billOfMaterials(packages: readonly BundledPackage[]): object {
  const component = ({ name, version, license }: PackageJson, type: string): object => {
    const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
    return { type, 'bom-ref': purl, name, version, licenses: [{ expression: license }], purl };
  };
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: component(readPackage('.'), 'application') },
    components: packages.map((each) => component(each, 'library')),
  };
}

interface PackageJson {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly license: string;
}

interface BundledPackage extends PackageJson {
  readonly path: string;
}
