import { parseGoFlags } from './go-flags.ts';

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
  /** Only names at or below this one. */
  readonly name: string | undefined;
  readonly type: string | undefined;
  /** Only what comes from this ServiceEntry, or from this namespace. */
  readonly from: string | undefined;
}

export type InspectFlagsResult =
  | { readonly type: 'flags'; readonly flags: ExplainFlags | RecordsFlags }
  | { readonly type: 'help'; readonly text: string }
  | { readonly type: 'usage'; readonly message: string };

const common = {
  conf: 'string',
  'dns.port': 'string',
  server: 'string',
  client: 'string',
  namespace: 'string',
  meshed: 'boolean',
  output: 'string',
  help: 'boolean',
  h: 'boolean',
} as const;

const types = {
  explain: { ...common, port: 'string', resolve: 'boolean' },
  records: { ...common, type: 'string', from: 'string', directory: 'string' },
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

export const recordsUsage = `Usage: serviceentry-dns records [NAME] [flags]
Lists what is served; with NAME what is at and below it.
${commonUsage}  -type TYPE       only records of this type
  -from NS[/NAME]  only what comes from this namespace or this ServiceEntry
  -output F        table, json or zone (default table)
  -directory DIR   with -output zone: write one file per zone into DIR
`;

/** Reads what stands behind `explain` or `records`, flags in Go's style. */
export function readInspectFlags(command: 'explain' | 'records', args: readonly string[]): InspectFlagsResult {
  const usage = command === 'explain' ? explainUsage : recordsUsage;
  const bad = (message: string): InspectFlagsResult => ({ type: 'usage', message });
  const parsed = parseGoFlags(args, types[command]);
  if ('error' in parsed) return bad(parsed.error);
  const { text, isSet, positionals } = parsed;
  if (isSet('help') || isSet('h')) return { type: 'help', text: usage };
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
    isMeshed: isSet('meshed'),
  };
  if (shared.conf !== undefined && shared.server !== undefined) {
    return bad('-conf and -server contradict each other: name one');
  }
  if (command === 'records') {
    const output = word(text('output') ?? 'table', ['table', 'json', 'zone']);
    const directory = text('directory');
    if (output === undefined)
      return bad(`invalid value '${text('output')!}' for flag -output: expected table, json or zone`);
    const [name, extra] = positionals;
    if (extra !== undefined) return bad(`extra command line argument '${extra}'`);
    if (directory !== undefined && output !== 'zone') return bad('-directory needs -output zone');
    return {
      type: 'flags',
      flags: { command, ...shared, output, directory, name, type: text('type'), from: text('from') },
    };
  }
  const [name, type, extra] = positionals;
  const output = word(text('output') ?? 'text', ['text', 'json']);
  if (output === undefined) return bad(`invalid value '${text('output')!}' for flag -output: expected text or json`);
  if (name === undefined) return bad('explain needs a name or an IP address');
  if (extra !== undefined) return bad(`extra command line argument '${extra}'`);
  const port = text('port');
  const resolves = isSet('resolve');
  if (resolves && shared.server !== undefined) return bad('-resolve works on this machine only, not with -server');
  return {
    type: 'flags',
    flags: { command, ...shared, name, type, output, port: port === undefined ? undefined : Number(port), resolves },
  };
}

function word<Word extends string>(text: string, words: readonly Word[]): Word | undefined {
  return words.find((each) => each === text);
}
