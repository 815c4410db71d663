import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { serviceEntry } from '../semantics/case.ts';
import { addressRecord, FakeUpstream, replyTo } from '../support/fake-upstream.ts';
import { FakeApiServer } from '../support/fake-api-server.ts';
import { directoryWith, ServerProcess } from './server-process.ts';

const manifest =
  serviceEntry('a/x', 'hosts: [a.mesh.test], addresses: [10.1.0.1], location: MESH_INTERNAL, resolution: STATIC') +
  serviceEntry(
    'a/y',
    "hosts: [b.mesh.test], addresses: [10.1.0.2], location: MESH_INTERNAL, resolution: STATIC, exportTo: ['.']",
  );
const corefile = `.:1053 mesh.test:1053 {
  bind 127.0.0.1
  serviceentry {
    file x.yaml
  }
  forward . 192.0.2.99
}
`;
const files = { Corefile: corefile, 'x.yaml': manifest };

async function run(args: readonly string[], given: Readonly<Record<string, string>> = files, input = '') {
  const directory = directoryWith(given);
  const process = new ServerProcess(args, directory, input);
  const { code } = await process.exit;
  return { code, stdout: process.stdout, stderr: process.stderr, directory };
}

describe('explain', () => {
  test('text', async () => {
    const { code, stdout, stderr } = await run(['explain', 'a.mesh.test']);
    expect(stdout).toMatch(/^a\.mesh\.test\. A\n {2}client {2}of no known namespace/);
    expect(stdout).toMatch(/\na\.mesh\.test\.\t30\tIN\tA\t10\.1\.0\.1\n$/);
    expect([code, stderr]).toEqual([0, '']);
  });

  test('JSON, of an address, for a namespace', async () => {
    const { code, stdout } = await run(['explain', '10.1.0.2', '-namespace', 'a', '--output=json']);
    expect(JSON.parse(stdout)).toMatchObject({
      name: '2.0.1.10.in-addr.arpa.',
      type: 'PTR',
      client: { namespace: 'a' },
      reply: { rcode: 'NOERROR', answer: ['2.0.1.10.in-addr.arpa.\t30\tIN\tPTR\tb.mesh.test.'] },
    });
    expect(code).toBe(0);
  });

  test('a Corefile from the pipe', async () => {
    const { code, stdout } = await run(['explain', 'a.mesh.test', '-conf', 'stdin'], { 'x.yaml': manifest }, corefile);
    expect(stdout).toContain('10.1.0.1');
    expect(code).toBe(0);
  });

  test('a server that is named, with its addresses where it is really asked', async () => {
    const upstream = await FakeUpstream.start((query) => {
      const isIpv4 = query.packet.questions?.[0]?.type === 'A';
      const address = query.name === 'dns.test' ? '127.0.0.1' : '192.0.2.1';
      query.send(replyTo(query, { answers: isIpv4 ? [addressRecord(query.name, address)] : [] }));
    });
    onTestFinished(() => upstream.stop());
    const server = `dns.test:${upstream.port}`;
    const Corefile = `.:1053 {\n  forward . ${server} {\n    resolver 127.0.0.1:${upstream.port}\n  }\n}\n`;
    const explain = async (...args: string[]) => {
      const { stdout } = await run(['explain', 'a.example', '-output', 'json', ...args], { Corefile });
      return JSON.parse(stdout) as { forwarded: { to: string[] }[]; reply: { answer: string[] } | null };
    };
    expect(await explain()).toMatchObject({ forwarded: [{ to: [server] }], reply: null });
    expect(upstream.queries).toHaveLength(0);
    expect(await explain('-resolve')).toMatchObject({
      forwarded: [{ to: [`${server} (127.0.0.1)`] }],
      reply: { answer: ['a.example.\t60\tIN\tA\t192.0.2.1'] },
    });
  });

  describe('-kubeconfig', () => {
    async function kubeconfig(): Promise<string> {
      const server = await FakeApiServer.start();
      onTestFinished(() => server.close());
      server.put('serviceentries', {
        apiVersion: 'networking.istio.io/v1',
        kind: 'ServiceEntry',
        metadata: { namespace: 'shop', name: 'cart' },
        spec: { hosts: ['cart.mesh.test'], addresses: ['10.1.0.9'], resolution: 'STATIC' },
      });
      const names = { cluster: 'east', user: 'east' };
      return JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'east', cluster: { server: server.url } }],
        users: [{ name: 'east', user: {} }],
        contexts: [{ name: 'east', context: names }],
        'current-context': 'east',
      });
    }

    test('needs no Corefile', async () => {
      const config = await kubeconfig();
      const { code, stdout, stderr } = await run(['explain', 'cart.mesh.test', '-kubeconfig', 'config'], { config });
      expect(stdout).toMatch(/\ncart\.mesh\.test\.\t30\tIN\tA\t10\.1\.0\.9\n$/);
      expect([code, stderr]).toEqual([0, '']);
    });

    test('goes before the sources of a Corefile, whose other options count', async () => {
      const given = {
        ...files,
        Corefile: corefile.replace('file x.yaml', 'file x.yaml\n    ttl 7'),
        config: await kubeconfig(),
      };
      const { stdout } = await run(
        ['records', 'cart.mesh.test', '-kubeconfig', 'config', '-type', 'A', '-output', 'json'],
        given,
      );
      expect(JSON.parse(stdout)).toMatchObject([{ name: 'cart.mesh.test.', ttl: 7 }]);
    });

    test('is of no use to a Corefile without serviceentry', async () => {
      const given = { Corefile: '.:1053 {\n  whoami\n}\n', config: '{}' };
      const { code, stderr } = await run(['explain', 'a.mesh.test', '-kubeconfig', 'config'], given);
      expect([code, stderr]).toEqual([1, '-kubeconfig is for a Corefile with serviceentry, and this one has none\n']);
    });
  });

  test.each([
    [['explain'], 2, /^explain needs a name/],
    [['explain', 'a', 'A', 'b'], 2, /^extra command line argument 'b'/],
    [['explain', 'a', '-nosuch'], 2, /^unknown flag '-nosuch'\n'serviceentry-dns explain -help' lists the flags\.\n$/],
    [['explain', 'a', '-output', 'table'], 2, /expected text or json/],
    [['explain', 'a', '-client', '10.0.0.1', '-namespace', 'b'], 2, /contradict/],
    [['explain', 'a', '-conf', 'x', '-server', 'y'], 2, /contradict/],
    [['explain', 'a', '-kubeconfig', 'x', '-server', 'y'], 2, /contradict/],
    [['explain', 'a', '-port', '99999'], 2, /expected a number from 0 to 65535/],
    [['explain', 'a', '-resolve', '-server', 'y'], 2, /-resolve works on this machine only/],
    [['explain', 'a..b'], 1, /^'a\.\.b' is no name\n$/],
    [['explain', 'a', '-client', 'b'], 1, /^'b' is no IP address\n$/],
    [['explain', 'a', '-conf', 'nosuch'], 1, /^cannot read the Corefile/],
    [['explain', 'a', '-server', 'http://127.0.0.1:1'], 1, /^cannot ask http:\/\/127\.0\.0\.1:1: /],
    [['records', 'name', 'extra'], 2, /^extra command line argument 'extra'/],
    [['records', 'name', '-output', 'zone'], 1, /^zones are written whole/],
    [['records', '-type', 'mx'], 1, /^no records of type 'mx' are made; there are A, /],
    [['records', '-output', 'text'], 2, /expected table, json, zone, dnsendpoint or terraform/],
    [['records', '-directory', 'x'], 2, /-directory needs -output zone/],
  ])('%j ends with %i', async (args, wanted, message) => {
    const { code, stdout, stderr } = await run(args);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([wanted, '']);
  });

  test('errors of the Corefile, all of them', async () => {
    const { code, stderr } = await run(['explain', 'a'], { Corefile: '.:1053 {\n  foo\n  bar\n}\n' });
    expect(stderr).toMatch(/^Corefile:2:3: error: .*\nCorefile:3:3: error: /);
    expect(code).toBe(1);
  });

  test.each(['explain', 'records'])('%s -help', async (command) => {
    const { code, stdout } = await run([command, '-help']);
    expect(stdout).toMatch(new RegExp(`^Usage: serviceentry-dns ${command}`));
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(code).toBe(0);
  });
});

