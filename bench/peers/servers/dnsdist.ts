import type { Kind, Place } from './kind.ts';
import { findWithFile } from './with-file.ts';

/**
 * dnsdist as it is by default: one thread that listens, one that reads the upstream's replies, ten for streams; but with many
 * queries under way on each stream, as others have.
 */
export const dnsdist: Kind = {
  name: 'dnsdist',
  title: 'dnsdist',
  hasTls: true,
  hint: 'apt-get install dnsdist',
  find: () =>
    findWithFile({
      program: 'dnsdist',
      versionOption: '--version',
      file: 'dnsdist.conf',
      config: dnsdistConfig,
      options: ['--supervised', '--disable-syslog', '-C'],
    }),
};

/** It can only be a proxy. */
export function dnsdistConfig({ port, proxy }: Place): string {
  const { port: upstream, over, certificate, cached } = proxy!;
  const stream = {
    udp: '',
    tcp: ', tcpOnly=true, maxInFlight=100',
    tls: `, maxInFlight=100, tls="openssl", subjectName="localhost", caStore="${certificate!}"`,
  }[over];
  return `setSecurityPollSuffix("")
setLocal("127.0.0.1:${port}")
newServer({address="127.0.0.1:${upstream}"${stream}})
${cached > 0 ? `getPool(""):setCache(newPacketCache(${cached}))\n` : ''}`;
}
