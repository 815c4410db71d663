import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, type Plugin } from 'esbuild';

// The image and the npm package carry bundled JavaScript: it starts faster and takes less memory than the source, and
// the package installs nothing else.

const directory = 'dist';
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

const { outputFiles, metafile } = await build({
  entryPoints: { main: 'src/main.ts', worker: 'src/server/worker.ts' },
  outdir: directory,
  bundle: true,
  // What only some Corefiles need is a file of its own, read when it is needed: the client of Kubernetes, metrics.
  splitting: true,
  plugins: [pureKubernetesClient],
  platform: 'node',
  format: 'esm',
  target: `node${oldestNode}`,
  minifySyntax: true,
  legalComments: 'none',
  banner: { js: banner },
  metafile: true,
  write: false,
});

const files = new Map(outputFiles.map(({ path, contents }) => [basename(path), contents] as const));
files.set('THIRD-PARTY-LICENSES.txt', Buffer.from(licensesOf(Object.keys(metafile.inputs))));

// Files are replaced one by one and whole, so that a program that starts meanwhile finds all of them.
mkdirSync(directory, { recursive: true });
for (const [name, contents] of files) {
  const temporary = join(directory, `.${name}.${process.pid}`);
  writeFileSync(temporary, contents, { mode: name === 'main.js' ? 0o755 : 0o644 });
  renameSync(temporary, join(directory, name));
}
for (const name of readdirSync(directory)) if (!files.has(name) && !name.startsWith('.')) rmSync(join(directory, name));

/** The licences of the packages whose code is in the bundle: most ask to be given along with it. */
function licensesOf(inputs: readonly string[]): string {
  const packages = new Set(inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []));
  const texts = [...packages].sort().map((path) => {
    const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as PackageJson;
    const file = readdirSync(path).find((each) => /^licen[cs]e/i.test(each));
    const text = file === undefined ? '' : `\n${readFileSync(join(path, file), 'utf8').trim()}\n`;
    return `${name} ${version} (${license})\n${text}`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}

interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}
