import { expect, test } from 'vitest';
import { addressFromReverseName, reverseName } from '../../src/wire/reverse-name.ts';

test.each([
  ['10.1.2.3', '3.2.1.10.in-addr.arpa'],
  ['2001:db8::1', `1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`],
])('the reverse name of %s, and back', (address, name) => {
  expect(reverseName(address)).toBe(name);
  expect(addressFromReverseName(name)).toBe(address);
});

test.each(['1.0.0.10.in-addr.arpa.', '0.0.10.in-addr.arpa', '256.0.0.10.in-addr.arpa', 'example.com', ''])(
  '%j is no whole reverse name',
  (name) => {
    expect(addressFromReverseName(name)).toBeUndefined();
  },
);
