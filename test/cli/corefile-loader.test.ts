import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CorefileLoader } from '../../src/cli/corefile-loader.ts';
import { cert } from '../support/tls/files.ts';
import { directoryWith } from './server-process.ts';

const corefile = '.:1053 {\n  whoami\n  import more\n  log . {$WORD}\n}\n';

function world() {
  const directory = directoryWith({ Corefile: corefile, more: 'errors\n' });
  const environment: Record<string, string> = { WORD: 'a{name}' };
  const put = (text: string, file = 'Corefile'): void => writeFileSync(join(directory, file), text);
  const loader = new CorefileLoader(join(directory, 'Corefile'), 53, environment);
  return { directory, environment, put, loader };
}

test('its files are kept as they were read, for those who look at what runs', () => {
  const { directory, put, loader } = world();
  const file = (name: string, text: string | undefined) => ({ path: join(directory, name), text });
  expect(loader.first.files).toEqual([file('Corefile', corefile), file('more', 'errors\n')]);
  const large = `errors\n#${'x'.repeat(1 << 20)}\n`;
  put(large, 'more');
  expect(loader.read().files).toEqual([file('Corefile', corefile), file('more', undefined)]);
});

describe('the state of a Corefile', () => {
  test('is the same for what says the same', () => {
    const { put, loader } = world();
    const { first } = loader;
    expect(first.problems.list).toEqual([]);
    expect(loader.look()).toBe(first.state);
    put(`# a comment\n\n${corefile.replace('whoami', '"whoami" # and another').replaceAll('\n', '\r\n')}`);
    put('errors # the same\n', 'more');
    expect(loader.look()).toBe(first.state);
    expect(loader.read()).toMatchObject({ state: first.state, hash: first.hash });
    expect(first.hash).toMatch(/^[0-9a-f]{128}$/);
  });

  test.each<[what: string, change: (parts: ReturnType<typeof world>) => void]>([
    ['a word', ({ put }) => put(corefile.replace('whoami', 'any'))],
    ['a port', ({ put }) => put(corefile.replace('1053', '1054'))],
    ['the order of lines', ({ put }) => put('.:1053 {\n  import more\n  whoami\n  log . {$WORD}\n}\n')],
    ['a block', ({ put }) => put(`${corefile}a.example {\n}\n`)],
    ['a brace that is missing', ({ put }) => put(corefile.slice(0, -2))],
    ['half of the text', ({ put }) => put(corefile.slice(0, 30))],
    ['no text', ({ put }) => put('')],
    ['an imported file', ({ put }) => put('errors\nany\n', 'more')],
    ['an imported file that is gone', ({ directory }) => rmSync(join(directory, 'more'))],
    ['an environment variable', ({ environment }) => Object.assign(environment, { WORD: '{type}' })],
  ])('is another one after a change of %s', (_, change) => {
    const parts = world();
    const { first } = parts.loader;
    change(parts);
    const state = parts.loader.look();
    expect(state).not.toBe(first.state);
    expect(parts.loader.read().state).toBe(state);
    expect(parts.loader.look()).toBe(state);
  });

  test('has what plugins read at the start only, and not what they watch', () => {
    const { directory, put, loader } = world();
    put(cert('ca'), 'ca.pem');
    put('nameserver 192.0.2.1\n', 'resolv.conf');
    put(
      `. {\n forward a.example tls://192.0.2.1 {\n  tls ${join(directory, 'ca.pem')}\n }\n forward . ${join(directory, 'resolv.conf')}\n}\n`,
    );
    const { state, problems, hash } = loader.read();
    expect(problems.list).toEqual([]);
    put('nameserver 192.0.2.2\n', 'resolv.conf');
    expect(loader.look()).toBe(state);
    put(cert('stranger'), 'ca.pem');
    expect(loader.look()).not.toBe(state);
    expect(loader.read().hash).toBe(hash);
    rmSync(join(directory, 'ca.pem'));
    const gone = loader.look();
    expect(gone).not.toBe(state);
    expect(loader.read().problems.hasErrors).toBe(true);
    expect(loader.look()).toBe(gone);
  });

  test('a Corefile that is gone cannot be read', () => {
    const { directory, loader } = world();
    rmSync(join(directory, 'Corefile'));
    expect(() => loader.look()).toThrow(/^cannot read the Corefile: ENOENT/);
    expect(() => loader.read()).toThrow(/^cannot read the Corefile: ENOENT/);
  });
});
