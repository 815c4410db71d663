import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingForRoot } from '../support/machine.ts';
import { Lab } from '../support/lab.ts';
import { ours, serveOurs, serveParent } from './servers.ts';

const needed = ['unshare', 'nsenter', 'ip', 'dig', 'knotd', 'dnssec-signzone', 'gcc', 'musl-gcc'];
const missing = missingForRoot('resolving by the C libraries', ...needed);

/** A name and its addresses in any order, or none. Own and forwarded names by turns, as c-ares is put off by changes. */
const expected: readonly (readonly [name: string, ...addresses: string[]])[] = [
  ['payments.mesh.test', '10.96.10.1', '2001:db8:10::1'],
  ['example.org', '192.0.2.81'],
  ['customers.com', '1.0.0.0', '10.1.2.3', '2.0.0.0'],
  ['www.test', '192.0.2.80'],
  ['nobody.mesh.test'],
  ['a.b.tenants.mesh.test', '10.96.20.1'],
  ['nobody.example.org'],
  ['payments.mesh.test', '10.96.10.1', '2001:db8:10::1'],
  // By the search path.
  ['ledger', '10.50.0.1'],
];
const table = expected.map(([name, ...addresses]) => [name, ...addresses.toSorted()]);

/** Prints what c-ares, as Node has it, makes of each name in the arguments. */
const cAres = `
import { Resolver } from 'node:dns/promises';
const resolver = new Resolver({ timeout: 2000, tries: 2 });
for (const name of process.argv.slice(2)) {
  const found = [];
  for (const type of ['A', 'AAAA']) found.push(await resolver.resolve(name, type).catch((error) => error.code));
  console.log([name, ...found.flat()].join(' '));
}
console.log(JSON.stringify(await resolver.resolveSrv('_https._tcp.payments.mesh.test')));
console.log(JSON.stringify(await resolver.reverse('10.96.10.1')));
`;

describe.skipIf(missing !== '')('clients', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await Lab.start(ours, 'search mesh.test', 'options timeout:2 attempts:2');
    await serveParent(lab);
    await serveOurs(lab, join(lab.directory, 'ours.log'));
  }, 60_000);

  afterAll(async () => {
    await lab.stop();
  });

  it.each([
    ['glibc', 'gcc', []],
    ['musl', 'musl-gcc', ['-static']],
  ])('%s resolves own and forwarded names', async (name, compiler, options) => {
    const program = join(lab.directory, `resolve-${name}`);
    await lab.run(compiler, '-O1', ...options, '-o', program, resolve('test/interop/resolve.c'));
    const printed = await lab.run(program, ...expected.map(([each]) => each));
    const rows = printed
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' '));
    expect(rows.map(([each, ...addresses]) => [each, ...addresses.filter(isAddress).sort()])).toEqual(table);
    // A name that is not there is not an error that a program tries again after.
    expect(printed).not.toContain('Try again');
  });

  it('c-ares does, also after a reply of somebody who knows cookies', async () => {
    // It is asked for records, which have absolute names.
    const absolute = table.filter(([name]) => name!.includes('.'));
    const names = absolute.map(([each]) => each!);
    const script = lab.file('c-ares.mjs', cAres);
    const lines = (await lab.run(process.execPath, script, ...names)).trimEnd().split('\n');
    const rows = lines.slice(0, names.length).map((line) => line.split(' '));
    expect(rows.map(([each, ...found]) => [each, ...found.filter(isAddress).sort()])).toEqual(absolute);
    for (const code of rows.flat().filter((word) => /^E[A-Z]+$/.test(word)))
      expect(['ENODATA', 'ENOTFOUND']).toContain(code);
    expect(lines.slice(names.length).map((line) => JSON.parse(line) as unknown)).toEqual([
      [expect.objectContaining({ name: 'payments.mesh.test', port: 443, priority: 0, weight: 100 })],
      ['payments.mesh.test'],
    ]);
  });
});

function isAddress(word: string): boolean {
  return /^[\da-f]*[.:][\da-f.:]+$/.test(word);
}
