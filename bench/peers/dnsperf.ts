import type { Transport } from './servers/kind.ts';

/** What a load generator says of one run. */
export interface LoadResult {
  readonly asked: number;
  readonly answered: number;
  /** Without a reply in time; those under way at the end are neither. */
  readonly lost: number;
  readonly seconds: number;
  /** Replies by response code. */
  readonly rcodes: Readonly<Record<string, number>>;
}

export interface DnsperfPlan {
  readonly port: number;
  readonly transport: Transport;
  readonly questions: string;
  readonly seconds: number;
  readonly clients: number;
  /** At most so many under way. */
  readonly window: number;
  /** Queries a second; as many as it can where it is missing. */
  readonly perSecond?: number;
}

/** A query without a reply after this is lost. */
const timeoutSeconds = 1;
/** So that replies wait for it while its threads take turns, and are not lost: by default few hundred fit. */
const bufferKilobytes = 4096;
const modes = { udp: 'udp', tcp: 'tcp', tls: 'dot' } as const;

export function dnsperfCommand(plan: DnsperfPlan): string[] {
  const options = {
    '-s': '127.0.0.1',
    '-p': plan.port,
    '-m': modes[plan.transport],
    '-d': plan.questions,
    '-l': plan.seconds,
    '-c': plan.clients,
    '-q': plan.window,
    '-t': timeoutSeconds,
    ...(plan.transport === 'udp' ? { '-b': bufferKilobytes } : {}),
    ...(plan.perSecond === undefined ? {} : { '-Q': plan.perSecond }),
  };
  return ['dnsperf', '-W', ...Object.entries(options).flatMap(([option, value]) => [option, String(value)])];
}

/** Reads what dnsperf 2 prints at its end. */
export function parseDnsperf(text: string): LoadResult {
  const number = (label: string): number => {
    const found = new RegExp(`^\\s*${label}:\\s+([\\d.]+)`, 'm').exec(text);
    if (!found) throw new Error(`dnsperf did not say '${label}':\n${text}`);
    return Number(found[1]);
  };
  const codes = /^\s*Response codes:\s+(.*)$/m.exec(text)?.[1] ?? '';
  return {
    asked: number('Queries sent'),
    answered: number('Queries completed'),
    lost: number('Queries lost'),
    seconds: number('Run time \\(s\\)'),
    rcodes: Object.fromEntries(Array.from(codes.matchAll(/(\w+) (\d+)/g), ([, code, count]) => [code!, Number(count)])),
  };
}
