import { join } from 'node:path';
import { coreDns as tool, provide } from '../../../test/deploy/go-tool.ts';
import { forwardLines } from './forward-lines.ts';
import type { Kind, Place } from './kind.ts';
import { versionOf } from './program.ts';

/** CoreDNS with its `file` plugin, or as a proxy; like ours with `errors` and `prometheus`. */
export const coreDns: Kind = {
  name: 'coredns',
  title: 'CoreDNS',
  hasTls: true,
  hint: 'install Go, which builds it',
  async find() {
    const program = await provide(tool);
    if (program === undefined) return undefined;
    return {
      version: versionOf(program, '-version'),
      setup: (place: Place) => ({
        files: { Corefile: corefile(place) },
        command: [program, '-conf', join(place.directory, 'Corefile')],
      }),
    };
  },
};

export function corefile({ port, otherPorts, tls, zoneFile, proxy }: Place): string {
  return `${tls ? 'tls' : 'dns'}://${proxy ? '.' : 'mesh.test'}:${port} {
  bind 127.0.0.1
${tls ? `  tls ${tls.certificate} ${tls.key}\n` : ''}  errors
  prometheus 127.0.0.1:${otherPorts[0]!}
${
  proxy
    ? forwardLines(proxy)
    : `  file ${zoneFile} {
    reload 0
  }
`
}}
`;
}
