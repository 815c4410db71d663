import { execFile, spawnSync } from 'node:child_process';
import { zoneLines } from './zone-text.ts';

/** A reply as dig prints it; records are lines of zone-file text. */
export interface DigReply {
  readonly rcode: string;
  readonly flags: string;
  readonly answer: readonly string[];
  readonly authority: readonly string[];
  readonly additional: readonly string[];
  readonly opt:
    | { readonly payload: number; readonly version: number; readonly dnssecOk: boolean; readonly subnet?: string }
    | undefined;
  readonly size: number;
}

export function hasDig(): boolean {
  return spawnSync('dig', ['-v']).error === undefined;
}

/** One question: `NAME TYPE`, and options of dig for it. */
export interface DigQuestion {
  readonly ask: string;
  readonly options: readonly string[];
}

/** Asks a server on 127.0.0.1 all questions, one after the other, in one process, from a local address. */
export async function dig(port: number, questions: readonly DigQuestion[], from?: string): Promise<DigReply[]> {
  const server = ['@127.0.0.1', '-p', String(port), ...(from === undefined ? [] : ['-b', from])];
  return digReplies(await run(digArguments(server, questions)), questions.length);
}

/** The command line of one dig for all questions; `server` are its words for whom to ask. */
export function digArguments(server: readonly string[], questions: readonly DigQuestion[]): string[] {
  const args = ['-r', ...server];
  const shown = ['+noall', '+answer', '+authority', '+additional', '+comments', '+stats'];
  for (const { ask, options } of questions) {
    // A name that begins like an option of dig.
    const words = ask.replace(/^-/, '\\045').split(' ');
    args.push(...words, 'IN', ...shown, '+tries=1', '+time=10', '+nocookie', '+noidnout', ...options);
  }
  return args;
}

/** The replies in what dig printed for so many questions. */
export function digReplies(text: string, count: number): DigReply[] {
  const replies = text
    .split(/^;; Got answer:$/m)
    .slice(1)
    .map(parseDig);
  if (replies.length !== count) throw new Error(`${replies.length} of ${count} replies:\n${text}`);
  return replies;
}

function run(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('dig', args, { maxBuffer: 16 * 1024 * 1024 }, (error, stdout) => {
      if (error) reject(new Error(`dig ${args.join(' ')}: ${error.message}\n${stdout}`));
      else resolve(stdout);
    });
  });
}

/** Reads one reply of `dig +noall +answer +authority +additional +comments +stats`. */
export function parseDig(text: string): DigReply {
  const section = (name: string): string[] => {
    const [, after = ''] = text.split(`;; ${name} SECTION:\n`);
    return zoneLines(after.split('\n\n')[0] ?? '');
  };
  const find = (pattern: RegExp): RegExpExecArray => {
    const match = pattern.exec(text);
    if (!match) throw new Error(`dig printed nothing like ${String(pattern)}:\n${text}`);
    return match;
  };
  const edns = /^; EDNS: version: (\d+), flags:([^;]*); udp: (\d+)/m.exec(text);
  const subnet = /^; CLIENT-SUBNET: (\S+)$/m.exec(text);
  const reply = {
    rcode: find(/status: (\w+)/)[1]!,
    flags: find(/^;; flags: ([^;]*);/m)[1]!,
    answer: section('ANSWER'),
    authority: section('AUTHORITY'),
    additional: section('ADDITIONAL'),
    opt: edns
      ? {
          version: Number(edns[1]),
          dnssecOk: edns[2]!.includes('do'),
          payload: Number(edns[3]),
          ...(subnet ? { subnet: subnet[1]! } : {}),
        }
      : undefined,
    size: Number(find(/MSG SIZE\s+rcvd: (\d+)/)[1]),
  };
  const counts = find(/ANSWER: (\d+), AUTHORITY: (\d+), ADDITIONAL: (\d+)/)
    .slice(1)
    .map(Number);
  const found = [reply.answer.length, reply.authority.length, reply.additional.length + (reply.opt ? 1 : 0)];
  if (counts.join() !== found.join())
    throw new Error(`found ${found.join()} records, dig says ${counts.join()}:\n${text}`);
  return reply;
}
