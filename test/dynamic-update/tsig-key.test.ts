import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parseTsigKey } from '../../src/dynamic-update/tsig-key.ts';
import { missingForRoot } from '../support/machine.ts';

const secret = 'c2VydmljZWVudHJ5LWRucy10ZXN0LWtleS0wMTIzNDU=';
const octets = new Uint8Array(Buffer.from(secret, 'base64'));

describe('a key file', () => {
  it.each([
    `key "publisher" {\n\talgorithm hmac-sha256;\n\tsecret "${secret}";\n};\n`,
    `// made by hand\nkey publisher { algorithm "HMAC-SHA256"; secret ${secret}; };`,
    `# one\n/* two\n lines */ key "Publisher." { secret "${secret}"; /* ; */ algorithm hmac-sha256.; };`,
  ])('is read: %s', (text) => {
    expect(parseTsigKey(text)).toEqual({ name: 'publisher.', algorithm: 'hmac-sha256', secret: octets });
  });

  it.each([
    ['', 'it has no key'],
    [secret, 'it has no key'],
    [`key "a" { algorithm hmac-sha256; secret "${secret}"; }; key "b" { };`, 'several keys'],
    [`key "a..b" { algorithm hmac-sha256; secret "${secret}"; };`, 'is no name of a key'],
    [`key "a" { secret "${secret}"; };`, 'no algorithm'],
    [`key "a" { algorithm hmac-md5; secret "${secret}"; };`, 'too weak'],
    [`key "a" { algorithm hmac-sha1; secret "${secret}"; };`, 'too weak'],
    [`key "a" { algorithm rsasha256; secret "${secret}"; };`, 'its algorithm must be hmac-sha256'],
    [`key "a" { algorithm constructor; secret "${secret}"; };`, 'its algorithm must be hmac-sha256'],
    ['key "a" { algorithm hmac-sha256; };', 'no secret'],
    ['key "a" { algorithm hmac-sha256; secret "!"; };', 'no base64'],
    ['key "a" { algorithm hmac-sha256; secret "YWJj"; };', 'has 3 octets'],
    ['x'.repeat(70_000), 'too long'],
  ])('is refused: %#', (text, reason) => {
    const result = parseTsigKey(text);
    expect(result).toContain(reason);
    expect(result).not.toContain(secret);
  });
});

describe.skipIf(missingForRoot('a key of BIND', 'tsig-keygen') !== '')('tsig-keygen', () => {
  it.each(['hmac-sha256', 'hmac-sha384', 'hmac-sha512'])('makes a key of %s that is read', (algorithm) => {
    const text = execFileSync('tsig-keygen', ['-a', algorithm, 'publisher.example.org'], { encoding: 'utf8' });
    expect(parseTsigKey(text)).toMatchObject({ name: 'publisher.example.org.', algorithm });
  });
});
