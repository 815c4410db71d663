import { parseRemovalLimit } from '../dynamic-update/removal-limit.ts';
import { confFlag, portFlag, UsageError, type Command } from './command.ts';
import type { CommandLine } from './command-line.ts';

export interface PublishFlags {
  readonly conf: string | undefined;
  /** Port of server blocks that name none. */
  readonly defaultPort: number;
  /** Zones are compared once. */
  readonly isOnce: boolean;
  readonly isDryRun: boolean;
  /** In place of `max_removals`. */
  readonly maxRemovals: string | undefined;
}

export const publishCommand: Command = {
  name: 'publish',
  summary: "Keeps the zones of the Corefile's publish directives in step, and serves nothing.",
  operands: '',
  flags: [
    confFlag,
    { name: 'once', text: 'bring the zones into step once, print what was changed, and exit' },
    { name: 'dry-run', text: 'print what -once would change, and exit: 0 for nothing, 3 for something' },
    {
      name: 'max-removals',
      value: { name: 'N' },
      text: 'with -once or -dry-run: so many names, or N%, may be removed this time',
    },
    portFlag,
  ],
  examples: [
    'serviceentry-dns publish -conf Corefile -dry-run',
    'serviceentry-dns publish -conf Corefile -once -max-removals 200',
    'serviceentry-dns publish -conf Corefile',
  ],
  async run(line, { hashSeed }) {
    const flags = readPublishFlags(line);
    return (await import('./publish.ts')).runPublish(flags, hashSeed);
  },
};

/** Throws UsageError. */
export function readPublishFlags(line: CommandLine): PublishFlags {
  line.atMost(0);
  const isDryRun = line.isSet('dry-run');
  const flags = {
    conf: line.text('conf'),
    defaultPort: line.port('dns.port') ?? 53,
    isOnce: line.isSet('once') || isDryRun,
    isDryRun,
    maxRemovals: line.text('max-removals'),
  };
  if (flags.maxRemovals === undefined) return flags;
  if (!parseRemovalLimit(flags.maxRemovals)) {
    const expected = 'a number of names, or a part such as 10%';
    throw new UsageError(`invalid value '${flags.maxRemovals}' for flag -max-removals: expected ${expected}`);
  }
  if (!flags.isOnce) throw new UsageError('-max-removals needs -once: for good it stands in the Corefile');
  return flags;
}
