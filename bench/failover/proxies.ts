import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { coreDns, provide } from '../../test/deploy/go-tool.ts';
import { makeBundle } from '../bundled-server.ts';
import { findProgram } from '../peers/servers/program.ts';

/** What a proxy keeps: nothing, answers as long as their TTL says, or longer where no upstream answers. */
export type Caching = 'none' | 'plain' | 'stale';

export interface ProxyPlan {
  readonly port: number;
  /** Of the upstreams, all on 127.0.0.1. */
  readonly upstreams: readonly number[];
  readonly caching: Caching;
}

/** A proxy with its health checks and policies as they are by default. */
export interface Proxy {
  readonly title: string;
  readonly config: (plan: ProxyPlan) => string;
  /** Where its configuration is in `file`. */
  readonly command: (file: string) => readonly [string, ...string[]];
}

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** Those that are on this machine, ours first. */
export async function findProxies(): Promise<Proxy[]> {
  makeBundle();
  const proxies: Proxy[] = [
    // It keeps stale answers without being told.
    { title: 'this server', config: corefile(''), command: (file) => [process.execPath, main, '-conf', file] },
  ];
  const theirs = await provide(coreDns);
  if (theirs !== undefined)
    proxies.push({ title: 'CoreDNS', config: corefile('serve_stale'), command: (file) => [theirs, '-conf', file] });
  const dnsdist = findProgram('dnsdist');
  if (dnsdist !== undefined)
    proxies.push({
      title: 'dnsdist',
      config: dnsdistConfig,
      command: (file) => [dnsdist, '--supervised', '--disable-syslog', '-C', file],
    });
  return proxies;
}

/** Where a proxy has its configuration. */
export function configFile(directory: string): string {
  return join(directory, 'config');
}

/** For CoreDNS and for ours; `staleOption` makes it keep stale answers. */
export function corefile(staleOption: string): Proxy['config'] {
  return ({ port, upstreams, caching }) => {
    const options = caching === 'stale' && staleOption !== '' ? ` {\n    ${staleOption}\n  }` : '';
    const cache = caching === 'none' ? '' : `  cache${options}\n`;
    const addresses = upstreams.map((each) => `127.0.0.1:${each}`).join(' ');
    return `.:${port} {\n  bind 127.0.0.1\n${cache}  forward . ${addresses}\n}\n`;
  };
}

/** Health checks say which of its upstreams it asks, each second. */
export function dnsdistConfig({ port, upstreams, caching }: ProxyPlan): string {
  const cache = {
    none: '',
    plain: 'getPool(""):setCache(newPacketCache(10000))\n',
    stale: 'getPool(""):setCache(newPacketCache(10000, {keepStaleData=true}))\nsetStaleCacheEntriesTTL(3600)\n',
  }[caching];
  const servers = upstreams.map((each) => `newServer({address="127.0.0.1:${each}"})\n`).join('');
  return `setSecurityPollSuffix("")\nsetLocal("127.0.0.1:${port}", {reusePort=true})\n${servers}${cache}`;
}
