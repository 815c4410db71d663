import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { decodeMessage } from '../../support/dns-message.ts';
import { askUdp } from '../../support/dns-client.ts';
import { freePorts } from '../../support/free-ports.ts';
import { encodeQuery } from '../../support/query.ts';
import { get, startServer } from '../../support/running.ts';

function temporaryDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'hosts-')));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const addressOf = async (port: number, name: string): Promise<string> => {
  const { rcode, answer } = decodeMessage(await askUdp(port, encodeQuery(name, 'A')));
  return answer[0]?.split(' ').at(-1) ?? rcode;
};

/** The watch of the system is a real one, and so is the time that it takes: a second at most. */
async function until(port: number, name: string, address: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if ((await addressOf(port, name)) === address) return;
    await setTimeout(10);
  }
  throw new Error(`${name} has not become ${address} within a second`);
}

it('serves a file in place, renamed and behind the link of a ConfigMap, and sees each change in a second', async () => {
  const [port = 0, metrics = 0] = await freePorts(2);
  const directory = temporaryDirectory();
  for (const version of ['1', '2']) {
    mkdirSync(join(directory, version));
    writeFileSync(join(directory, version, 'NodeHosts'), `10.0.0.${version} node\n`);
  }
  symlinkSync('1', join(directory, '..data'));
  symlinkSync('..data/NodeHosts', join(directory, 'NodeHosts'));
  writeFileSync(join(directory, 'plain'), '10.1.0.1 plain\n');
  const { logger } = await startServer(`.:${port} {
    bind 127.0.0.1
    prometheus 127.0.0.1:${metrics}
    hosts ${join(directory, 'NodeHosts')} {
      ttl 60
      reload 15s
      fallthrough
    }
    whoami
  }
  same.test:${port} {
    bind 127.0.0.1
    prometheus 127.0.0.1:${metrics}
    hosts ${join(directory, 'NodeHosts')}
  }
  plain:${port} {
    bind 127.0.0.1
    hosts ${join(directory, 'plain')} {
      192.168.49.1 host.plain
    }
  }
  `);
  expect(
    await Promise.all(['node', 'plain', 'host.plain', 'no.plain', 'other'].map((name) => addressOf(port, name))),
  ).toEqual(['10.0.0.1', '10.1.0.1', '192.168.49.1', 'NXDOMAIN', 'NOERROR']);
  symlinkSync('2', join(directory, '..new'));
  renameSync(join(directory, '..new'), join(directory, '..data'));
  await until(port, 'node', '10.0.0.2');
  writeFileSync(join(directory, 'plain'), '10.1.0.2 plain\n');
  await until(port, 'plain', '10.1.0.2');
  writeFileSync(join(directory, 'new'), '10.1.0.3 plain\n');
  renameSync(join(directory, 'new'), join(directory, 'plain'));
  await until(port, 'plain', '10.1.0.3');
  const { body } = await get(metrics, '/metrics');
  // Two server blocks have the file, and one of them has no name of it.
  const entries = body.split('\n').filter((line) => line.startsWith('coredns_hosts_entries'));
  expect(entries).toEqual([`coredns_hosts_entries{hostsfile="${join(directory, 'NodeHosts')}"} 2`]);
  expect(body.match(/^coredns_hosts_reload_timestamp_seconds \d/gm)).toHaveLength(1);
  expect(logger.lines.filter(({ level }) => level === 'warning' || level === 'error')).toEqual([]);
});

it('starts without the file, and with a file that many lines of which are bad', async () => {
  const [port = 0] = await freePorts(1);
  const directory = temporaryDirectory();
  const lines = Array.from({ length: 20_000 }, (_, i) => `${i % 300}.0.0.1 n${i}.example.org`).join('\n');
  writeFileSync(join(directory, 'many'), `${lines}\n${'x'.repeat(1 << 20)}\n10.0.0.9 last.example.org`);
  const { logger } = await startServer(`.:${port} {
    bind 127.0.0.1
    hosts ${join(directory, 'none')}
  }
  example.org:${port} {
    bind 127.0.0.1
    hosts ${join(directory, 'many')}
  }
  `);
  expect(await addressOf(port, 'n1.example.org')).toBe('1.0.0.1');
  expect(await addressOf(port, 'last.example.org')).toBe('10.0.0.9');
  expect(await addressOf(port, 'other')).toBe('SERVFAIL');
  const warnings = logger.lines.filter(({ level }) => level === 'warning').map(({ message }) => message);
  expect(warnings.sort()).toEqual([
    expect.stringMatching(/many: \d+ entries are left out: line 257: '256.0.0.1' is no address; .*; and \d+ more$/),
    expect.stringMatching(/none does not exist; it is read as soon as it can be$/),
  ]);
});
