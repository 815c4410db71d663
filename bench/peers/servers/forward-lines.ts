import type { ProxyPlace } from './kind.ts';

/** The lines of a Corefile, CoreDNS's or ours, that make a proxy of a server block. */
export function forwardLines({ port, over, certificate, cached }: ProxyPlace): string {
  const lines = [
    ...(over === 'tcp' ? ['force_tcp'] : []),
    ...(over === 'tls' ? [`tls ${certificate!}`, 'tls_servername localhost'] : []),
  ];
  const upstream = `${over === 'tls' ? 'tls://' : ''}127.0.0.1:${port}`;
  const cache = cached > 0 ? block('cache', [`success ${cached}`, `denial ${cached}`]) : '';
  return `${cache}${block(`forward . ${upstream}`, lines)}`;
}

function block(head: string, lines: readonly string[]): string {
  return lines.length === 0 ? `  ${head}\n` : `  ${head} {\n${lines.map((line) => `    ${line}\n`).join('')}  }\n`;
}
