import { userInfo } from 'node:os';
import type { Kind, Place } from './kind.ts';
import { findWithFile } from './with-file.ts';

/** dnsmasq, which has one thread and asks over UDP alone. */
export const dnsmasq: Kind = {
  name: 'dnsmasq',
  title: 'dnsmasq',
  hasTls: false,
  hint: 'apt-get install dnsmasq-base',
  find: () =>
    findWithFile({
      program: 'dnsmasq',
      versionOption: '--version',
      file: 'dnsmasq.conf',
      config: dnsmasqConfig,
      options: ['--keep-in-foreground', '-C'],
    }),
};

/** It can only be a proxy. By default it has no more than 150 queries under way, and 150 names. */
export function dnsmasqConfig({ port, proxy }: Place): string {
  return `port=${port}
listen-address=127.0.0.1
bind-interfaces
user=${userInfo().username}
pid-file
no-resolv
no-hosts
server=127.0.0.1#${proxy!.port}
dns-forward-max=2048
cache-size=${proxy!.cached}
`;
}
