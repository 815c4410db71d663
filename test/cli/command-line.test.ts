import { createSocket, type Socket } from 'node:dgram';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { makePlugins } from '../../src/plugins/plugins.ts';
import { directoryWith, ServerProcess, startServer } from './server-process.ts';

/** Runs to its end. */
async function run(args: readonly string[], files: Readonly<Record<string, string>> = {}, input = '') {
  const server = new ServerProcess(args, directoryWith(files), input);
  const { code } = await server.exit;
  return { code, stdout: server.stdout, stderr: server.stderr };
}

/** A port that another program has for UDP and for TCP. */
async function takenPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise<void>((resolve) => server.once('listening', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.address() as { port: number };
  const socket: Socket = createSocket('udp4');
  onTestFinished(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  await new Promise<void>((resolve) => socket.bind(port, '127.0.0.1', resolve));
  return port;
}

test('-version', async () => {
  const { code, stdout, stderr } = await run(['-version']);
  expect(stdout).toBe(
    `serviceentry-dns-${packageJson.version}\n${process.platform}/${process.arch}, node ${process.versions.node}\n`,
  );
  expect([code, stderr]).toEqual([0, '']);
});

test('-plugins lists all directives, sorted', async () => {
  const { code, stdout } = await run(['-plugins']);
  const names = makePlugins().map(({ name }) => name);
  expect(stdout.trim().split('\n')).toEqual(names.sort());
  expect(code).toBe(0);
});

test('-h prints the usage', async () => {
  const { code, stdout } = await run(['-h']);
  expect(stdout).toMatch(/^Usage: serviceentry-dns/);
  expect(code).toBe(0);
});

test.each([
  [['-confg'], "unknown flag '-confg'; did you mean '-conf'?\n'serviceentry-dns -help' lists the flags.\n"],
  [['serve'], "unknown command 'serve'\n'serviceentry-dns -help' lists the flags.\n"],
  [
    ['explain', 'a', '-clent=x'],
    "unknown flag '-clent'; did you mean '-client'?\n'serviceentry-dns explain -help' lists the flags.\n",
  ],
])('%j is not understood: 2', async (args, message) => {
  expect(await run(args)).toEqual({ code: 2, stdout: '', stderr: message });
});

test('-check says what the Corefile names and this machine lacks', async () => {
  const corefile = `mesh.test:0 {
 serviceentry {
  file nosuch/*.yaml manifests
  kubernetes
  kubeconfig nosuch/kubeconfig
 }
}
`;
  const { code, stdout, stderr } = await run(['-check'], { Corefile: corefile });
  expect([code, stdout]).toEqual([0, 'The Corefile is valid.\n']);
  expect(stderr.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/^warning: serviceentry: file nosuch\/\*\.yaml: /),
    expect.stringMatching(/^warning: serviceentry: file manifests: /),
    'warning: serviceentry: kubernetes: this is no Pod of a cluster; KUBERNETES_SERVICE_HOST is not set',
    'warning: serviceentry: kubeconfig nosuch/kubeconfig: there is no such file',
  ]);
});

test('-log-format json: what is wrong with the Corefile is JSON too', async () => {
  const { code, stdout, stderr } = await run(['-log-format', 'json'], { Corefile: '.:0 {\n whoam\n}\n' });
  expect([code, stdout]).toEqual([1, '']);
  expect(JSON.parse(stderr)).toMatchObject({
    level: 'ERROR',
    code: 'COREFILE_DIRECTIVE',
    file: 'Corefile',
    line: 2,
    column: 2,
    msg: "unknown directive 'whoam', expected a plugin; did you mean 'whoami'?",
  });
  const missing = await run(['-log-format', 'json', '-conf', 'nosuch']);
  expect(missing.code).toBe(1);
  expect((JSON.parse(missing.stderr) as { msg: string }).msg).toMatch(/^cannot read the Corefile: ENOENT/);
});

