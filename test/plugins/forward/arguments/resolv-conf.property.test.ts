import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseHostName } from '../../../../src/plugins/forward/arguments/host-name.ts';
import { parseResolvConf } from '../../../../src/plugins/forward/arguments/resolv-conf.ts';
import { parseUpstream } from '../../../../src/plugins/forward/arguments/upstream-address.ts';
import { formatUpstream } from '../../../../src/plugins/forward/config.ts';

const good = fc.constantFrom('10.0.0.1', '10.0.0.2:5353', '2001:db8::1', '[::1]:53', 'fe80::1%eth0');
const word = fc.oneof(
  good,
  fc.constantFrom(
    'nameserver',
    'options',
    'timeout:',
    'timeout:3',
    'timeout:99',
    'attempts:3',
    'rotate',
    '#',
    ';',
    '0.0.0.0',
    'dns.example',
    '\ufeff',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const line = fc.oneof(
  good.map((server) => `nameserver ${server}`),
  fc.array(word, { maxLength: 5 }).map((words) => words.join(' ')),
);
const text = fc
  .tuple(fc.array(line, { maxLength: 20 }), fc.constantFrom('\n', '\r\n', '\r'))
  .map(([lines, end]) => lines.join(end));

test('whatever a file says, what is read of it are servers and options in their bounds, and each warning has its place', () => {
  fc.assert(
    fc.property(text, (file) => {
      const lines = file.split(/\r\n|\r|\n/);
      const { servers, options } = parseResolvConf(file, undefined, (place, message) => {
        expect(message).not.toBe('');
        expect(place.column).toBeGreaterThan(0);
        expect(lines[place.line - 1]!.length).toBeGreaterThanOrEqual(place.column - 1);
      });
      for (const { upstream, place, text: written } of servers) {
        expect(parseUpstream(formatUpstream(upstream))).toEqual(upstream);
        expect(lines[place.line - 1]!.slice(place.column - 1).startsWith(written)).toBe(true);
      }
      if (options.timeoutMs !== undefined) expect([3000, 30_000]).toContain(options.timeoutMs);
      if (options.attempts !== undefined) expect(options.attempts).toBeLessThanOrEqual(5);
    }),
  );
});

test('lines that can be used count whatever stands between them', () => {
  fc.assert(
    fc.property(
      fc.array(good, { minLength: 1, maxLength: 5 }),
      fc.array(fc.string({ maxLength: 30 })),
      (list, rest) => {
        const lines = list.flatMap((server, i) => [
          `# ${rest[i] ?? ''}`.replaceAll(/[\r\n]/g, ''),
          `nameserver ${server}`,
        ]);
        const { servers } = parseResolvConf(lines.join('\n'), undefined, () => undefined);
        expect(servers.map(({ text: written }) => written)).toEqual(list);
      },
    ),
  );
});

test('a host name is taken in any case, with a last dot or without, and nothing that could be an address is one', () => {
  fc.assert(
    fc.property(fc.domain(), fc.option(fc.integer({ min: 1, max: 65_535 })), (name, port) => {
      const expected = { protocol: 'dns', name: name.toLowerCase(), port: port ?? 53 };
      for (const written of [name, name.toUpperCase(), `${name}.`]) {
        expect(parseHostName(port === null ? written : `${written}:${port}`, 'dns')).toEqual(expected);
      }
    }),
  );
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.stringMatching(/^[\d.:]{0,20}$/)), (address) => {
      expect(typeof parseHostName(address, 'dns')).not.toBe('object');
    }),
  );
});
