import { describe, expect, it } from 'vitest';
import type { TlsConfig } from '../../../src/plugins/tls/config.ts';
import { parseTls } from '../../../src/plugins/tls/parse.ts';
import type { Plugin } from '../../../src/plugins/plugin.ts';
import { parseDirective } from '../../support/plugin.ts';
import { certPath, keyPath } from '../../support/tls/files.ts';

const server = certPath('server');
const serverKey = keyPath('server');
const ca = certPath('ca');
const tlsAt = (wallMs: number): Pick<Plugin<TlsConfig>, 'name' | 'parse'> => ({
  name: 'tls',
  parse: (directives, context) => parseTls(directives, context, () => wallMs),
});
const tls = tlsAt(Date.UTC(2027, 0, 1));

/** With the names of the files in place of `SERVER`, `KEY` and `CA`, and back again in problems. */
function parse(lines: string): { config: TlsConfig; problems: readonly string[] } {
  const names: readonly (readonly [string, string])[] = [
    ['SERVER', server],
    ['KEY', serverKey],
    ['CA', ca],
  ];
  const text = names.reduce((all, [name, path]) => all.replace(new RegExp(`\\b${name}\\b`, 'g'), path), lines);
  const { config, problems } = parseDirective(tls, text);
  const shown = problems.map((line) =>
    names.reduce((all, [name, path]) => all.replaceAll(path, name), line).replace(/^Corefile:(\d+):\d+/, 'Corefile:$1'),
  );
  return { config, problems: shown };
}

const base: TlsConfig = { certFile: server, keyFile: serverKey, caFile: undefined, clientAuth: 'nocert' };

describe('tls in a Corefile', () => {
  it.each<[lines: string, config: TlsConfig]>([
    ['tls SERVER KEY', base],
    ['tls SERVER KEY CA', { ...base, caFile: ca }],
    ['tls SERVER KEY {\n}', base],
    ['tls SERVER KEY {\n client_auth nocert\n}', base],
    ['tls SERVER KEY {\n client_auth request\n}', { ...base, clientAuth: 'request' }],
    ['tls SERVER KEY {\n client_auth require\n}', { ...base, clientAuth: 'require' }],
    ['tls SERVER KEY CA {\n client_auth verify_if_given\n}', { ...base, caFile: ca, clientAuth: 'verify_if_given' }],
    [
      'tls SERVER KEY CA {\n client_auth require_and_verify\n}',
      { ...base, caFile: ca, clientAuth: 'require_and_verify' },
    ],
  ])('reads %j', (lines, config) => {
    expect(parse(lines)).toEqual({ config, problems: [] });
  });

  it.each<[lines: string, problem: string]>([
    ['tls', "tls needs CERT KEY [CA], but the line ends after 'tls' [COREFILE_ARGUMENT]"],
    ['tls SERVER', "tls needs CERT KEY [CA], but the line ends after 'SERVER' [COREFILE_ARGUMENT]"],
    ['tls SERVER KEY CA x', "unexpected argument 'x': tls takes CERT KEY [CA] and no more [COREFILE_ARGUMENT]"],
    ['tls /nowhere KEY', "'/nowhere' does not exist [COREFILE_FILE]"],
    ['tls SERVER /nowhere', "'/nowhere' does not exist [COREFILE_FILE]"],
    ['tls SERVER KEY /nowhere', "'/nowhere' does not exist [COREFILE_FILE]"],
    ['tls / KEY', "'/' cannot be read (EISDIR) [COREFILE_FILE]"],
    ['tls KEY KEY', "'KEY' has no PEM certificate in it, but a private key [COREFILE_FILE]"],
    ['tls SERVER SERVER', "'SERVER' has no PEM private key in it, but a certificate [COREFILE_FILE]"],
    ['tls SERVER KEY KEY', "'KEY' has no PEM certificate in it, but a private key [COREFILE_FILE]"],
    ['tls CA KEY', "'KEY' is not the key of the certificate in CA [COREFILE_FILE]"],
    [
      `tls SERVER ${keyPath('encrypted')}`,
      `'${keyPath('encrypted')}' has a private key that is encrypted; expected one without a passphrase [COREFILE_FILE]`,
    ],
  ])('refuses %j', (lines, problem) => {
    expect(parse(lines).problems).toEqual([`Corefile:2: error: ${problem}`]);
  });

  it('says what to do in place of ACME', () => {
    expect(parse('tls {\nacme example.org\nemail a@example.org\n}').problems).toEqual([
      expect.stringMatching(
        /^Corefile:3: error: 'tls' without CERT and KEY: certificates are not fetched by ACME here/,
      ),
    ]);
  });

  it.each<[option: string, problem: string]>([
    [
      'keylog /tmp/keys',
      "option 'keylog' of tls is not built: the secrets of all clients are not written to a file; have the client that is looked at write its own (SSLKEYLOGFILE) [COREFILE_OPTION]",
    ],
    ['client_auth', "client_auth needs one mode, but the line ends after 'client_auth' [COREFILE_ARGUMENT]"],
    [
      'client_auth yes',
      "client_auth must be 'nocert', 'request', 'require', 'verify_if_given' or 'require_and_verify', found 'yes' [COREFILE_ARGUMENT]",
    ],
    [
      'client_auth requires',
      "client_auth must be 'nocert', 'request', 'require', 'verify_if_given' or 'require_and_verify', found 'requires'; did you mean 'require'? [COREFILE_ARGUMENT]",
    ],
    [
      'client_auth verify_if_given',
      'client_auth verify_if_given needs a CA behind CERT and KEY: who signs the certificates of clients [COREFILE_CONFLICT]',
    ],
    [
      'client_auth require_and_verify',
      'client_auth require_and_verify needs a CA behind CERT and KEY: who signs the certificates of clients [COREFILE_CONFLICT]',
    ],
    ['client_aut nocert', "unknown option 'client_aut' of tls; did you mean 'client_auth'? [COREFILE_OPTION]"],
  ])('refuses %j in the block', (option, problem) => {
    expect(parse(`tls SERVER KEY {\n ${option}\n}`).problems).toEqual([`Corefile:3: error: ${problem}`]);
  });

  it('refuses a second line, and a second mode', () => {
    expect(parse('tls SERVER KEY\ntls SERVER KEY').problems).toEqual([
      "Corefile:3: error: 'tls' stands here again, but may stand only once in a server block; the first is on line 2 [COREFILE_REPEATED]",
    ]);
    expect(parse('tls SERVER KEY {\n client_auth request\n client_auth require\n}').problems).toHaveLength(1);
  });

  it('warns of a certificate that has expired', () => {
    expect(parse(`tls ${certPath('expired')} KEY`).problems).toEqual([
      `Corefile:2: warning: '${certPath('expired')}' has expired: clients that verify it are not served until it is replaced [COREFILE_FILE]`,
    ]);
    const early = tlsAt(Date.UTC(2020, 0, 15));
    expect(parseDirective(early, `tls ${certPath('expired')} ${serverKey}`).problems).toEqual([]);
  });
});
