import { coreDns } from './core-dns.ts';
import { dnsdist } from './dnsdist.ts';
import { dnsmasq } from './dnsmasq.ts';
import { echo } from './echo.ts';
import type { Kind, ServerName } from './kind.ts';
import { knot } from './knot.ts';
import { nsd } from './nsd.ts';
import { before, ours } from './ours.ts';
import { unbound } from './unbound.ts';

export const kinds: Readonly<Record<ServerName, Kind>> = {
  ours,
  before,
  knot,
  nsd,
  coredns: coreDns,
  unbound,
  dnsdist,
  dnsmasq,
  echo,
};
