import { describe, expect, it } from 'vitest';
import { parseKey } from '../../src/corefile/key.ts';
import { Problems } from '../../src/corefile/problem.ts';
import { normalizeZone } from '../../src/corefile/zone.ts';
import { token } from './support.ts';

function read(text: string) {
  const problems = new Problems();
  const keys = parseKey(token(text), problems);
  const shown = keys.map(({ scheme, zone, port }) => `${scheme} ${zone} ${port ?? 'default'}`);
  return { shown, problems: problems.list };
}

const label63 = 'a'.repeat(63);
const longest = `${label63}.${label63}.${label63}.${'b'.repeat(61)}`;

describe('parseKey', () => {
  const good: [text: string, expected: string[]][] = [
    ['.', ['dns . default']],
    ['.:53', ['dns . 53']],
    ['.:0', ['dns . 0']],
    ['.:65535', ['dns . 65535']],
    ['.:053', ['dns . 53']],
    ['Example.ORG', ['dns example.org. default']],
    ['example.org.:1053', ['dns example.org. 1053']],
    ['dns://.:53', ['dns . 53']],
    ['tls://example.org', ['tls example.org. default']],
    ['TLS://example.org', ['tls example.org. default']],
    ['quic://.', ['quic . default']],
    ['https://.:8443', ['https . 8443']],
    ['https3://.', ['https3 . default']],
    ['grpc://.', ['grpc . default']],
    ['*.example.org', ['dns *.example.org. default']],
    ['_tcp.a-b', ['dns _tcp.a-b. default']],
    [String.raw`a\.b.C`, [String.raw`dns a\.b.c. default`]],
    [String.raw`\065\032b`, [String.raw`dns a\032b. default`]],
    [String.raw`\e\x\M`, [`dns exm. default`]],
    [String.raw`a\:5`, [`dns a:5. default`]],
    [String.raw`a\:5:53`, [`dns a:5. 53`]],
    [longest, [`dns ${longest}. default`]],
    ['10.0.0.0/24', ['dns 0.0.10.in-addr.arpa. default']],
    ['10.0.0.0/8:53', ['dns 10.in-addr.arpa. 53']],
    ['tls://10.0.0.0/8', ['tls 10.in-addr.arpa. default']],
    ['10.0.0.0/15', ['dns 0.10.in-addr.arpa. default', 'dns 1.10.in-addr.arpa. default']],
    ['192.168.1.1/23', ['dns 0.168.192.in-addr.arpa. default', 'dns 1.168.192.in-addr.arpa. default']],
    ['10.9.8.7/32', ['dns 7.8.9.10.in-addr.arpa. default']],
    ['10.9.8.7/31', ['dns 6.8.9.10.in-addr.arpa. default', 'dns 7.8.9.10.in-addr.arpa. default']],
    ['2001:db8::/32', ['dns 8.b.d.0.1.0.0.2.ip6.arpa. default']],
    ['2001:DB8::/32:1053', ['dns 8.b.d.0.1.0.0.2.ip6.arpa. 1053']],
    ['2001:db8::ff00/31', ['dns 8.b.d.0.1.0.0.2.ip6.arpa. default', 'dns 9.b.d.0.1.0.0.2.ip6.arpa. default']],
    ['fe80::/10', ['8', '9', 'a', 'b'].map((nibble) => `dns ${nibble}.e.f.ip6.arpa. default`)],
    [
      '64:ff9b::192.0.2.33/124',
      ['dns 2.2.0.0.0.0.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.b.9.f.f.4.6.0.0.ip6.arpa. default'],
    ],
    ['0/25.2.0.192.in-addr.arpa', ['dns 0/25.2.0.192.in-addr.arpa. default']],
  ];
  it.each(good)('%s', (text, expected) => {
    expect(read(text)).toEqual({ shown: expected, problems: [] });
  });

  it('gives 128 zones for a /25, masked and in order', () => {
    const { shown } = read('10.1.2.200/25');
    expect(shown).toHaveLength(128);
    expect(shown[0]).toBe('dns 128.2.1.10.in-addr.arpa. default');
    expect(shown[127]).toBe('dns 255.2.1.10.in-addr.arpa. default');
  });

  const bad: [text: string, message: string][] = [
    [':53', `key ':53' has no zone; did you mean '.:53'?`],
    ['tls://:853', `key 'tls://:853' has no zone; did you mean 'tls://.:853'?`],
    ['tls://', `key 'tls://' has no zone; did you mean 'tls://.'?`],
    ['example.org:', `key 'example.org:': expected a port after the last colon`],
    ['example.org:15999x', `key 'example.org:15999x': expected a port after the last colon, found '15999x'`],
    ['.:-1', `key '.:-1': expected a port after the last colon, found '-1'`],
    ['.:65536', `key '.:65536': port '65536' is not in 0..65535`],
    ['a:b:53', `key 'a:b:53': 'a:b' has a colon in it; only one, before the port, may stand in a key`],
    ['10.0.0.0/8:x', `key '10.0.0.0/8:x': expected a port after the last colon, found 'x'`],
    ['2001:db8::/32:', `key '2001:db8::/32:': expected a port after the last colon`],
    ['fe80::1', `key 'fe80::1' is an address and no zone; for its reverse zone write 'fe80::1/128'`],
    ['[fe80::1]:53', `key '[fe80::1]:53' is an address and no zone; for its reverse zone write 'fe80::1/128'`],
    ['tsl://.', `unknown scheme 'tsl://' of key 'tsl://.'; did you mean 'tls'?`],
    [
      'unix:///run/s',
      `unknown scheme 'unix://' of key 'unix:///run/s'; expected one of dns, tls, quic, https, https3, grpc`,
    ],
    ['a..b', `key 'a..b': 'a..b' is not a zone name: it has an empty label`],
    ['.a', `key '.a': '.a' is not a zone name: it has an empty label`],
    [
      `a${label63}`,
      `key 'a${label63}': 'a${label63}' is not a zone name: one of its labels has 64 octets, and at most 63 fit`,
    ],
    ['a\\', `key 'a\\': 'a\\' is not a zone name: it ends in a backslash`],
    ['\\25', `key '\\25': '\\25' is not a zone name: its escape '\\25' is not a backslash and three digits up to 255`],
    [
      '\\256',
      `key '\\256': '\\256' is not a zone name: its escape '\\256' is not a backslash and three digits up to 255`,
    ],
    ['a b', `key 'a b': 'a b' is not a zone name: it has a space in it`],
    [
      'bücher.de',
      `key 'bücher.de': 'bücher.de' is not a zone name: it has letters outside ASCII; write 'xn--bcher-kva.de'`,
    ],
    ['0.0.0.0/0', `key '0.0.0.0/0': invalid CIDR '0.0.0.0/0': the length after the slash must be 1..32`],
    ['10.0.0.0/33', `key '10.0.0.0/33': invalid CIDR '10.0.0.0/33': the length after the slash must be 1..32`],
    ['10.0.0.0/', `key '10.0.0.0/': invalid CIDR '10.0.0.0/': the length after the slash must be 1..32`],
    ['2001:db8::/0', `key '2001:db8::/0': invalid CIDR '2001:db8::/0': the length after the slash must be 1..128`],
    [
      '2001:db8::/129',
      `key '2001:db8::/129': invalid CIDR '2001:db8::/129': the length after the slash must be 1..128`,
    ],
    ['::1/128', `key '::1/128': invalid CIDR '::1/128': an IPv6 network may not begin with 0 or a colon`],
    ['::/0', `key '::/0': invalid CIDR '::/0': an IPv6 network may not begin with 0 or a colon`],
    ['0:1::/32', `key '0:1::/32': invalid CIDR '0:1::/32': an IPv6 network may not begin with 0 or a colon`],
  ];
  it.each(bad)('%s is an error', (text, message) => {
    const { shown, problems } = read(text);
    expect(shown).toEqual([]);
    expect(problems).toEqual([{ code: 'COREFILE_KEY', severity: 'error', message, position: token('').position }]);
  });

  it('checks the length of the whole name', () => {
    expect(normalizeZone(longest)).toEqual({ zone: `${longest}.` });
    expect(normalizeZone(`b${longest}`)).toHaveProperty('reason');
    expect(normalizeZone(`${label63}.${label63}.${label63}.${'b'.repeat(62)}`)).toEqual({
      reason: 'it takes 256 octets, and at most 255 fit',
    });
  });

  it.each(['a,b', ',b', '10.0.0.1', '10.0.0.1:53'])('warns of %s', (text) => {
    const { shown, problems } = read(text);
    expect(shown).toHaveLength(1);
    expect(problems.map((each) => each.severity)).toEqual(['warning']);
  });
});
