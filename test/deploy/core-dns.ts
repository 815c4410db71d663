import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fencedBlocks } from '../docs/markdown.ts';
import { dig, type DigReply } from '../support/dig.ts';
import { freePorts } from '../support/free-ports.ts';

/** The address of our Service in the documents. */
export const serviceAddress = '10.96.0.53';

/** The Corefiles for our server and the snippets for CoreDNS on the pages that send it a zone, each by what it is for. */
export const corefiles = {
  mesh: block('deploy/README.md', 'corefile'),
  belowCluster: block('docs/how-to/stub-domain.md', 'corefile'),
  global: block('docs/how-to/migrate-from-coredns-istio-plugin.md', 'corefile'),
};
export const snippets = {
  mesh: block('docs/how-to/stub-domain.md', 'coredns'),
  belowCluster: block('docs/how-to/stub-domain.md', 'coredns', 1),
  nodeLocal: block('docs/how-to/node-local.md', 'coredns'),
  global: block('docs/how-to/migrate-from-coredns-istio-plugin.md', 'coredns'),
};

function block(file: string, language: 'corefile' | 'coredns', index = 0): string {
  const found = fencedBlocks(file).filter((each) => each.language === language)[index];
  if (found === undefined) throw new Error(`${file} has no block ${index} of ${language}`);
  return found.text;
}

/** A Corefile of the documents with another source, and with the name server of the node at a port. */
export function withSource(corefile: string, source: string, upstreamPort: number): string {
  return corefile.replace(/^ *kubernetes$/m, source).replace('/etc/resolv.conf', `127.0.0.1:${upstreamPort}`);
}

export interface CoreDnsOptions {
  readonly program: string;
  /** For its Corefile. */
  readonly directory: string;
  /** Of our server, in place of the address in the snippets. */
  readonly port: number;
  /** Of the name server of the node. */
  readonly upstreamPort: number;
  /** Behind `forward . ADDRESS`. */
  readonly forwardOptions?: string;
  /** Where it listens; a free port by default. */
  readonly listen?: number;
}

/** CoreDNS on a loopback port, as the DNS server of the cluster. */
export class CoreDns {
  readonly #process: ChildProcess;
  readonly #port: number;
  #log = '';

  private constructor(process: ChildProcess, port: number) {
    this.#process = process;
    this.#port = port;
    for (const stream of [process.stdout!, process.stderr!]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => (this.#log += chunk));
    }
  }

  /** Starts it with server blocks on port 53, which it gets on another one. */
  static async start(blocks: string, options: CoreDnsOptions): Promise<CoreDns> {
    const port = options.listen ?? (await freePorts(1))[0]!;
    const text = blocks
      .replaceAll(/^ *bind .*\n/gm, '')
      .replaceAll(':53 {', `:${port} {\nbind 127.0.0.1\nlog\n`)
      .replaceAll(/^( *forward \S+) 10\.96\.0\.53$/gm, `$1 127.0.0.1:${options.port}${options.forwardOptions ?? ''}`)
      .replaceAll(/^( *forward \S+) 10\.96\.0\.53 \{$/gm, `$1 127.0.0.1:${options.port} {`)
      .replaceAll('/etc/resolv.conf', `127.0.0.1:${options.upstreamPort}`);
    if (text.includes(serviceAddress)) throw new Error(`the address of the Service is left in ${text}`);
    const file = join(options.directory, 'cluster.Corefile');
    writeFileSync(file, text);
    const server = new CoreDns(spawn(options.program, ['-conf', file]), port);
    try {
      await server.#logged(() => /^CoreDNS-/m.test(server.#log));
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  async ask(question: string): Promise<DigReply> {
    const [reply] = await dig(this.#port, [{ ask: question, options: ['+notcp'] }]);
    return reply!;
  }

  /** How often a name came here over UDP, once that was logged so often. */
  async arrivals(name: string, atLeast: number): Promise<number> {
    const count = (): number => this.#log.split('\n').filter((line) => line.includes(` ${name}. udp `)).length;
    await this.#logged(() => count() >= atLeast);
    return count();
  }

  async stop(): Promise<void> {
    if (this.#hasEnded()) return;
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }

  async #logged(isThere: () => boolean): Promise<void> {
    while (!isThere()) {
      if (this.#hasEnded()) throw new Error(`CoreDNS has ended: ${this.#log}`);
      const waiting = new AbortController();
      const { signal } = waiting;
      const { stdout, stderr } = this.#process;
      await Promise.race([
        once(stdout!, 'data', { signal }),
        once(stderr!, 'data', { signal }),
        once(this.#process, 'close', { signal }),
      ]);
      waiting.abort();
    }
  }

  #hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }
}
