import { errorCode } from '../runtime/errors.ts';
import type { Interfaces } from '../plugins/plugin.ts';
import type { ListenerConfig } from './config.ts';

/** An address to open a socket on. */
export interface SocketAddress {
  readonly address: string;
  readonly family: 4 | 6;
  /** May be absent on this machine, as IPv6 is on some: then the listener does without it. */
  readonly isOptional: boolean;
}

/** The sockets of a listener: one per family where it listens on all addresses, so that each peer has its own family. */
export function socketAddresses({ address }: ListenerConfig): SocketAddress[] {
  if (address !== '') return [{ address, family: address.includes(':') ? 6 : 4, isOptional: false }];
  return [
    { address: '0.0.0.0', family: 4, isOptional: false },
    { address: '::', family: 6, isOptional: true },
  ];
}

/** The machine has no addresses of this family. */
export function isFamilyMissing(error: unknown): boolean {
  return ['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL'].includes(errorCode(error));
}

/**
 * What `ns.dns.<zone>` answers, as CoreDNS does it: the addresses that are bound, and for those that are bound to all
 * the machine's own, but for loopback and link-local ones where there are others.
 */
export function serverAddresses(listeners: readonly ListenerConfig[], interfaces: Interfaces): string[] {
  const bound = listeners.map(({ address }) => address);
  const addresses = new Set(bound.filter((address) => address !== '' && !address.includes('%')));
  if (bound.includes('')) {
    const all = Object.values(interfaces()).flatMap((entries) => entries ?? []);
    const reachable = all.filter(({ internal, address }) => !internal && !/^(fe[89ab]|169\.254\.)/i.test(address));
    for (const { address } of reachable.length > 0 ? reachable : all) addresses.add(address.toLowerCase());
  }
  return [...addresses];
}
