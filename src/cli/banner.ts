import type { LogFields } from '../runtime/logger.ts';
import { keyOf } from '../server/config.ts';
import type { RunningServer } from '../server/control/server.ts';

/** What a start prints: who is served where, how many hosts, and a query to try. CoreDNS's lines come first. */
export function banner(server: RunningServer, version: string): string {
  const lines = served(server);
  lines.push(`serviceentry-dns-${version}`, `${process.platform}/${process.arch}, node ${process.versions.node}`);
  const { announcements } = server;
  lines.push(...hostCount(server));
  lines.push(...announcements.flatMap((each) => each.lines ?? []));
  const command = exampleQuery(server);
  if (command !== undefined) lines.push(`try: ${command}`);
  return `${lines.join('\n')}\n`;
}

/** The same as the fields of one log line, for the JSON form. */
export function bannerFields(server: RunningServer): LogFields {
  return {
    platform: `${process.platform}/${process.arch}`,
    node: process.versions.node,
    listeners: served(server).join(', '),
    hosts: hostsOf(server),
    ...(Object.assign({}, ...server.announcements.map(({ fields }) => fields)) as LogFields),
  };
}

/** The same in one line, for service managers. */
export function statusLine(server: RunningServer): string {
  return [served(server).join(' '), ...hostCount(server)].join(', ');
}

function hostCount(server: RunningServer): string[] {
  const hosts = hostsOf(server);
  return hosts === undefined ? [] : [`${hosts} ${hosts === 1 ? 'host' : 'hosts'} served`];
}

/** `undefined` where no plugin has any. */
function hostsOf({ announcements }: RunningServer): number | undefined {
  const counts = announcements.flatMap(({ hosts }) => hosts ?? []);
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}

/** The keys of every zone and listener. */
function served(server: RunningServer): string[] {
  return server.listeners.flatMap((listener) => listener.zones.map(([zone]) => keyOf(zone, listener)));
}

function exampleQuery(server: RunningServer): string | undefined {
  const listener = server.listeners.find(({ scheme }) => scheme === 'dns') ?? server.listeners[0];
  if (listener === undefined) return undefined;
  const host = server.announcements.flatMap(({ exampleName }) => exampleName ?? [])[0] ?? 'example.org';
  const address = listener.address === '' ? 'localhost' : listener.address;
  const isTls = listener.scheme === 'tls';
  const port = listener.port === (isTls ? 853 : 53) ? '' : ` -p ${listener.port}`;
  return `dig @${address}${port}${isTls ? ' +tls' : ''} ${host}`;
}
