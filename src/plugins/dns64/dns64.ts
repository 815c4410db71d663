import type { Cidr } from '../../wire/network.ts';
import type { Plugin } from '../plugin.ts';
import { dns64Handler } from './handler.ts';
import { parseDns64 } from './parse.ts';

export interface Dns64Config {
  /** IPv6, of 32, 40, 48, 56, 64 or 96 bits. */
  readonly prefix: Cidr;
  /** AAAA records are made of A records even where there are AAAA records. */
  readonly translatesAll: boolean;
  /** For clients that ask over IPv4 too. */
  readonly allowsIpv4: boolean;
}

/**
 * `dns64 [PREFIX] { ... }`: AAAA records for names that have but A records (RFC 6147), for clients that reach IPv4 through NAT64.
 *
 *     AAAA query ─► next ─► its reply has AAAA records, or says NXDOMAIN ─► as it is
 *                              └─ else: A query ─► next ─► A records become AAAA records (RFC 6052)
 */
export const dns64Plugin = {
  name: 'dns64',
  parse: parseDns64,
  control: async (uses, host) => (await import('./control.ts')).dns64Control(uses, host),
  query: dns64Handler,
} satisfies Plugin<Dns64Config>;