test('-check of what is right opens no socket: its ports may be taken', async () => {
  const port = await takenPort();
  const corefile = `a.org:${port} {\n bind 127.0.0.1\n whoami\n}\nb.org:${port} {\n bind 127.0.0.1\n whoami\n}\n`;
  const { code, stdout, stderr } = await run(['-check'], { Corefile: corefile });
  expect([code, stdout, stderr]).toEqual([0, 'The Corefile is valid.\n', '']);
});

test('-check prints all errors, each with file, line and column, and exits 1', async () => {
  const corefile = `. {
    whoam
    bufsize 1
    forward . quic://10.0.0.1
}
. {
    log . {
        class nothing
    }
    template
}
`;
  const { code, stdout, stderr } = await run(['-check', '-conf', 'my.conf'], { 'my.conf': corefile });
  const lines = stderr.trim().split('\n');
  for (const line of lines) expect(line).toMatch(/^my\.conf:\d+:\d+: error: .+ \[COREFILE_[A-Z]+\]$/);
  const places = lines.map((line) => line.split(':').slice(1, 3).join(':'));
  expect(places).toEqual(['2:5', '3:13', '4:15', '6:1', '8:15', '10:5']);
  expect([code, stdout]).toEqual([1, '']);
});

test('a Corefile with errors is not served: the same errors, and 1', async () => {
  const { code, stdout, stderr } = await run([], { Corefile: '.:0 {\n  whoam\n}\n' });
  expect(stderr).toBe(
    "Corefile:2:3: error: unknown directive 'whoam', expected a plugin; did you mean 'whoami'? [COREFILE_DIRECTIVE]\n",
  );
  expect([code, stdout]).toEqual([1, '']);
});

test.each([
  ['nothing', ''],
  ['a comment', '# nothing\n'],
])('a Corefile with %s is an error', async (_, text) => {
  const { code, stderr } = await run(['-check'], { Corefile: text });
  expect(stderr).toMatch(/^Corefile:1:1: error: there is no server block/);
  expect(code).toBe(1);
});

test('-conf stdin reads the pipe, and names it in errors', async () => {
  const good = await run(['-check', '-conf', 'stdin'], {}, '. {\n whoami\n}\n');
  expect([good.code, good.stdout]).toEqual([0, 'The Corefile is valid.\n']);
  const bad = await run(['-check', '-conf', 'stdin'], {}, '. {\n whoam\n}\n');
  expect(bad.stderr).toMatch(/^stdin:2:2: error: /);
  expect(bad.code).toBe(1);
});

test('a Corefile that is named and missing: 1', async () => {
  const { code, stderr } = await run(['-conf', 'nosuch']);
  expect(stderr).toMatch(/^cannot read the Corefile: ENOENT: .*'nosuch'\n$/);
  expect(code).toBe(1);
});

test('a Corefile that is a directory: 1', async () => {
  const { code, stderr } = await run(['-conf', '.']);
  expect(stderr).toMatch(/^cannot read the Corefile: EISDIR/);
  expect(code).toBe(1);
});

test('a port that is taken: 1, and the port is named', async () => {
  const port = await takenPort();
  const { code, stdout, stderr } = await run([], { Corefile: `.:${port} {\n bind 127.0.0.1\n whoami\n}\n` });
  expect(stderr).toBe(
    `cannot listen on port ${port}: bind EADDRINUSE 127.0.0.1:${port}; another server has it: stop that one, or name another port with -dns.port\n`,
  );
  expect([code, stdout]).toEqual([1, '']);
});

test('a second server on the same port is refused, and the first one goes on', async () => {
  const first = startServer('.:0 {\n whoami\n}\n');
  const port = await first.port();
  const second = await run(['-p', String(port)]);
  expect(second.stderr).toMatch(new RegExp(`^cannot listen on port ${port}: .*EADDRINUSE`));
  expect(second.code).toBe(1);
  first.kill('SIGTERM');
  expect(await first.exit).toEqual({ code: 0, signal: null });
});
