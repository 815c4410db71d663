import { parseArgs } from 'node:util';
import { longForm } from './flags.ts';

/** What the command lines of `explain` and `records` have in common. */
export interface InspectFlags {
  readonly conf: string | undefined;
  /** Port of server blocks that name none. */
  readonly defaultPort: number;
  /** URL of a running server's `admin`. */
  readonly server: string | undefined;
  readonly client: string | undefined;
  readonly namespace: string | undefined;
  readonly isMeshed: boolean;
}

export interface ExplainFlags extends InspectFlags {
  readonly command: 'explain';
  readonly name: string;
  readonly type: string | undefined;
  readonly output: 'text' | 'json';
  /** Port of the listener that is asked. */
  readonly port: number | undefined;
  readonly resolves: boolean;
}

export interface RecordsFlags extends InspectFlags {
  readonly command: 'records';
  readonly output: 'table' | 'json' | 'zone';
  readonly directory: string | undefined;
}

export type InspectFlagsResult =
  | { readonly type: 'flags'; readonly flags: ExplainFlags | RecordsFlags }
  | { readonly type: 'help'; readonly text: string }
  | { readonly type: 'usage'; readonly message: string; readonly usage: string };

const common = {
  conf: { type: 'string' },
  'dns.port': { type: 'string' },
  server: { type: 'string' },
  client: { type: 'string' },
  namespace: { type: 'string' },
  meshed: { type: 'boolean' },
  output: { type: 'string' },
  help: { type: 'boolean' },
  h: { type: 'boolean' },
} as const;

const options = {
  explain: { ...common, port: { type: 'string' }, resolve: { type: 'boolean' } },
  records: { ...common, directory: { type: 'string' } },
} as const;

const commonUsage = `  -conf FILE       Corefile to read (default ./Corefile; 'stdin' reads the pipe)
  -server URL      ask a running server instead, at the address of its admin
  -client IP       as the client with this address is answered
  -namespace NS    as clients of this namespace are answered
  -meshed          with -namespace: their traffic is captured by the mesh
  -dns.port N      port of server blocks that name none (default 53)
`;

export const explainUsage = `Usage: serviceentry-dns explain NAME|IP [TYPE] [flags]
Says how a name is answered, and why. TYPE is A, or PTR for an IP address.
${commonUsage}  -port N          the server block on this port, where several have the name
  -resolve         really ask the servers that queries are forwarded to
  -output F        text or json (default text)
`;

export const recordsUsage = `Usage: serviceentry-dns records [flags]
Lists what is served.
${commonUsage}  -output F        table, json or zone (default table)
  -directory DIR   with -output zone: write one file per zone into DIR
`;

/** Reads what stands behind `explain` or `records`, flags in Go's style. */
export function readInspectFlags(command: 'explain' | 'records', args: readonly string[]): InspectFlagsResult {
  const usage = command === 'explain' ? explainUsage : recordsUsage;
  const bad = (message: string): InspectFlagsResult => ({ type: 'usage', message, usage });
  let values: Readonly<Record<string, unknown>>;
  let positionals: string[];
  try {
    const parsed = parseArgs({
      args: args.flatMap((argument) => longForm(argument, options[command])),
      options: options[command],
      allowPositionals: true,
    });
    ({ positionals } = parsed);
    values = parsed.values;
  } catch (error) {
    return bad(error instanceof Error ? error.message : String(error));
  }
  if (values.help === true || values.h === true) return { type: 'help', text: usage };
  const text = (flag: string): string | undefined => {
    const value = values[flag];
    return typeof value === 'string' ? value : undefined;
  };
  for (const flag of ['port', 'dns.port'] as const) {
    const value = text(flag);
    if (value !== undefined && (!/^\d{1,5}$/.test(value) || Number(value) > 65_535)) {
      return bad(`invalid value '${value}' for flag -${flag}: expected a number from 0 to 65535`);
    }
  }
  if (text('client') !== undefined && text('namespace') !== undefined) {
    return bad('-client and -namespace contradict each other: name one');
  }
  const shared: InspectFlags = {
    conf: text('conf'),
    defaultPort: Number(text('dns.port') ?? '53'),
    server: text('server'),
    client: text('client'),
    namespace: text('namespace'),
    isMeshed: values.meshed === true,
  };
  if (shared.conf !== undefined && shared.server !== undefined) {
    return bad('-conf and -server contradict each other: name one');
  }
  if (command === 'records') {
    const output = word(text('output') ?? 'table', ['table', 'json', 'zone']);
    const directory = text('directory');
    if (output === undefined)
      return bad(`invalid value '${text('output')!}' for flag -output: expected table, json or zone`);
    if (positionals.length > 0) return bad(`extra command line argument '${positionals[0]!}'`);
    if (directory !== undefined && output !== 'zone') return bad('-directory needs -output zone');
    return { type: 'flags', flags: { command, ...shared, output, directory } };
  }
  const [name, type, extra] = positionals;
  const output = word(text('output') ?? 'text', ['text', 'json']);
  if (output === undefined) return bad(`invalid value '${text('output')!}' for flag -output: expected text or json`);
  if (name === undefined) return bad('explain needs a name or an IP address');
  if (extra !== undefined) return bad(`extra command line argument '${extra}'`);
  const port = text('port');
  const resolves = values.resolve === true;
  if (resolves && shared.server !== undefined) return bad('-resolve works on this machine only, not with -server');
  return {
    type: 'flags',
    flags: { command, ...shared, name, type, output, port: port === undefined ? undefined : Number(port), resolves },
  };
}

function word<Word extends string>(text: string, words: readonly Word[]): Word | undefined {
  return words.find((each) => each === text);
}
