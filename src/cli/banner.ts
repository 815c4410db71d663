import type { RunningServer } from '../server/server.ts';

/** What a start prints: who is served where, how many hosts, and a query to try. CoreDNS's lines come first. */
export function banner(server: RunningServer, version: string): string {
  const lines = server.listeners.flatMap(({ scheme, zones, address, port }) =>
    zones.map(
      ([zone]) => `${scheme === 'dns' ? '' : `${scheme}://`}${zone}:${port}${address === '' ? '' : ` on ${address}`}`,
    ),
  );
  lines.push(`serviceentry-dns-${version}`, `${process.platform}/${process.arch}, node ${process.versions.node}`);
  lines.push(...server.adminUrls.map((url) => `admin on ${url}`));
  const hosts = server.registries.flatMap(({ exampleHost }) => exampleHost ?? []);
  const count = server.registries.reduce((sum, { status }) => sum + status.hosts, 0);
  if (server.registries.length > 0) lines.push(`${count} ${count === 1 ? 'host' : 'hosts'} served`);
  const listener = server.listeners.find(({ scheme }) => scheme === 'dns') ?? server.listeners[0];
  if (listener) {
    const address = listener.address === '' ? 'localhost' : listener.address;
    const isTls = listener.scheme === 'tls';
    const port = listener.port === (isTls ? 853 : 53) ? '' : ` -p ${listener.port}`;
    lines.push(`try: dig @${address}${port}${isTls ? ' +tls' : ''} ${hosts[0] ?? 'example.org'}`);
  }
  return `${lines.join('\n')}\n`;
}
