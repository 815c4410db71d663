import { didYouMean } from '../corefile/suggest.ts';
import { parseGoFlags } from './go-flags.ts';

/** What the command line says; CoreDNS's flags, and `-check`. */
export interface Flags {
  readonly conf: string | undefined;
  readonly port: number;
  readonly pidfile: string | undefined;
  readonly plugins: boolean;
  readonly quiet: boolean;
  readonly version: boolean;
  readonly check: boolean;
  readonly help: boolean;
  readonly logFormat: 'text' | 'json';
}

export type FlagsResult =
  | { readonly type: 'flags'; readonly flags: Flags }
  /** Not understood: exit 2, as Go's flag package does. */
  | { readonly type: 'usage'; readonly message: string };

/** All flags of the server. */
export const flagTypes = {
  conf: 'string',
  'dns.port': 'string',
  p: 'string',
  pidfile: 'string',
  plugins: 'boolean',
  quiet: 'boolean',
  version: 'boolean',
  check: 'boolean',
  'log-format': 'string',
  help: 'boolean',
  h: 'boolean',
} as const;

export const usage = `Usage: serviceentry-dns [flags]
  -conf FILE         Corefile to load (default ./Corefile; 'stdin' reads the pipe)
  -dns.port N, -p N  port of server blocks that name none (default 53)
  -check             print every error of the Corefile, open no socket, exit 0 or 1
  -pidfile FILE      write the process ID there
  -plugins           list the plugins and exit
  -quiet             no banner
  -version           show the version and exit
  -log-format F      text or json (default text)

       serviceentry-dns explain NAME [TYPE] [flags]
says how a name is answered, and why; 'explain -help' lists its flags.

       serviceentry-dns records [flags]
lists what is served; 'records -help' lists its flags.
`;

/** Reads the command line of the server. */
export function readFlags(args: readonly string[]): FlagsResult {
  const parsed = parseGoFlags(args, flagTypes);
  if ('error' in parsed) return { type: 'usage', message: parsed.error };
  const { text, isSet, positionals } = parsed;
  const extra = positionals[0];
  if (extra !== undefined) {
    const suggestion = didYouMean(extra, ['explain', 'records', ...Object.keys(flagTypes).map((name) => `-${name}`)]);
    return { type: 'usage', message: `unknown command '${extra}'${suggestion}` };
  }
  const port = text('p') ?? text('dns.port') ?? '53';
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    return { type: 'usage', message: `invalid value '${port}' for flag -dns.port: expected a number from 0 to 65535` };
  }
  const logFormat = text('log-format') ?? 'text';
  if (logFormat !== 'text' && logFormat !== 'json') {
    return { type: 'usage', message: `invalid value '${logFormat}' for flag -log-format: expected text or json` };
  }
  return {
    type: 'flags',
    flags: {
      conf: text('conf'),
      port: Number(port),
      pidfile: text('pidfile'),
      plugins: isSet('plugins'),
      quiet: isSet('quiet'),
      version: isSet('version'),
      check: isSet('check'),
      help: isSet('help') || isSet('h'),
      logFormat,
    },
  };
}
