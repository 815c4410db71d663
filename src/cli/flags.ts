import { parseArgs } from 'node:util';

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
  /** Not understood: exit 2 with the usage, as Go's flag package does. */
  | { readonly type: 'usage'; readonly message: string }
  /** Understood, but not usable: exit 1. */
  | { readonly type: 'error'; readonly message: string };

const options = {
  conf: { type: 'string' },
  'dns.port': { type: 'string' },
  p: { type: 'string' },
  pidfile: { type: 'string' },
  plugins: { type: 'boolean' },
  quiet: { type: 'boolean' },
  version: { type: 'boolean' },
  check: { type: 'boolean' },
  'log-format': { type: 'string' },
  help: { type: 'boolean' },
  h: { type: 'boolean' },
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

/** Reads flags in Go's style: `-flag` is `--flag`, a value follows behind `=` or as the next word. */
export function readFlags(args: readonly string[]): FlagsResult {
  let values: ReturnType<typeof parse>['values'];
  let positionals: string[];
  try {
    ({ values, positionals } = parse(args.flatMap((argument) => longForm(argument, options))));
  } catch (error) {
    return { type: 'usage', message: error instanceof Error ? error.message : String(error) };
  }
  const extra = positionals[0];
  if (extra !== undefined)
    return { type: 'error', message: `extra command line argument '${extra}': flags begin with '-'` };
  const port = values.p ?? values['dns.port'] ?? '53';
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    return { type: 'usage', message: `invalid value '${port}' for flag -dns.port: expected a number from 0 to 65535` };
  }
  const logFormat = values['log-format'] ?? 'text';
  if (logFormat !== 'text' && logFormat !== 'json') {
    return { type: 'usage', message: `invalid value '${logFormat}' for flag -log-format: expected text or json` };
  }
  const { conf, pidfile, plugins = false, quiet = false, version = false, check = false } = values;
  const help = values.help ?? values.h ?? false;
  return {
    type: 'flags',
    flags: { conf, port: Number(port), pidfile, plugins, quiet, version, check, help, logFormat },
  };
}

function parse(args: string[]) {
  return parseArgs({ args, options, allowPositionals: true, strict: true });
}

/**
 * `parseArgs` takes `-conf` for the flags c, o, n and f, so it gets `--conf`. It knows no `-quiet=false` either; values
 * of boolean flags are those of Go.
 */
export function longForm(
  argument: string,
  options: Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>,
): string[] {
  const long = /^-[a-z]/i.test(argument) ? `-${argument}` : argument;
  const [, name = '', value = ''] = /^--([^=]+)=(.*)$/.exec(long) ?? [];
  if (!Object.entries(options).some(([option, { type }]) => option === name && type === 'boolean')) return [long];
  if (/^(1|t|T|true|True|TRUE)$/.test(value)) return [`--${name}`];
  return /^(0|f|F|false|False|FALSE)$/.test(value) ? [] : [long];
}
