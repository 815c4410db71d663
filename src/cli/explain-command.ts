import { UsageError, type Command } from './command.ts';
import type { CommandLine } from './command-line.ts';
import { inspectFlags, readInspectFlags, type InspectFlags } from './inspect-flags.ts';

const outputs = ['text', 'json'] as const;

export interface ExplainFlags extends InspectFlags {
  readonly name: string;
  readonly type: string | undefined;
  readonly output: (typeof outputs)[number];
  /** Port of the listener that is asked. */
  readonly port: number | undefined;
  readonly resolves: boolean;
}

export const explainCommand: Command = {
  name: 'explain',
  summary: 'Says how a name is answered, and why. TYPE is A, or PTR for an IP address.',
  operands: 'NAME|IP [TYPE]',
  flags: [
    ...inspectFlags,
    { name: 'port', value: { name: 'N' }, text: 'the server block on this port, where several have the name' },
    { name: 'resolve', text: 'really ask the servers that queries are forwarded to' },
    { name: 'output', value: { name: 'F', completes: outputs }, text: 'text or json (default text)' },
  ],
  examples: [
    'serviceentry-dns explain payments.mesh.test -conf Corefile',
    'serviceentry-dns explain payments.mesh.test SRV -namespace shop',
    'serviceentry-dns explain 10.96.10.1 -server localhost:9154',
  ],
  async run(line, { hashSeed }) {
    const flags = readExplainFlags(line);
    // Only who asks for it reads its code: a server starts without it.
    await (await import('./explain.ts')).runExplain(flags, hashSeed);
    return 0;
  },
};

/** Throws UsageError. */
export function readExplainFlags(line: CommandLine): ExplainFlags {
  const [name, type] = line.operands;
  if (name === undefined) throw new UsageError('explain needs a name or an IP address');
  line.atMost(2);
  const flags = {
    ...readInspectFlags(line),
    name,
    type,
    output: line.word('output', outputs),
    port: line.port('port'),
    resolves: line.isSet('resolve'),
  };
  if (flags.resolves && flags.server !== undefined) {
    throw new UsageError('-resolve works on this machine only, not with -server');
  }
  return flags;
}
