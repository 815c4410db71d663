import { decode } from 'dns-packet';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { askUdp } from '../../support/dns-client.ts';
import { freePorts } from '../../support/free-ports.ts';
import { encodeQuery } from '../../support/query.ts';
import { get, startServer } from '../../support/running.ts';

describe('a server with autopath', () => {
  it('goes through the search path of a file, also when it changes', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'autopath-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const file = join(directory, 'resolv.conf');
    writeFileSync(file, 'search a.test b.test\n');
    const [port = 0, http = 0] = await freePorts(2);
    const names = ['x.b.test', 'x.c.test'].map(
      (name) => `template IN A ${name} {\nanswer "{{ .Name }} 60 A 192.0.2.1"\n}`,
    );
    const { logger } = await startServer(
      `.:${port} {\nbind 127.0.0.1\nprometheus 127.0.0.1:${http}\nautopath ${file}\n${names.join('\n')}\ntemplate IN ANY {\nrcode NXDOMAIN\n}\n}`,
    );
    const targets = async (name: string): Promise<unknown[]> =>
      (decode(await askUdp(port, encodeQuery(name, 'A'))).answers ?? []).map(({ name: owner }) => owner);
    expect(await targets('x.a.test')).toEqual(['x.a.test', 'x.b.test']);
    expect(await targets('x.c.test')).toEqual(['x.c.test']);
    writeFileSync(`${file}.new`, 'search a.test c.test\n');
    renameSync(`${file}.new`, file);
    await vi.waitFor(async () => expect(await targets('x.a.test')).toEqual(['x.a.test', 'x.c.test']), {
      timeout: 10_000,
    });
    expect(logger.lines.map(({ message }) => message)).toContain(
      `plugin/autopath: ${file} was read again: search a.test. c.test.`,
    );
    expect((await get(http, '/metrics')).body).toMatch(
      new RegExp(`^coredns_autopath_success_total\\{server="dns://127.0.0.1:${port}"\\} [1-9]`, 'm'),
    );
  });
});