describe('records', () => {
  test('table', async () => {
    const { stdout } = await run(['records']);
    const lines = stdout.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' | '));
    expect(lines[0]).toBe('NAME | TTL | TYPE | DATA | SOURCE');
    expect(lines).toContain('a.mesh.test. | 30 | A | 10.1.0.1 | a/x');
    expect(lines).toContain('b.mesh.test. | - | - | (not visible to this client) | a/y');
  });

  test.each([
    [['b.mesh.test'], ['b.mesh.test.']],
    [['A.mesh.test.'], ['a.mesh.test.', '1.0.1.10.in-addr.arpa.']],
    [['-type', 'ptr'], ['1.0.1.10.in-addr.arpa.']],
    [['-from', 'a/y'], ['b.mesh.test.']],
    [['mesh.test', '-from', 'nobody'], []],
  ])('%j narrows the list', async (args, names) => {
    const { stdout } = await run(['records', ...args, '-output', 'json']);
    const rows = JSON.parse(stdout) as { name: string }[];
    expect([...new Set(rows.map(({ name }) => name))]).toEqual(names);
  });

  test('JSON: an object for each RRset', async () => {
    const { stdout } = await run(['records', '-namespace', 'a', '-output', 'json']);
    const rrsets = JSON.parse(stdout) as { name: string }[];
    const entry = {
      ttl: 30,
      type: 'A',
      host: 'b.mesh.test.',
      data: ['10.1.0.2'],
      sources: ['a/y'],
      name: 'b.mesh.test.',
    };
    expect(rrsets).toContainEqual(entry);
    expect(stdout.split('\n').length).toBe(rrsets.length + 3);
  });

  test('zones into a directory', async () => {
    const { stdout, directory } = await run(['records', '-output', 'zone', '-directory', 'zones']);
    expect(readdirSync(join(directory, 'zones')).sort()).toEqual(['1.0.1.10.in-addr.arpa.zone', 'mesh.test.zone']);
    expect(readFileSync(join(directory, 'zones/mesh.test.zone'), 'utf8')).toContain(
      '\na.mesh.test.\t30\tIN\tA\t10.1.0.1\n',
    );
    expect(stdout).toContain('zones/mesh.test.zone\tmesh.test.\n');
  });

  test('two server blocks with one zone: none overwrites the other', async () => {
    const second = corefile.replaceAll(':1053', ':1054').replace('127.0.0.1', '127.0.0.1');
    const given = { ...files, Corefile: corefile + second };
    const { directory } = await run(['records', '-output', 'zone', '-directory', 'zones'], given);
    expect(readdirSync(join(directory, 'zones')).filter((name) => name.startsWith('mesh'))).toEqual([
      'mesh.test.zone',
      'mesh.test.zone.2',
    ]);
  });

  test('a pool of addresses is read and not written', async () => {
    const pool = '{"version": 1, "assignments": [\n["a/z/z.mesh.test","240.240.9.9","2001:2::9"]\n]}\n';
    const options = 'file x.yaml\n    auto_addresses all\n    autoallocate pool pool.json';
    const given = {
      Corefile: corefile.replace('file x.yaml', options),
      'x.yaml':
        serviceEntry('a/z', 'hosts: [z.mesh.test], resolution: DNS') +
        serviceEntry('a/n', 'hosts: [n.mesh.test], resolution: DNS'),
      'pool.json': pool,
    };
    const { stdout, directory } = await run(['records'], given);
    expect(stdout).toMatch(/z\.mesh\.test\. .*240\.240\.9\.9/);
    expect(readdirSync(directory).sort()).toEqual(['Corefile', 'pool.json', 'x.yaml']);
    expect(readFileSync(join(directory, 'pool.json'), 'utf8')).toBe(pool);
  });
});

