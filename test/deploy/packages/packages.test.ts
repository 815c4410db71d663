import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { fencedBlocks } from '../../docs/markdown.ts';
import { missingForRoot } from '../../support/machine.ts';
import { nfpm, provide } from '../go-tool.ts';
import { addResolved, Machine } from './machine.ts';

const run = promisify(execFile);
const minutes = 60_000;
const service = 'serviceentry-dns';
const corefile = '/etc/serviceentry-dns/Corefile';
const recipes = 'docs/machines.md';
const address = '10.96.10.1';
/** Where the machine has the packages. */
const packages = '/packages';
const program = '/usr/bin/serviceentry-dns';
const state = '/var/lib/serviceentry-dns';

const programs = ['unshare', 'nsenter', 'ip', 'dig', 'apt-get', 'rpm', 'systemctl', 'dnsmasq', 'unbound'];
const missing = missingForRoot('the packages', ...programs);
const builder = missing === '' ? await provide(nfpm) : undefined;

// Programs are started one after the other here, on a machine that may be busy with other tests.
describe.skipIf(builder === undefined)('the packages', { timeout: 3 * minutes }, () => {
  let directory: string;
  let machine: Machine;
  let deb: string;
  let rpm: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'packages-'));
    const [bundle, output, tree] = ['bundle', 'output', 'tree'].map((name) => join(directory, name)) as [
      string,
      string,
      string,
    ];
    await run(process.execPath, ['bundle.config.ts', 'program', bundle]);
    const options = ['--arch', process.arch === 'x64' ? 'amd64' : process.arch, '--node', process.execPath];
    await run(process.execPath, ['deploy/packages/build.ts', ...options, '--bundle', bundle, '--output', output], {
      env: { ...process.env, PATH: `${dirname(builder!)}${delimiter}${process.env.PATH!}` },
    });
    const built = readdirSync(output);
    deb = join(
      output,
      built.find((name) => name.endsWith('.deb'))!,
    );
    rpm = join(
      output,
      built.find((name) => name.endsWith('.rpm'))!,
    );
    mkdirSync(tree);
    await run('dpkg-deb', ['-x', deb, tree]);
    cpSync('deploy/examples/vips.yaml', join(tree, 'etc/serviceentry-dns/registry.d/vips.yaml'));
    mkdirSync(join(tree, packages));
    cpSync(deb, join(tree, packages, 'package.deb'));
    cpSync(rpm, join(tree, packages, 'package.rpm'));
    await addResolved(tree, join(directory, 'resolved'));
    machine = new Machine(tree, join(directory, 'machine'), [`${service}.service`, 'systemd-resolved.service']);
    await machine.start();
  }, 5 * minutes);

  afterAll(async () => {
    await machine.stop();
    rmSync(directory, { recursive: true, force: true });
  }, minutes);

  /** What a resolver of the machine says for the host of the registry. */
  async function addressFrom(server: string, port = 53): Promise<string> {
    const { stdout } = await machine.run('dig', '+short', `@${server}`, '-p', String(port), 'payments.mesh.test');
    return stdout.trim();
  }

  async function systemctl(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await machine.run('systemctl', ...args);
    expect([args, code, stderr]).toEqual([args, 0, '']);
    return stdout;
  }

  /** The block of the document that begins with a comment, without it. */
  function recipe(name: string): string {
    const block = fencedBlocks(recipes).find(({ text }) => text.startsWith(`# ${name}\n`));
    if (!block) throw new Error(`${recipes} has no block '# ${name}'`);
    return block.text.slice(block.text.indexOf('\n') + 1);
  }

  test('have the same files', async () => {
    const lines = async (command: string, ...args: string[]): Promise<string[]> =>
      (await run(command, args)).stdout.split('\n').filter((line) => line !== '');
    const listed = (await lines('dpkg-deb', '-c', deb)).filter((line) => line.startsWith('-'));
    const inDeb = listed.map((line) => line.split(/\s+/)[5]!.slice(1));
    const inRpm = (await lines('rpm', '-qp', '--queryformat', '[%{FILEMODES:perms} %{FILENAMES}\n]', rpm))
      .filter((line) => line.startsWith('-'))
      .map((line) => line.split(' ')[1]!);
    expect(inRpm.sort()).toEqual([...inDeb].sort());
    expect(inDeb).toEqual(
      expect.arrayContaining([
        corefile,
        '/usr/bin/serviceentry-dns',
        '/usr/lib/serviceentry-dns/main.js',
        '/usr/lib/serviceentry-dns/node',
        '/usr/lib/systemd/system/serviceentry-dns.service',
        '/usr/share/bash-completion/completions/serviceentry-dns',
        '/usr/share/doc/serviceentry-dns/machines.md',
        '/usr/share/man/man1/serviceentry-dns.1.gz',
        '/usr/share/man/man7/serviceentry-dns-forward.7.gz',
      ]),
    );
    expect(await lines('rpm', '-qpc', rpm)).toEqual([corefile]);
    expect(await lines('dpkg-deb', '-I', deb, 'conffiles')).toEqual([corefile]);
    expect(await lines('dpkg-deb', '-f', deb, 'Version')).toEqual([packageJson.version]);
  });

  test('the unit keeps the service away from the machine', async () => {
    // 100 is a service that may do everything.
    const { code, stdout } = await machine.run('systemd-analyze', 'security', '--threshold=20', `${service}.service`);
    expect([code, stdout]).toEqual([0, expect.stringContaining('Overall exposure level')]);
  });

  describe('started by systemd', () => {
    beforeAll(() => systemctl('start', service), minutes);

    test('the server answers as soon as it is said to be ready', async () => {
      expect(await addressFrom('127.0.0.1', 1053)).toBe(address);
      const status = await systemctl('show', '--property=StatusText', service);
      expect(status).toMatch(/^StatusText=\.:1053 on 127\.0\.0\.1, \d+ hosts served$/m);
    });

    test('it is not root, and has one capability', async () => {
      const pid = await systemctl('show', '--property=MainPID', '--value', service);
      const { stdout } = await machine.run('cat', `/proc/${pid.trim()}/status`);
      expect(stdout).toMatch(/^Uid:\t6[1-5]\d{3}\t/m);
      // CAP_NET_BIND_SERVICE is bit 10.
      expect(stdout).toMatch(/^CapEff:\t0{13}400$/m);
    });

    test('a Corefile that is wrong fails the reload, and the server goes on', async () => {
      const { stdout: before } = await machine.run('cat', corefile);
      await machine.write(corefile, '.:1053 {\n whoam\n}\n');
      expect((await machine.run('systemctl', 'reload', service)).code).toBe(1);
      expect(await addressFrom('127.0.0.1', 1053)).toBe(address);
      await machine.write(corefile, before);
      await systemctl('reload', service);
      expect(await addressFrom('127.0.0.1', 1053)).toBe(address);
    });

    test('systemd-resolved asks it for the zone, and programs get its answers', async () => {
      await machine.write('/etc/systemd/resolved.conf.d/mesh.conf', recipe('systemd-resolved'));
      await machine.write('/etc/resolv.conf', 'nameserver 127.0.0.53\n');
      await machine.write('/etc/nsswitch.conf', 'hosts: dns\npasswd: files\ngroup: files\n');
      await systemctl('start', 'systemd-resolved');
      expect(await addressFrom('127.0.0.53')).toBe(address);
      const { stdout } = await machine.run('getent', 'ahostsv4', 'payments.mesh.test');
      expect(stdout).toMatch(/^10\.96\.10\.1 +STREAM payments\.mesh\.test$/m);
    });

    test('dnsmasq asks it for the zone', async () => {
      const settings = 'stop-dns-rebind\nport=5301\nno-resolv\nno-hosts\n';
      await machine.write('/etc/dnsmasq.d/mesh.conf', `${recipe('dnsmasq')}${settings}`);
      const started = await machine.run(
        'dnsmasq',
        '--conf-file=/etc/dnsmasq.d/mesh.conf',
        '--user=root',
        '--pid-file=',
      );
      expect(started).toMatchObject({ code: 0 });
      expect(await addressFrom('127.0.0.1', 5301)).toBe(address);
    });

    test('Unbound asks it for the zone', async () => {
      const settings =
        'server:\n  interface: 127.0.0.1@5302\n  username: ""\n  chroot: ""\n  pidfile: ""\n  use-syslog: no\n';
      await machine.write('/etc/unbound/mesh.conf', `${recipe('unbound')}${settings}`);
      expect(await machine.run('unbound', '-c', '/etc/unbound/mesh.conf')).toMatchObject({ code: 0 });
      expect(await addressFrom('127.0.0.1', 5302)).toBe(address);
    });

    test('the file for macOS names it', async () => {
      const lines = recipe('macOS').trim().split('\n');
      const settings = new Map(lines.map((line) => line.split(' ') as [string, string]));
      expect([...settings.keys()]).toEqual(['nameserver', 'port']);
      expect(await addressFrom(settings.get('nameserver')!, Number(settings.get('port')))).toBe(address);
    });

    test('it may have port 53, stays over an upgrade, and ends with its package', async () => {
      await machine.write(corefile, '.:53 {\n bind 127.0.0.1\n whoami\n}\n');
      await systemctl('restart', service);
      const { stdout } = await machine.run('dig', '@127.0.0.1', 'whoami.example');
      expect(stdout).toContain('status: NOERROR');
      const { stdout: script } = await run('dpkg-deb', ['-I', deb, 'prerm']);
      await machine.write('/etc/prerm', script);
      expect(await machine.run('sh', '/etc/prerm', 'upgrade')).toMatchObject({ code: 0 });
      expect(await systemctl('is-active', service)).toBe('active\n');
      expect(await machine.run('sh', '/etc/prerm', 'remove')).toMatchObject({ code: 0 });
      expect(await systemctl('show', '--property=Result,ActiveState', service)).toBe(
        'Result=success\nActiveState=inactive\n',
      );
    });
  });

  // The files of the package are there already, as unpacking is not what is tried here: the scripts of the package are.
  describe.each<{
    manager: string;
    install: readonly string[];
    upgrade: readonly string[];
    remove: readonly string[];
    purge?: readonly string[];
  }>([
    {
      manager: 'dpkg',
      install: ['dpkg', '--force-confnew', '-i', `${packages}/package.deb`],
      upgrade: ['dpkg', '--force-confold', '-i', `${packages}/package.deb`],
      remove: ['dpkg', '--remove', service],
      purge: ['dpkg', '--purge', service],
    },
    {
      // Debian's rpm has no database of what Debian has, and says so.
      manager: 'rpm',
      install: ['rpm', '--force-debian', '--nodeps', '--replacefiles', '-U', `${packages}/package.rpm`],
      upgrade: ['rpm', '--force-debian', '--nodeps', '--force', '-U', `${packages}/package.rpm`],
      remove: ['rpm', '--force-debian', '-e', service],
    },
  ])('$manager', ({ manager, install, upgrade, remove, purge }) => {
    const done = async (command: readonly string[]): Promise<void> => {
      const [name = '', ...args] = command;
      const { code, stdout, stderr } = await machine.run(name, ...args);
      expect({ code, stdout, stderr }).toMatchObject({ code: 0 });
    };
    const property = async (name: string): Promise<string> =>
      (await systemctl('show', `--property=${name}`, '--value', service)).trim();
    const has = async (path: string): Promise<boolean> => (await machine.run('test', '-e', path)).code === 0;

    test(
      'installs it without starting it, and an upgrade starts what runs again',
      async () => {
        await done(install);
        expect(await property('ActiveState')).toBe('inactive');
        await systemctl('start', service);
        const first = await property('MainPID');
        await machine.write(corefile, '.:1053 {\n bind 127.0.0.1\n whoami\n}\n');
        await done(upgrade);
        expect(await property('ActiveState')).toBe('active');
        expect(await property('MainPID')).not.toBe(first);
        expect((await machine.run('dig', '@127.0.0.1', '-p', '1053', 'whoami.example')).stdout).toContain('NOERROR');
      },
      minutes,
    );

    test(
      'ends it as it removes it, and keeps what somebody wrote',
      async () => {
        await done(remove);
        expect(await property('ActiveState')).toBe('inactive');
        expect(await has(program)).toBe(false);
        expect(await has(manager === 'rpm' ? `${corefile}.rpmsave` : corefile)).toBe(true);
        expect(await has(state)).toBe(true);
        if (purge === undefined) return;
        await done(purge);
        expect(await has(corefile)).toBe(false);
        expect(await has(state)).toBe(false);
      },
      minutes,
    );
  });
});
