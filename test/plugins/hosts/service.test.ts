import { describe, expect, it } from 'vitest';
import { hostsFamilies } from '../../../src/plugins/hosts/metrics.ts';
import { mergeFamilies } from '../../../src/runtime/metrics/family.ts';
import { debounceMs, usualDoubtMs } from '../../../src/runtime/files/watched-file.ts';
import { startHosts } from './harness.ts';

const lines = 'hosts FILE {\n10.9.0.1 inline.example.org\nfallthrough\n}';
const before = '10.0.0.1 a.example.org b.example.org\n10.0.0.2 *.c.example.org\n';
const warnings = ({ logger }: Pick<Awaited<ReturnType<typeof startHosts>>, 'logger'>) =>
  logger.lines.filter(({ level }) => level !== 'debug').map(({ message }) => message);

describe('a hosts file that changes', () => {
  it('is served within a tenth of a second, and what is gone from it is not any more', async () => {
    const { ask, file, clock, table } = await startHosts(lines, before);
    const { serial } = table;
    clock.advance(1000);
    file.write('10.0.0.3 a.example.org\n10.0.0.4 d.example.org e.example.org\n');
    expect(ask('a.example.org')).toBe('NOERROR 10.0.0.1');
    clock.advance(debounceMs);
    const names = ['a', 'b', 'x.c', 'd', 'inline'].map((name) => `${name}.example.org`);
    expect(names.map((name) => ask(name))).toEqual([
      'NOERROR 10.0.0.3',
      'next',
      'next',
      'NOERROR 10.0.0.4',
      'NOERROR 10.9.0.1',
    ]);
    const pointers = [1, 2, 3].map((last) => ask(`${last}.0.0.10.in-addr.arpa`, 'PTR'));
    expect(pointers).toEqual(['next', 'next', 'NOERROR a.example.org.']);
    expect(table.serial).toBe(serial + 1);
  });

  it('is looked at every second at least, where no watch tells of a change', async () => {
    const { ask, file, clock } = await startHosts(lines.replace('fallthrough', 'reload 15s\nfallthrough'), before);
    file.writeSilently('10.0.0.3 a.example.org b.example.org\n');
    clock.advance(999);
    expect(ask('a.example.org')).toBe('NOERROR 10.0.0.1');
    clock.advance(1);
    expect(ask('a.example.org')).toBe('NOERROR 10.0.0.3');
  });

  it('leaves the serial alone where nothing else is served', async () => {
    const { file, clock, table } = await startHosts(lines, before);
    const { serial } = table;
    clock.advance(1000);
    file.write(`# a comment\n${before}`);
    clock.advance(debounceMs);
    expect(table.serial).toBe(serial);
  });

  it('keeps what it had while it is gone, and says so once', async () => {
    const hosts = await startHosts(lines, before);
    const { ask, file, clock, service } = hosts;
    file.write(undefined);
    clock.advance(20_000);
    expect(ask('a.example.org')).toBe('NOERROR 10.0.0.1');
    expect(warnings(hosts)).toEqual([`plugin/hosts: ${file.path} does not exist; what was read before stays in use`]);
    expect(service.failures).toBeGreaterThan(3);
    file.write('10.0.0.5 a.example.org\n');
    clock.advance(debounceMs + usualDoubtMs);
    expect(ask('a.example.org')).toBe('NOERROR 10.0.0.5');
  });

  it('is read when it comes, where there was none', async () => {
    const hosts = await startHosts(lines, undefined);
    const { ask, file, clock } = hosts;
    expect([ask('inline.example.org'), ask('a.example.org')]).toEqual(['NOERROR 10.9.0.1', 'next']);
    expect(warnings(hosts)).toEqual([`plugin/hosts: ${file.path} does not exist; it is read as soon as it can be`]);
    file.write(before);
    clock.advance(debounceMs);
    expect(ask('a.example.org')).toBe('NOERROR 10.0.0.1');
  });

  it('is not missed where nobody named it', async () => {
    const hosts = await startHosts('hosts', undefined);
    // The default file is another one than that of the test.
    expect(warnings(hosts)).toEqual([]);
  });

  it('is never half served', async () => {
    const { ask, file, clock } = await startHosts(lines, before);
    for (const text of ['', '10.0.0.', '10.0.0.6 a.exa', '10.0.0.6 a.example.org\n10.0.0.7 b.example.org\n']) {
      expect(ask('a.example.org')).toBe('NOERROR 10.0.0.1');
      file.write(text);
      clock.advance(100);
    }
    clock.advance(usualDoubtMs);
    expect(ask('a.example.org')).toBe('NOERROR 10.0.0.6');
  });
});

describe('entries that cannot be read', () => {
  const bad = [
    '10.0.0.1 good.example.org',
    '321.1.1.1 a.example.org',
    '10.0.0.1 a..example.org b.example.org',
    `10.0.0.2 ${'x'.repeat(64)}.example.org`,
    '10.0.0.3 bücher.example.org',
    '10.0.0.4 nul\0.example.org',
    '',
  ].join('\r\n');

  it('are left out, and told in one line, once', async () => {
    const hosts = await startHosts(lines, bad);
    const { ask, file, clock, service } = hosts;
    expect(['good', 'a', 'b'].map((name) => ask(`${name}.example.org`))).toEqual([
      'NOERROR 10.0.0.1',
      'next',
      'NOERROR 10.0.0.1',
    ]);
    const told = [
      `plugin/hosts: ${file.path}: 5 entries are left out: line 2: '321.1.1.1' is no address; ` +
        `line 3: 'a..example.org' is no name: labels have 1 to 63 octets, and a name 255; ` +
        `line 4: '${'x'.repeat(64)}.example.org' is no name: labels have 1 to 63 octets, and a name 255; and 2 more`,
    ];
    expect(warnings(hosts)).toEqual(told);
    file.write(`${bad}10.0.0.9 more.example.org\n`);
    clock.advance(debounceMs);
    expect([ask('more.example.org'), warnings(hosts), service.leftOut]).toEqual(['NOERROR 10.0.0.9', told, 5]);
  });

  it('are counted beside those that are served', async () => {
    const { service, file } = await startHosts(lines, bad);
    const families = mergeFamilies([...hostsFamilies(service), ...hostsFamilies(service)]);
    const samples = families.flatMap(({ name, samples: read }) =>
      read().map(({ labels, value }) => [name, labels, value]),
    );
    const hostsfile = file.path;
    expect(samples).toEqual([
      // good, b and inline, both ways; of two server blocks.
      ['coredns_hosts_entries', { hostsfile }, 12],
      ['coredns_hosts_reload_timestamp_seconds', {}, 0],
      ['coredns_hosts_left_out_entries', { hostsfile }, 10],
      ['coredns_hosts_read_failures_total', { hostsfile }, 0],
    ]);
  });
});
