import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { expect } from 'vitest';
import type { Child } from '../support/child.ts';
import { Lab } from '../support/lab.ts';
import type { FencedBlock } from './markdown.ts';

/** The name server of the machine; it stands for all others that there are. */
const internet = `. {
    bind 127.0.0.53
    header {
        response clear aa
        response set ra
    }
    hosts {
        192.0.2.80 example.org
    }
}
`;

const startTimeoutMs = 60_000;
/** How long an output may take to become what the document says: files are looked at now and then, caches run out. */
const changeTimeoutMs = 20_000;

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
  #directory: string;
  #servers: Child[] = [];

  private constructor(lab: Lab) {
    this.#lab = lab;
    this.#directory = lab.directory;
  }

  static async start(): Promise<Session> {
    const session = new Session(await Lab.start('127.0.0.53'));
    await session.begin({ internet });
    await session.serve('serviceentry-dns -conf internet', 'internet');
    session.#servers = [];
    await session.begin({});
    return session;
  }

  /** Ends the servers, and begins in an empty directory with these files. `by` stands before each `serviceentry-dns`. */
  async begin(files: Readonly<Record<string, string>>, by = ''): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.kill()));
    this.#servers = [];
    this.#directory = mkdtempSync(join(this.#lab.directory, 'at-'));
    for (const [name, text] of Object.entries(files)) this.#write(name, text);
    const program = `exec ${by} ${process.execPath} ${resolve('src/main.ts')} "$@"`;
    chmodSync(this.#write('bin/serviceentry-dns', `#!/bin/sh\n${program}\n`), 0o755);
  }

  /** Follows the blocks of a page in their order: a block with a name behind its language is a file with that text. */
  async follow(blocks: readonly FencedBlock[]): Promise<void> {
    for (const { text, title, language, place } of blocks) {
      if (title !== undefined) this.#write(title, text);
      else if (startsServer.test(text.trimEnd())) await this.serve(text.trimEnd());
      else if (text.startsWith('$ ')) for (const exchange of exchangesOf(text)) await this.check(exchange, place);
      else if (language === 'sh') await this.run(`set -e\n${text}`);
    }
  }

  /** Starts a server in the background, and waits until it serves. What it prints is in the file `NAME.log`. */
  async serve(command: string, name = 'server'): Promise<void> {
    const log = this.#write(`${name}.log`, '');
    const child = this.#lab.spawn('bash', '-c', this.#inPlace(`exec ${command} >${name}.log 2>&1`));
    this.#servers.push(child);
    const isUp = (): Promise<boolean> => Promise.resolve(/^\w+\/\w+, node /m.test(readFileSync(log, 'utf8')));
    await child.until(isUp, startTimeoutMs);
  }

  /** Runs a command until it prints what the document says; fails where it does not within some seconds. */
  async check({ command, output }: Exchange, place: string): Promise<void> {
    await expect
      .poll(() => this.run(command), { timeout: changeTimeoutMs, interval: 100, message: `${place}: ${command}` })
      .toSatisfy((printed: string) => isLike(printed, output));
  }

  /** Whatever a command prints, on both outputs, with whatever exit code it ends. */
  run(command: string): Promise<string> {
    return this.#lab.run('bash', '-c', this.#inPlace(`{\n${command}\n} 2>&1 || true`));
  }

  stop(): Promise<void> {
    return this.#lab.stop();
  }

  #inPlace(command: string): string {
    return `cd ${this.#directory} && PATH=${join(this.#directory, 'bin')}${delimiter}$PATH && ${command}`;
  }

  #write(name: string, text: string): string {
    const path = join(this.#directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }
}

/**
 * Whether an output is that of the document, in which a line `...` stands for any lines. What differs each time may differ:
 * IDs, serials, hashes, durations, times.
 */
export function isLike(printed: string, documented: string): boolean {
  const parts = `\n${documented}`.split(/\n\.\.\.(?=\n)/).map((part) => escape(withoutVariables(part)));
  // A shell begins a new line, whether or not the program has ended the last one.
  const whole = printed.replace(/([^\n])$/, '$1\n');
  return new RegExp(`^${parts.join('(?:\\n.*)*?')}$`).test(`\n${withoutVariables(whole)}`);
}

function withoutVariables(text: string): string {
  return text
    .replaceAll(/\bid: \d+/g, 'id: N')
    .replaceAll(/(SOA\s+\S+ \S+) \d+/g, '$1 N')
    .replaceAll(/\b[0-9a-f]{32,}\b/g, 'HASH')
    .replaceAll(/\bfor \d+ s\b/g, 'for N s')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME');
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
