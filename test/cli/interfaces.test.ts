import { execFile, execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { missingForRoot } from '../support/machine.ts';
import { mortalWorkers } from './mortal-workers.ts';
import { directoryWith, ServerProcess } from './server-process.ts';

const run = promisify(execFile);
const missing = missingForRoot('an interface that goes away', 'ip', 'dig');
const addresses = ['10.77.0.1', 'fd77::1', 'fe80::77%dns0'];
const all = ['127.0.0.1', ...addresses];
const corefile = `.:5353 {\n bind ${all.join(' ')}\n multisocket 1\n whoami\n}\n`;

/** A network of its own, with an interface that has the addresses. */
class Network {
  readonly #name = `serviceentry-dns-${process.pid}`;
  /** Launches a program in it. */
  readonly by = ['ip', 'netns', 'exec', this.#name];

  constructor() {
    execFileSync('ip', ['netns', 'add', this.#name]);
    onTestFinished(() => void execFileSync('ip', ['netns', 'del', this.#name]));
    this.#ip('link', 'set', 'lo', 'up');
    this.addInterface();
  }

  addInterface(): void {
    this.#ip('link', 'add', 'dns0', 'type', 'veth', 'peer', 'name', 'dns1');
    for (const address of addresses) {
      const length = address.includes(':') ? 64 : 24;
      // It is used at once, though nobody was asked whether another has it.
      const options = address.includes(':') ? ['nodad'] : [];
      this.#ip('address', 'add', `${address.split('%')[0]!}/${length}`, 'dev', 'dns0', ...options);
    }
    for (const name of ['dns0', 'dns1']) this.#ip('link', 'set', name, 'up');
  }

  removeInterface(): void {
    this.#ip('link', 'delete', 'dns0');
  }

  /** Which of all addresses answer over both UDP and TCP; of the others none answers over either. */
  async answering(): Promise<string[]> {
    const answers = await Promise.all(
      all.map(async (address) => {
        const [udp, tcp] = await Promise.all([this.#isAnswered(address, '+notcp'), this.#isAnswered(address, '+tcp')]);
        if (udp !== tcp) return `${address} over ${udp ? 'UDP' : 'TCP'}`;
        return udp ? address : '';
      }),
    );
    return answers.filter((text) => text !== '');
  }

  /** Resolves when these answer, and no others. */
  async until(expected: readonly string[]): Promise<void> {
    while ((await this.answering()).join() !== expected.join());
  }

  async #isAnswered(address: string, transport: '+notcp' | '+tcp'): Promise<boolean> {
    const [command, ...rest] = this.by as [string, ...string[]];
    const args = [...rest, 'dig', '-r', `@${address}`, '-p', '5353', '+time=10', '+tries=1', transport, 'a.example'];
    // Where nobody answers it fails, and says so there.
    const { stdout } = await run(command, args).catch((error: unknown) => error as { stdout: string });
    return stdout.includes('status: NOERROR');
  }

  #ip(...args: string[]): void {
    execFileSync('ip', ['-n', this.#name, ...args]);
  }
}

test.skipIf(missing !== '')(
  'an interface goes away and comes back: all other addresses are answered, then all',
  async () => {
    const network = new Network();
    const server = new ServerProcess([], directoryWith({ Corefile: corefile }), '', { by: network.by });
    await server.port();
    expect(await network.answering()).toEqual(all);
    network.removeInterface();
    await server.line(/^\[WARNING\] plugin\/bind: .* does not have 10\.77\.0\.1 any more, or its interface is down: /);
    expect(await network.answering()).toEqual(['127.0.0.1']);
    network.addInterface();
    await server.line(/^\[INFO\] plugin\/bind: fe80::77%dns0 is back$/);
    // A socket that is bound to the interface of before is opened anew, which takes a moment.
    await network.until(all);
    server.kill('SIGTERM');
    expect(await server.exit).toEqual({ code: 0, signal: null });
  },
);

test.skipIf(missing !== '')('a worker that dies meanwhile is replaced, and listens there again later', async () => {
  const network = new Network();
  const directory = directoryWith({ Corefile: corefile });
  const end = join(directory, 'end');
  const server = new ServerProcess([], directory, '', { by: network.by, nodeOptions: mortalWorkers(end) });
  await server.port();
  network.removeInterface();
  writeFileSync(end, '');
  await server.line(/^\[ERROR\] A worker died: /);
  rmSync(end);
  await server.line(/^\[WARNING\] 10\.77\.0\.1:5353 is not listened on, and tried again: .*no such address now/);
  await server.line(/^\[WARNING\] \[fd77::1\]:5353 is not listened on, and tried again: .*no such address now/);
  await server.line(/^\[WARNING\] \[fe80::77%dns0\]:5353 is not listened on, and tried again: /);
  await network.until(['127.0.0.1']);
  network.addInterface();
  await network.until(all);
});
