import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Makes the page of its source. `inputs` are the files that went into it, for their licences. */
export async function buildPage(): Promise<{
  readonly files: ReadonlyMap<string, Buffer>;
  readonly inputs: readonly string[];
}> {
  const fileOf = (name: string): string => fileURLToPath(new URL(`./${name}`, import.meta.url));
  const { outputFiles, metafile } = await build({
    entryPoints: [
      { in: fileOf('main.tsx'), out: 'app' },
      { in: fileOf('style.css'), out: 'app' },
    ],
    outdir: '/',
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const files = new Map([['index.html', readFileSync(fileOf('index.html'))]]);
  for (const { path, contents } of outputFiles) files.set(path.slice(1), Buffer.from(contents));
  return { files, inputs: Object.keys(metafile.inputs) };
}
