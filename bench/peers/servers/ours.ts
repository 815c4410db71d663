import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { forwardLines } from './forward-lines.ts';
import type { Found, Kind, Place } from './kind.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** This server, bundled as in the image, with `errors` and `prometheus` and otherwise as it is by default. */
export const ours: Kind = {
  name: 'ours',
  title: 'serviceentry-dns',
  hasTls: true,
  hint: 'npm run build',
  find: () => Promise.resolve(bundle(root)),
};

/** The same of the checkout that BENCH_BEFORE names, with its node_modules. */
export const before: Kind = {
  name: 'before',
  title: 'serviceentry-dns, before',
  hasTls: true,
  hint: 'BENCH_BEFORE=DIRECTORY of a checkout after npm ci',
  find() {
    const directory = process.env.BENCH_BEFORE;
    return Promise.resolve(directory === undefined ? undefined : bundle(directory));
  },
};

function bundle(directory: string): Found {
  const bundled = spawnSync(process.execPath, ['bundle.config.ts'], { cwd: directory, encoding: 'utf8' });
  if (bundled.status !== 0) throw new Error(`the bundle could not be made:\n${bundled.stderr}`);
  const program = [process.execPath, join(directory, 'dist', 'main.js')];
  const commit = spawnSync('git', ['rev-parse', '--short=12', 'HEAD'], { cwd: directory, encoding: 'utf8' });
  return {
    version: `commit ${commit.stdout.trim() || 'unknown'}, Node ${process.versions.node}`,
    setup: (place: Place) => ({
      files: { Corefile: corefile(place) },
      command: [...program, '-conf', join(place.directory, 'Corefile')],
    }),
  };
}

export function corefile({ port, otherPorts, tls, registry, proxy }: Place): string {
  return `${tls ? 'tls://' : ''}${proxy ? '.' : 'mesh.test'}:${port} {
  bind 127.0.0.1
${tls ? `  tls ${tls.certificate} ${tls.key}\n` : ''}  errors
  prometheus 127.0.0.1:${otherPorts[0]!}
${proxy ? forwardLines(proxy) : `  serviceentry {\n${registry.map((line) => `    ${line}\n`).join('')}  }\n`}}
`;
}
