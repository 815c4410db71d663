import type { HostListName } from './hosts.ts';
import type { QuestionKind } from './questions.ts';
import type { ProxyPlan, ServerName, Transport } from './servers/kind.ts';

/** How queries are sent. */
export type Load =
  /** By dnsperf: as fast as the window allows, or so many a second. */
  | { readonly by: 'dnsperf'; readonly clients: number; readonly window: number; readonly perSecond?: number }
  /** By load.c: at a fixed rate with latencies, or as fast as the window allows. */
  | { readonly by: 'rate'; readonly perSecond: number }
  | { readonly by: 'window'; readonly window: number };

/** What happens to our server's registry meanwhile; it then comes from an API server and not from files. */
export type Disturbance = 'none' | 'changes' | 'relists';

export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly list: HostListName;
  readonly asked: QuestionKind;
  readonly transport: Transport;
  readonly load: Load;
  readonly servers: readonly ServerName[];
  readonly disturbance?: Disturbance;
  /** Where the servers are proxies. */
  readonly proxy?: ProxyPlan;
}

export const changesPerSecond = 1000;

const all: readonly ServerName[] = ['ours', 'knot', 'nsd', 'coredns', 'unbound', 'echo'];
const withTls: readonly ServerName[] = ['ours', 'nsd', 'unbound', 'coredns'];
const authorities: readonly ServerName[] = ['ours', 'knot', 'nsd', 'coredns'];
const proxies: readonly ServerName[] = ['ours', 'dnsdist', 'unbound', 'dnsmasq', 'coredns'];
/** Of dnsmasq there is no other way than UDP. */
const streamProxies: readonly ServerName[] = ['ours', 'dnsdist', 'unbound', 'coredns'];
const closed: Load = { by: 'dnsperf', clients: 1, window: 100 };
/** dnsperf needs more CPU time for a query than most servers here: only this one keeps them busy. */
const full: Load = { by: 'window', window: 500 };
const streams: Load = { by: 'dnsperf', clients: 10, window: 500 };
const at = (perSecond: number): Load => ({ by: 'dnsperf', clients: 1, window: 1000, perSecond });
const a10k = { list: 'a10k', asked: 'a', transport: 'udp' } as const;
const asProxies: Load = { by: 'window', window: 100 };
const proxied = { list: 'a10k', transport: 'udp', load: asProxies, servers: proxies } as const;
/** Room for more than is asked for again, so that nothing of it is dropped. */
const withCache = { over: 'udp', cached: 20_000 } as const;
const uncached = { ...proxied, asked: 'fresh' } as const;
const a100k = { list: 'a100k', asked: 'a', transport: 'udp' } as const;