describe('-server', () => {
  test('the same answers as from the files', async () => {
    const given = { ...files, Corefile: corefile.replaceAll(':1053', ':0').replace('bind', 'admin :0\n  bind') };
    const server = new ServerProcess([], directoryWith(given));
    const [, port] = await server.line(/^admin on http:\/\/127\.0\.0\.1:(\d+)$/);
    const url = `127.0.0.1:${port!}`;
    const explained = await run(['explain', 'b.mesh.test', '-server', url, '-namespace', 'a', '-output', 'json'], {});
    expect(JSON.parse(explained.stdout)).toMatchObject({ client: { namespace: 'a' }, reply: { rcode: 'NOERROR' } });
    for (const output of ['table', 'json', 'zone']) {
      const there = await run(['records', '-server', url, '-output', output], {});
      const here = await run(['records', '-output', output]);
      // The time of the last change is another, and so is where the SOA stands then.
      const plain = (text: string): string => text.replaceAll(/hostmaster\.(\S+) \d+/g, 'hostmaster.$1 SERIAL');
      expect(plain(there.stdout)).toBe(plain(here.stdout));
    }
    const bad = await run(['explain', 'b..test', '-server', url], {});
    expect([bad.code, bad.stderr]).toEqual([1, `http://${url} says: 'b..test' is no name\n`]);
  });
});
