import { makePlugins } from '../plugins/plugins.ts';
import { confFlag, portFlag, type Command } from './command.ts';
import type { CommandLine } from './command-line.ts';
import { write } from './output.ts';
import { serve } from './serve.ts';
import { versionText } from './version.ts';

const logFormats = ['text', 'json'] as const;

/** How the server runs; CoreDNS's flags, and `-check`. */
export interface ServerFlags {
  readonly conf: string | undefined;
  /** Port of server blocks that name none. */
  readonly port: number;
  readonly pidfile: string | undefined;
  readonly quiet: boolean;
  readonly check: boolean;
  readonly logFormat: (typeof logFormats)[number];
}

/** The server itself. */
export const serverCommand: Command = {
  name: '',
  summary: 'Answers DNS queries for the hosts of Istio ServiceEntries, as a Corefile says.',
  operands: '',
  flags: [
    confFlag,
    portFlag,
    {
      name: 'check',
      text: 'print every error of the Corefile, and what it names that this machine lacks; open no socket, exit 0 or 1',
    },
    { name: 'pidfile', value: { name: 'FILE', completes: 'files' }, text: 'write the process ID there' },
    { name: 'plugins', text: 'list the plugins and exit' },
    { name: 'quiet', text: 'no banner' },
    { name: 'version', text: 'show the version and exit' },
    {
      name: 'log-format',
      value: { name: 'F', completes: logFormats },
      text: 'text or json (default text)',
    },
  ],
  examples: [
    'serviceentry-dns -conf Corefile -dns.port 1053',
    'dig @127.0.0.1 -p 1053 payments.mesh.test',
    'serviceentry-dns -check -conf Corefile',
    'serviceentry-dns explain payments.mesh.test -conf Corefile',
  ],
  async run(line, parts) {
    const flags = readServerFlags(line);
    if (line.isSet('version')) {
      await write(versionText());
    } else if (line.isSet('plugins')) {
      const names = makePlugins().map(({ name }) => name);
      await write(`${names.sort().join('\n')}\n`);
    } else return serve(flags, parts);
    return 0;
  },
};

/** Throws UsageError. */
export function readServerFlags(line: CommandLine): ServerFlags {
  return {
    conf: line.text('conf'),
    port: line.port('dns.port') ?? 53,
    pidfile: line.text('pidfile'),
    quiet: line.isSet('quiet'),
    check: line.isSet('check'),
    logFormat: line.word('log-format', logFormats),
  };
}
