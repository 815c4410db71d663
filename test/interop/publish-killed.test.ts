import { writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { directoryWith, ServerProcess } from '../cli/server-process.ts';
import { missingForRoot } from '../support/machine.ts';
import { primaries, publishedZone, startPrimary, wholeZone } from './primaries.ts';

const knot = primaries.find(({ name }) => name === 'Knot')!;
const missing = missingForRoot('publishing by a process that is killed', 'dig', ...knot.commands);
const hostCount = 1000;
/** Of the connections: the zone is transferred over the first one, and each message has one. */
const cutConnection = 4;
const passedOctets = 20_000;

/** A way to a port of this machine that breaks off in the middle of a connection: what it lets through of it, and no more. */
class CuttingProxy {
  port = 0;
  /** Resolves when it has let through what it lets through. */
  readonly cut: Promise<void>;
  #cut: () => void = () => undefined;
  #connections = 0;
  readonly #server = createServer((client) => this.#pass(client, ++this.#connections === cutConnection));
  readonly #target: number;

  constructor(target: number) {
    this.#target = target;
    this.cut = new Promise((resolve) => (this.#cut = resolve));
    onTestFinished(() => void this.#server.close());
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.port = (this.#server.address() as { port: number }).port;
  }

  #pass(client: Socket, isCut: boolean): void {
    const server = connect(this.#target, '127.0.0.1');
    let passed = 0;
    client.on('data', (piece: Buffer) => {
      const room = isCut ? passedOctets - passed : piece.length;
      passed += piece.length;
      server.write(piece.subarray(0, Math.max(0, room)));
      if (isCut && passed >= passedOctets) this.#cut();
    });
    server.pipe(client);
    for (const socket of [client, server]) socket.on('error', () => undefined);
    client.on('close', () => server.destroy());
  }
}

test.skipIf(missing !== '')(
  'SIGKILL in the middle of a message leaves no half host, and the next process goes on',
  async () => {
    const lab = await startPrimary(knot, false);
    onTestFinished(() => lab.stop());
    const proxy = new CuttingProxy(lab.port);
    await proxy.start();
    const host = (index: number): string => `host-${index}.${publishedZone}`;
    const entries = Array.from({ length: hostCount }, (_, index) => ({
      apiVersion: 'networking.istio.io/v1',
      kind: 'ServiceEntry',
      metadata: { name: `s${index}`, namespace: 'shop' },
      spec: { hosts: [host(index)], addresses: ['10.0.0.1', '2001:db8::1'], resolution: 'STATIC' },
    }));
    const directory = directoryWith({});
    writeFileSync(join(directory, 'entries.json'), JSON.stringify({ kind: 'List', apiVersion: 'v1', items: entries }));
    const publish = (port: number): ServerProcess => {
      const target = `publish ${publishedZone} {\n primary 127.0.0.1:${port}\n key ${lab.keyFile}\n owner us\n}`;
      writeFileSync(join(directory, 'Corefile'), `.:1053 {\n serviceentry {\n file entries.json\n }\n ${target}\n}\n`);
      return new ServerProcess(['publish', '-conf', 'Corefile', '-once'], directory);
    };
    const ofHosts = async (): Promise<string[]> =>
      (await wholeZone(lab.port, lab.keyFile)).filter((line) => line.includes('host-'));

    const killed = publish(proxy.port);
    await proxy.cut;
    process.kill(killed.pid, 'SIGKILL');
    expect(await killed.exit).toMatchObject({ signal: 'SIGKILL' });
    const there = new Set(await ofHosts());
    expect(there.size).toBeGreaterThan(0);
    expect(there.size).toBeLessThan(4 * hostCount);
    const halves = entries.filter((_, index) => {
      const records = [`${host(index)}. A 10.0.0.1`, `${host(index)}. AAAA 2001:db8::1`].filter((line) =>
        there.has(line),
      );
      return records.length === 1;
    });
    expect(halves).toEqual([]);

    const next = publish(lab.port);
    expect(await next.exit).toMatchObject({ code: 0 });
    expect(await ofHosts()).toHaveLength(4 * hostCount);
  },
  120_000,
);
