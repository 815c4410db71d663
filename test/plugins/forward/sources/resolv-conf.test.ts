import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ControlHarness } from './control-harness.ts';

const directory = mkdtempSync(join(tmpdir(), 'forward-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** A line with a file of this text, which the control half finds as it was when the Corefile was read. */
async function watching(text: string, before = '', block = ''): Promise<{ harness: ControlHarness; path: string }> {
  const path = join(directory, 'resolv.conf');
  writeFileSync(path, text);
  const harness = new ControlHarness(`forward . ${before} ${path} {\n${block}\n}`);
  harness.files.set(path, text);
  await harness.start();
  return { harness, path };
}

const one = 'nameserver 10.0.0.1\n';

test('a file that stays as it is changes nothing and says nothing', async () => {
  const { harness } = await watching(one);
  const before = harness.publications;
  await harness.advance(60_000);
  expect(harness.upstreams).toEqual(['10.0.0.1:53']);
  expect(harness.publications).toBe(before);
  expect(harness.logger.lines).toEqual([]);
});

test('a file that changes is read again within a second', async () => {
  const { harness, path } = await watching(one, '10.0.0.9');
  harness.files.set(path, 'nameserver 10.0.0.2\nnameserver 2001:db8::1\n');
  await harness.advance(1000);
  expect(harness.upstreams).toEqual(['10.0.0.9:53', '10.0.0.2:53', '[2001:db8::1]:53']);
  expect(harness.logger.lines).toEqual([
    expect.objectContaining({
      level: 'info',
      message: `plugin/forward: ${path} was read again: 10.0.0.2:53, [2001:db8::1]:53`,
    }),
  ]);
});

test('a line that cannot be used is a warning, and the others count', async () => {
  const { harness, path } = await watching(one);
  harness.files.set(path, 'nameserver dns.example\nnameserver 10.0.0.2\n');
  await harness.advance(1000);
  expect(harness.upstreams).toEqual(['10.0.0.2:53']);
  expect(harness.logger.lines[0]).toMatchObject({
    level: 'warning',
    message: `plugin/forward: ${path}:1:12: expected the IP address of one server, found 'dns.example'; the line is left out`,
  });
});

test.each<[name: string, text: string | undefined, fault: string]>([
  ['missing', undefined, 'does not exist'],
  ['empty', '', `has no line 'nameserver ADDRESS' that can be used`],
  ['without a server', 'search a.org\n', `has no line 'nameserver ADDRESS' that can be used`],
  ['all wrong', 'nameserver 0.0.0.0\n', `has no line 'nameserver ADDRESS' that can be used`],
])('a file that is %s changes nothing, and is said once', async (_, text, fault) => {
  const { harness, path } = await watching(one);
  const clock = harness.clock.wall() / 1000;
  const put = (content: string | undefined): void => {
    if (content === undefined) harness.files.delete(path);
    else harness.files.set(path, content);
  };
  put(text);
  await harness.advance(10_000);
  expect(harness.upstreams).toEqual(['10.0.0.1:53']);
  const warning = `plugin/forward: ${path} ${fault}; what was read before stays in use`;
  expect(harness.logger.lines.map(({ message }) => message)).toEqual([warning]);
  expect(harness.metric('coredns_forward_file_read_timestamp_seconds').get(path)).toBe(clock);
  put(one);
  await harness.advance(1000);
  expect(harness.metric('coredns_forward_file_read_timestamp_seconds').get(path)).toBe(clock + 11);
  put(text);
  await harness.advance(10_000);
  expect(harness.logger.lines.map(({ message }) => message)).toEqual([warning, warning]);
  put('nameserver 10.0.0.3\n');
  await harness.advance(1000);
  expect(harness.upstreams).toEqual(['10.0.0.3:53']);
});

test('a file that is being written is not taken for whole', async () => {
  const { harness, path } = await watching(one);
  for (const part of [
    '',
    'name',
    'nameserver 10.0.0.2\nnameserver 10.0.0.3',
    'nameserver 10.0.0.2\nnameserver 10.0.0.33\n',
  ]) {
    harness.files.set(path, part);
    await harness.advance(1000);
  }
  expect(harness.upstreams).toEqual(['10.0.0.2:53', '10.0.0.33:53']);
  expect(harness.logger.lines).toHaveLength(1);
  harness.files.set(path, 'nameserver 10.0.0.4');
  await harness.advance(1000);
  expect(harness.upstreams).toEqual(['10.0.0.2:53', '10.0.0.33:53']);
  await harness.advance(1000);
  expect(harness.upstreams).toEqual(['10.0.0.4:53']);
});

test('its options change with it, but for what the block says itself', async () => {
  const { harness, path } = await watching(`${one}options timeout:1 rotate\n`, '10.0.0.9', 'read_timeout 3s');
  expect(harness.state.settings).toEqual({
    policy: 'round_robin',
    forceTcp: false,
    readTimeoutMs: 3000,
    maxAttempts: undefined,
  });
  harness.files.set(path, `${one}options attempts:2 use-vc timeout:5\n`);
  await harness.advance(1000);
  // Two rounds over the file's server and the one before it.
  expect(harness.state.settings).toEqual({ policy: 'random', forceTcp: true, readTimeoutMs: 3000, maxAttempts: 4 });
});

test('servers of the other family than source_address are left out', async () => {
  const { harness, path } = await watching(one, '', 'source_address 10.0.0.7');
  harness.files.set(path, 'nameserver 2001:db8::1\nnameserver 10.0.0.2\n');
  await harness.advance(1000);
  expect(harness.upstreams).toEqual(['10.0.0.2:53']);
});

test('lines with one file each take what they can reach, and a file that stays as it is says nothing', async () => {
  const text = 'nameserver 2001:db8::1\nnameserver 10.0.0.2\n';
  const path = join(directory, 'both.conf');
  writeFileSync(path, text);
  const harness = new ControlHarness(
    `forward a.org ${path} {\nsource_address 10.0.0.7\n}\nforward . ${path} {\nsource_address 2001:db8::7\n}`,
  );
  harness.files.set(path, text);
  await harness.start();
  await harness.advance(5000);
  const upstreams = [...harness.published.values()].map((line) => line.upstreams.map(({ address }) => address));
  expect(upstreams).toEqual([['10.0.0.2'], ['2001:db8::1']]);
  expect(harness.logger.lines).toEqual([]);
});

test('the file is not read after the stop', async () => {
  const { harness } = await watching(one);
  await harness.control.stop?.();
  expect(harness.clock.pending).toBe(0);
});

test('this server itself is left out of what a file comes to say, which is told once', async () => {
  const path = join(directory, 'resolv.conf');
  writeFileSync(path, one);
  const own = { listeners: [{ protocol: 'dns', address: '', port: 53 }], machine: ['10.0.0.9'] } as const;
  const harness = new ControlHarness(`forward . ${path}`, own);
  harness.files.set(path, one);
  await harness.start();
  harness.files.set(path, 'nameserver 10.0.0.9\nnameserver 10.0.0.2\n');
  await harness.advance(1000);
  expect(harness.upstreams).toEqual(['10.0.0.2:53']);
  harness.files.set(path, 'nameserver 10.0.0.9\n');
  await harness.advance(1000);
  expect(harness.upstreams).toEqual([]);
  expect(harness.state.whyNone).toBe('it would ask this server itself');
  const warnings = harness.logger.lines.filter(({ level }) => level === 'warning');
  expect(warnings.map(({ message }) => message)).toEqual([
    'plugin/forward: 10.0.0.9:53 is this server itself, where its queries would come back; it is left out',
  ]);
});
