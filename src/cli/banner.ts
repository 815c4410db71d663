import type { RunningServer } from '../server/server.ts';

/** What a start prints: who is served where, how many hosts, and a query to try. CoreDNS's lines come first. */
export function banner(server: RunningServer, version: string): string {
  const lines = server.listeners.flatMap(({ zones, address, port }) =>
    zones.map(([zone]) => `${zone}:${port}${address === '' ? '' : ` on ${address}`}`),
  );
  lines.push(`serviceentry-dns-${version}`, `${process.platform}/${process.arch}, node ${process.versions.node}`);
  lines.push(...server.adminUrls.map((url) => `admin on ${url}`));
  const hosts = server.registries.flatMap(({ exampleHost }) => exampleHost ?? []);
  const count = server.registries.reduce((sum, { status }) => sum + status.hosts, 0);
  if (server.registries.length > 0) lines.push(`${count} ${count === 1 ? 'host' : 'hosts'} served`);
  const [listener] = server.listeners;
  if (listener) {
    const address = listener.address === '' ? 'localhost' : listener.address;
    const port = listener.port === 53 ? '' : ` -p ${listener.port}`;
    lines.push(`try: dig @${address}${port} ${hosts[0] ?? 'example.org'}`);
  }
  return `${lines.join('\n')}\n`;
}
