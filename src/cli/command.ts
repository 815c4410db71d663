import type { HeldSignals } from '../runtime/held-signals.ts';
import type { CommandLine } from './command-line.ts';

/** A command of the program, with all that its help, the completion of shells and the man page say of it. */
export interface Command {
  /** What stands behind `serviceentry-dns`; '' for the server, which has no word. */
  readonly name: string;
  /** A sentence. */
  readonly summary: string;
  /** What stands between the name and the flags: `NAME [TYPE]`. */
  readonly operands: string;
  /** Words that the first operand may be, where that is known. */
  readonly operandWords?: readonly string[];
  /** Without `helpFlag`, which all commands have. */
  readonly flags: readonly Flag[];
  /** Whole command lines, other programs' among them. */
  readonly examples: readonly string[];
  /** Resolves with the exit code. Throws UsageError for what it does not understand, and rejects with a message for people where it fails. */
  readonly run: (line: CommandLine, parts: ProcessParts) => Promise<number>;
}

export interface Flag {
  readonly name: string;
  /** Another name of one letter. */
  readonly short?: string;
  /** None for a flag that is on or off. */
  readonly value?: FlagValue;
  /** What it is for, without a stop at its end. */
  readonly text: string;
}

export interface FlagValue {
  /** Its place in the help: FILE. */
  readonly name: string;
  /** What shells offer. */
  readonly completes?: 'files' | 'directories' | readonly string[];
}

/** What only the entry point makes. */
export interface ProcessParts {
  /** A secret. */
  readonly hashSeed: number;
  readonly signals: HeldSignals;
}

/** The command line cannot be understood: exit 2, as Go's flag package does. The message spells a word as it was typed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const helpFlag: Flag = { name: 'help', short: 'h', text: 'show the flags and exit' };

export const confFlag: Flag = {
  name: 'conf',
  value: { name: 'FILE', completes: 'files' },
  text: "Corefile to read (default ./Corefile; 'stdin' reads the pipe)",
};

export const portFlag: Flag = {
  name: 'dns.port',
  short: 'p',
  value: { name: 'N' },
  text: 'port of server blocks that name none (default 53)',
};

/** With that for the help. */
export function flagsOf(command: Command): readonly Flag[] {
  return [...command.flags, helpFlag];
}

/** `serviceentry-dns explain`. */
export function callOf({ name }: Command): string {
  return name === '' ? 'serviceentry-dns' : `serviceentry-dns ${name}`;
}
