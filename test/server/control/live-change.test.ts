import { registriesOf } from '../../support/running.ts';
import { mkdtempSync, renameSync, rmSync, symlinkSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunningServer } from '../../../src/server/control/server.ts';
import { ask, startCorefile } from '../../docs/server.ts';

let directory: string;
let server: RunningServer | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'live-change-'));
});

afterEach(async () => {
  await server?.stop();
  server = undefined;
  rmSync(directory, { recursive: true, force: true });
});

function manifest(count: number, vip: (index: number) => string): string {
  return Array.from(
    { length: count },
    (_, i) =>
      `apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: { name: se-${i} }\nspec:\n` +
      `  hosts: [host-${i}.mesh.test]\n  addresses: [${vip(i)}]\n  ports:\n    - { number: 80, name: http, protocol: HTTP }\n` +
      `  location: MESH_INTERNAL\n  resolution: STATIC\n`,
  ).join('---\n');
}

async function start(path: string): Promise<number> {
  server = await startCorefile(`mesh.test:0 {\n  serviceentry {\n    file ${path}\n  }\n}\n`, 'Corefile');
  return server.listeners[0]!.port;
}

/** Asks until the answer is the address; returns how long that took, in milliseconds. */
async function untilServed(port: number, name: string, address: string): Promise<number> {
  const started = performance.now();
  for (;;) {
    const { answers } = await ask(port, name, 'A');
    if (answers?.some((answer) => answer.type === 'A' && answer.data === address)) return performance.now() - started;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a file that is written or renamed is served over UDP soon after', async () => {
  const file = join(directory, 'a.yaml');
  writeFileSync(
    file,
    manifest(100, () => '10.0.0.1'),
  );
  const port = await start(directory);
  await untilServed(port, 'host-7.mesh.test', '10.0.0.1');
  const resolvedBefore = registriesOf(server!)[0]!.status.resolved;

  writeFileSync(
    file,
    manifest(100, (i) => (i === 7 ? '10.0.0.2' : '10.0.0.1')),
  );
  const written = await untilServed(port, 'host-7.mesh.test', '10.0.0.2');
  // Only the host that the change touches is resolved again.
  expect(registriesOf(server!)[0]!.status.resolved).toBe(resolvedBefore + 1);

  const next = join(directory, '.next');
  writeFileSync(
    next,
    manifest(100, (i) => (i === 7 ? '10.0.0.3' : '10.0.0.1')),
  );
  renameSync(next, file);
  const renamed = await untilServed(port, 'host-7.mesh.test', '10.0.0.3');
  expect(registriesOf(server!)[0]!.status.resolved).toBe(resolvedBefore + 2);
  console.log(`served over UDP ${written.toFixed(0)} ms after a write, ${renamed.toFixed(0)} ms after a rename`);
});

test('a ConfigMap swap is served over UDP', async () => {
  for (const [version, vip] of [
    ['..1', '10.0.0.1'],
    ['..2', '10.0.0.2'],
  ] as const) {
    mkdirSync(join(directory, version));
    writeFileSync(
      join(directory, version, 'a.yaml'),
      manifest(1, () => vip),
    );
  }
  symlinkSync('..1', join(directory, '..data'));
  symlinkSync('..data/a.yaml', join(directory, 'a.yaml'));
  const port = await start(directory);
  await untilServed(port, 'host-0.mesh.test', '10.0.0.1');
  symlinkSync('..2', join(directory, '..data_tmp'));
  renameSync(join(directory, '..data_tmp'), join(directory, '..data'));
  console.log(
    `served ${(await untilServed(port, 'host-0.mesh.test', '10.0.0.2')).toFixed(0)} ms after the symlink was swapped`,
  );
});

test('10,000 ServiceEntries of one file are served', async () => {
  writeFileSync(
    join(directory, 'many.yaml'),
    manifest(10_000, (i) => `10.1.${i >> 8}.${i & 255}`),
  );
  const started = performance.now();
  const port = await start(join(directory, 'many.yaml'));
  await untilServed(port, 'host-9999.mesh.test', '10.1.39.15');
  console.log(
    `10,000 ServiceEntries in one file served ${(performance.now() - started).toFixed(0)} ms after the start`,
  );
  expect(registriesOf(server!)[0]!.status.hosts).toBe(10_000);
});