export const scenarios: readonly Scenario[] = [
  { ...a10k, name: 'a10k', title: '10,000 A records, UDP', load: closed, servers: all },
  {
    ...a10k,
    name: 'a10k-full',
    title: '10,000 A records, UDP, saturated',
    load: full,
    servers: ['ours', 'knot', 'nsd', 'echo'],
  },
  {
    ...a10k,
    name: 'a10k-clients',
    title: '10,000 A records, UDP, from 100 sockets',
    load: { ...closed, clients: 100 },
    servers: ['ours', 'knot', 'nsd', 'coredns', 'echo'],
  },
  {
    ...a10k,
    name: 'a1m',
    title: '1,000,000 A records, UDP',
    list: 'a1m',
    load: closed,
    servers: ['ours', 'knot', 'nsd', 'coredns'],
  },
  {
    ...a10k,
    name: 'a1m-full',
    title: '1,000,000 A records, UDP, saturated',
    list: 'a1m',
    load: full,
    servers: ['ours', 'knot', 'nsd'],
  },
  {
    ...a10k,
    name: '50k',
    title: '10,000 A records, UDP, 50,000 a second',
    load: at(50_000),
    servers: ['ours', 'knot', 'nsd', 'coredns', 'echo'],
  },
  {
    ...a10k,
    name: '150k',
    title: '10,000 A records, UDP, 150,000 a second',
    load: at(150_000),
    // More than CoreDNS can answer.
    servers: ['ours', 'knot', 'nsd', 'echo'],
  },
  {
    name: 'mix',
    title: 'Mix of 5 A, 3 AAAA without data, 1 SRV, 1 NXDOMAIN, UDP',
    list: 'mixed',
    asked: 'mix',
    transport: 'udp',
    load: closed,
    servers: authorities,
  },
  {
    name: 'mix-full',
    title: 'The same mix, saturated',
    list: 'mixed',
    asked: 'mix',
    transport: 'udp',
    load: full,
    servers: ['ours', 'knot', 'nsd'],
  },
  {
    name: 'wildcard',
    title: '1,000 wildcards, UDP',
    list: 'mixed',
    asked: 'wildcard',
    transport: 'udp',
    load: closed,
    servers: authorities,
  },
  { ...a10k, name: 'tcp', title: '10,000 A records, TCP', transport: 'tcp', load: streams, servers: authorities },
  { ...a10k, name: 'dot', title: '10,000 A records, TLS', transport: 'tls', load: streams, servers: withTls },
  {
    ...a10k,
    name: 'light',
    title: '10,000 A records, UDP, 1,000 a second',
    load: { by: 'rate', perSecond: 1000 },
    servers: ['ours', 'coredns', 'knot', 'nsd'],
  },
  {
    ...a100k,
    name: 'calm',
    title: '100,000 A records, UDP, 50,000 a second, nothing changes',
    load: { by: 'rate', perSecond: 50_000 },
    servers: ['ours', 'knot'],
    disturbance: 'none',
  },
  {
    ...a100k,
    name: 'changes',
    title: `The same during ${changesPerSecond.toLocaleString('en')} registry changes a second`,
    load: { by: 'rate', perSecond: 50_000 },
    servers: ['ours'],
    disturbance: 'changes',
  },
  {
    ...a100k,
    name: 'relists',
    title: 'The same while the whole registry is listed again',
    load: { by: 'rate', perSecond: 50_000 },
    servers: ['ours'],
    disturbance: 'relists',
  },
  {
    ...uncached,
    name: 'forward-udp',
    title: 'Uncached forwards over UDP',
    proxy: { over: 'udp', cached: 0 },
  },
  {
    ...uncached,
    name: 'forward-tcp',
    title: 'Uncached forwards over TCP',
    servers: streamProxies,
    proxy: { over: 'tcp', cached: 0 },
  },
  {
    ...uncached,
    name: 'forward-tls',
    title: 'Uncached forwards over TLS',
    servers: streamProxies,
    proxy: { over: 'tls', cached: 0 },
  },
  {
    ...uncached,
    name: 'forward-10k',
    title: 'Uncached forwards over UDP, 10,000 a second',
    load: { by: 'rate', perSecond: 10_000 },
    proxy: { over: 'udp', cached: 0 },
  },
  {
    ...proxied,
    name: 'cache-hits',
    title: '10,000 cached names',
    asked: 'cached',
    proxy: withCache,
  },
  {
    ...proxied,
    name: 'cache-hits-clients',
    title: '10,000 cached names, from 100 sockets',
    asked: 'cached',
    load: { ...closed, clients: 100 },
    proxy: withCache,
  },
  {
    ...proxied,
    name: 'search-paths',
    title: '7,000 cached names, and 3,000 in search paths that do not exist',
    asked: 'search',
    proxy: withCache,
  },
  {
    ...proxied,
    name: 'proxy-mix',
    title: 'Mix of 5 cached names, 4 new ones, 1 that fails',
    asked: 'proxy-mix',
    proxy: withCache,
  },
];

/** The servers of a scenario; where this one is asked, that of the checkout before may be too. */
export function serversOf({ servers }: Scenario): ServerName[] {
  return servers.flatMap((name) => (name === 'ours' ? (['ours', 'before'] as const) : [name]));
}
