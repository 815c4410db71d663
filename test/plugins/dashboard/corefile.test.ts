import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { withoutSecrets } from '../../../src/plugins/dashboard/corefile.ts';

describe('a Corefile without its secrets', () => {
  test.each([
    ['endpoint https://admin:hunter2@10.0.0.1', 'endpoint https://********@10.0.0.1'],
    ['forward . https://dns.test/q?token=abc&x=1', 'forward . https://dns.test/q?token=********&x=1'],
    ['# the api-key: abc def', '# the api-key: ******** def'],
    ['answer "{{ .Name }} TXT \\"password=hunter2\\""', 'answer "{{ .Name }} TXT \\"password=********""'],
    ['    secret transfer. c2VjcmV0', '    secret ********'],
    ['  client_secret abc', '  client_secret ********'],
    ['authorization: Bearer abcdefgh12345', 'authorization: ********'],
    ['# use bearer abcdefgh12345', '# use bearer ********'],
    ['# eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc', '# ********'],
    ['# -----BEGIN EC PRIVATE KEY-----\n# MHcCAQ\n# -----END EC PRIVATE KEY-----\nlog', '# ********\nlog'],
  ])('%j', (text, expected) => {
    expect(withoutSecrets(text)).toBe(expected);
  });

  test.each([
    'tls /etc/tls/cert.pem /etc/tls/key.pem /etc/tls/ca.pem',
    'kubeconfig /etc/secret/kubeconfig east',
    'client 127.0.0.2/32 security',
    'log . {$TOKEN}',
    'secrets.example.org:53 {',
    'nsid token',
  ])('%s stays', (text) => {
    expect(withoutSecrets(text)).toBe(text);
  });

  test('the example says all that it says', () => {
    const text = readFileSync('deploy/examples/Corefile', 'utf8');
    expect(withoutSecrets(text)).toBe(text);
  });

  test('takes time that grows with the text', () => {
    const hostile = [
      '-----BEGIN PRIVATE KEY-----',
      'a://',
      'token',
      'token ',
      'x_',
      'x-',
      'eyJ-',
      'eyJa.',
      ' ',
      '\n',
    ].map((part) => part.repeat(20_000));
    for (const text of hostile) expect(withoutSecrets(text).length).toBeGreaterThan(0);
  });
});
