import { chmodSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

// The image and the npm package carry bundled JavaScript: it starts faster and takes less memory than the source.
rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: { main: 'src/main.ts', worker: 'src/server/worker.ts' },
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  minifySyntax: true,
  legalComments: 'linked',
  // Some dependencies are CommonJS and call require.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
});
chmodSync('dist/main.js', 0o755);
