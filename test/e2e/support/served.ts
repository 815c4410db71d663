import { makePlugins } from '../../../src/plugins/plugins.ts';
import { loadCorefile } from '../../../src/cli/load.ts';
import { formatProblem } from '../../../src/corefile/problem.ts';
import type { MakeSources } from '../../../src/plugins/serviceentry/registry-service.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { RunningServer } from '../../../src/server/control/server.ts';
import { RecordingLogger } from '../../support/quiet-logger.ts';
import { askUdpFrom } from '../../support/dns-client.ts';
import { encodeQuery, type TypeOption } from '../../support/query.ts';
import { decodeMessage } from '../../support/dns-message.ts';

const pollMs = 10;
const timeoutMs = 45_000;

/** The product in this process: the registry on this thread, the sockets in a worker. It owns `mesh.test`. */
export class Served {
  readonly server: RunningServer;
  readonly logger: RecordingLogger;

  private constructor(server: RunningServer, logger: RecordingLogger) {
    this.server = server;
    this.logger = logger;
  }

  /** `options` are the lines in the block of `serviceentry`. */
  static async start(options: readonly string[], makeSources?: MakeSources): Promise<Served> {
    const { problems, config } = loadCorefile({ file: 'Corefile', text: corefile(options) }, 0, {});
    if (problems.hasErrors) throw new Error(problems.list.map(formatProblem).join('\n'));
    const logger = new RecordingLogger();
    const server = await RunningServer.start(config, {
      clock: systemClock,
      logger,
      logFormat: 'text',
      interfaces: () => ({}),
      hashSeed: 0x5eed,
      cpus: 1,
      canReusePort: true,
      ...(makeSources ? { plugins: makePlugins({ makeSources }) } : {}),
    });
    return new Served(server, logger);
  }

  get port(): number {
    return this.server.listeners[0]!.port;
  }

  ask(name: string, type: TypeOption = 'A', from = '127.0.0.1'): Promise<string> {
    return ask(this.port, name, type, from);
  }

  /** Asks until the answer is this one; rejects with the last answer where it does not come. */
  until(name: string, expected: string, type: TypeOption = 'A', from = '127.0.0.1'): Promise<void> {
    return untilAnswer(this.port, name, expected, type, from);
  }

  /** What `ready` says, which here goes on looking. */
  async isReady(): Promise<boolean> {
    const response = await fetch(`http://127.0.0.1:${this.server.httpPorts('ready')[0]!}/ready`);
    await response.text();
    return response.status === 200;
  }

  /** The lines of the log that match. */
  logged(pattern: RegExp): string[] {
    return this.logger.lines.map(({ message }) => message).filter((message) => pattern.test(message));
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}

/** One block for `mesh.test` on a port that is free. */
export function corefile(options: readonly string[], port = 0): string {
  const block = options.map((option) => `    ${option}\n`).join('');
  const ready = '  ready 127.0.0.1:0 {\n    monitor continuously\n  }\n';
  const others = `  bind 127.0.0.1\n  errors\n  multisocket 1\n${ready}`;
  return `mesh.test:${port} {\n${others}  serviceentry {\n${block}  }\n}\n`;
}

/** The RDATA of the answer, sorted, with a space between; NODATA, or the response code. */
export async function ask(port: number, name: string, type: TypeOption = 'A', from = '127.0.0.1'): Promise<string> {
  return answerText(await askUdpFrom(port, encodeQuery(name, type), from));
}

/** See `ask`. */
export function answerText(reply: Uint8Array): string {
  const { rcode, answer } = decodeMessage(reply);
  if (rcode !== 'NOERROR') return rcode;
  if (answer.length === 0) return 'NODATA';
  return answer
    .map((line) => line.split(/\s+/).slice(4).join(' '))
    .sort()
    .join(' ');
}

/** Asks until the answer is this one; rejects with the last answer where it does not come. */
export async function untilAnswer(
  port: number,
  name: string,
  expected: string,
  type: TypeOption = 'A',
  from = '127.0.0.1',
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask(port, name, type, from);
    if (answer === expected) return;
    if (performance.now() > deadline) throw new Error(`${name} is ${answer}, and ${expected} is waited for`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
