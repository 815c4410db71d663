import { chmodSync, readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { expect } from 'vitest';
import { Lab } from '../support/lab.ts';
import type { FencedBlock } from './markdown.ts';

/** The name server of the machine; it stands for all others that there are. */
const internet = `. {
    bind 127.0.0.53
    hosts {
        192.0.2.80 example.org
    }
}
`;

const startTimeoutMs = 30_000;
/** How long an output may take to become what the document says: files are looked at now and then, caches run out. */
const changeTimeoutMs = 15_000;

/** A command of a document behind `$ `, and what it prints. */
export interface Exchange {
  readonly command: string;
  readonly output: string;
}

/** The commands of a block that shows them with their output. */
export function exchangesOf(text: string): Exchange[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      // A backslash at its end continues a command.
      const [command] = /^(?:.*\\\n)*.*\n/.exec(part)!;
      return { command: command.trimEnd(), output: part.slice(command.length) };
    });
}

/** Starts the server in the foreground, which then serves until it is ended. */
const startsServer = /^serviceentry-dns(?! .*-(?:check|version|plugins|help))(?: -\S+(?: [^\s-]\S*)?)*$/;

/**
 * A reader's shell: a directory, a network with nothing but loopback, where the ports of the document are free, and an
 * /etc/resolv.conf. `serviceentry-dns` is the program of this checkout.
 */
export class Session {
  readonly #lab: Lab;
  readonly #path: string;

  private constructor(lab: Lab) {
    this.#lab = lab;
    const program = lab.file(
      'serviceentry-dns',
      `#!/bin/sh\nexec ${process.execPath} ${resolve('src/main.ts')} "$@"\n`,
    );
    this.#path = [lab.directory, process.env.PATH].join(delimiter);
    chmodSync(program, 0o755);
  }

  static async start(files: Readonly<Record<string, string>> = {}): Promise<Session> {
    const lab = await Lab.start('127.0.0.53');
    const session = new Session(lab);
    for (const [name, text] of Object.entries(files)) lab.file(name, text);
    lab.file('internet', internet);
    await session.serve('serviceentry-dns -conf internet', 'internet.log');
    return session;
  }

  /** Follows the blocks of a page in their order: a block with a name behind its language is a file with that text. */
  async follow(blocks: readonly FencedBlock[]): Promise<void> {
    for (const { text, title, language, place } of blocks) {
      if (title !== undefined) this.#lab.file(title, text);
      else if (startsServer.test(text.trimEnd())) await this.serve(text.trimEnd());
      else if (text.startsWith('$ ')) for (const exchange of exchangesOf(text)) await this.check(exchange, place);
      else if (language === 'sh') await this.#shell(`set -e\n${text}`);
    }
  }

  /** Starts a server in the background, and waits until it serves. What it prints is in the file `log`. */
  async serve(command: string, log = 'server.log', isUp = /^\w+\/\w+, node /m): Promise<void> {
    this.#lab.file(log, '');
    const child = this.#lab.spawn('env', `PATH=${this.#path}`, 'bash', '-c', `exec ${command} >${log} 2>&1`);
    const file = join(this.#lab.directory, log);
    await child.until(() => Promise.resolve(isUp.test(readFileSync(file, 'utf8'))), startTimeoutMs);
  }

  /** Runs a command until it prints what the document says; fails where it does not within some seconds. */
  async check({ command, output }: Exchange, place: string): Promise<void> {
    await expect
      .poll(() => this.#shell(command), { timeout: changeTimeoutMs, interval: 100, message: `${place}: ${command}` })
      .toSatisfy((printed: string) => isLike(printed, output));
  }

  stop(): Promise<void> {
    return this.#lab.stop();
  }

  /** Whatever it prints, on both outputs, with whatever exit code it ends. */
  #shell(command: string): Promise<string> {
    return this.#lab.run('env', `PATH=${this.#path}`, 'bash', '-c', `{\n${command}\n} 2>&1 || true`);
  }
}

/**
 * Whether an output is that of the document, in which a line `...` stands for any lines. What differs each time may differ:
 * IDs, serials, hashes, durations.
 */
export function isLike(printed: string, documented: string): boolean {
  const parts = `\n${documented}`.split(/\n\.\.\.(?=\n)/).map((part) => escape(withoutVariables(part)));
  return new RegExp(`^${parts.join('(?:\\n.*)*?')}$`).test(`\n${withoutVariables(printed)}`);
}

function withoutVariables(text: string): string {
  return text
    .replaceAll(/\bid: \d+/g, 'id: N')
    .replaceAll(/(SOA\s+\S+ \S+) \d+/g, '$1 N')
    .replaceAll(/\b[0-9a-f]{32,}\b/g, 'HASH')
    .replaceAll(/\bfor \d+ s\b/g, 'for N s');
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
