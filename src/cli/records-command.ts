import { recordOutputs, type RecordOutput } from '../server/inspect/records.ts';
import { UsageError, type Command } from './command.ts';
import type { CommandLine } from './command-line.ts';
import { inspectFlags, readInspectFlags, type InspectFlags } from './inspect-flags.ts';

export interface RecordsFlags extends InspectFlags {
  readonly output: RecordOutput;
  readonly directory: string | undefined;
  /** Only names at or below this one. */
  readonly name: string | undefined;
  readonly type: string | undefined;
  /** Only what comes from this ServiceEntry, or from this namespace. */
  readonly from: string | undefined;
}

export const recordsCommand: Command = {
  name: 'records',
  summary: 'Lists what is served; with NAME what is at and below it.',
  operands: '[NAME]',
  flags: [
    ...inspectFlags,
    { name: 'type', value: { name: 'TYPE' }, text: 'only records of this type' },
    {
      name: 'from',
      value: { name: 'NS[/NAME]' },
      text: 'only what comes from this namespace or this ServiceEntry',
    },
    {
      name: 'output',
      value: { name: 'F', completes: recordOutputs },
      text: 'table, json, zone, dnsendpoint or terraform (default table)',
    },
    {
      name: 'directory',
      value: { name: 'DIR', completes: 'directories' },
      text: 'with -output zone: write one file per zone into DIR',
    },
  ],
  examples: [
    'serviceentry-dns records -conf Corefile',
    'serviceentry-dns records mesh.test -type SRV -from shop',
    'serviceentry-dns records -output zone -directory zones',
  ],
  async run(line, { hashSeed }) {
    const flags = readRecordsFlags(line);
    // Only who asks for it reads its code: a server starts without it.
    await (await import('./records.ts')).runRecords(flags, hashSeed);
    return 0;
  },
};

/** Throws UsageError. */
export function readRecordsFlags(line: CommandLine): RecordsFlags {
  line.atMost(1);
  const flags = {
    ...readInspectFlags(line),
    output: line.word('output', recordOutputs),
    directory: line.text('directory'),
    name: line.operands[0],
    type: line.text('type'),
    from: line.text('from'),
  };
  if (flags.directory !== undefined && flags.output !== 'zone') throw new UsageError('-directory needs -output zone');
  return flags;
}
