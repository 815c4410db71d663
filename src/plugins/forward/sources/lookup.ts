import { Resolver } from 'node:dns/promises';
import { errorCode, errorMessage } from '../../../runtime/errors.ts';

/** The addresses of one family that a name has, or why there are none. */
export type FamilyAddresses =
  | { readonly addresses: readonly string[]; readonly ttlMs: number }
  /** `isNone`: it is known that there are none. */
  | { readonly reason: string; readonly isNone: boolean };

/**
 * Asks for the IPv4 and the IPv6 addresses of a name. `servers` are `IP:PORT`; empty for those that the system knows. Never
 * rejects; `signal` ends it early.
 */
export type Lookup = (
  name: string,
  servers: readonly string[],
  signal: AbortSignal,
) => Promise<readonly [ipv4: FamilyAddresses, ipv6: FamilyAddresses]>;

/** Of one server, for one try of two. */
const timeoutMs = 1500;
const tries = 2;

const reasons: Readonly<Record<string, string>> = Object.freeze({
  ENOTFOUND: 'there is no such name',
  ENODATA: 'it has no address',
  ESERVFAIL: 'SERVFAIL',
  EREFUSED: 'REFUSED',
  ETIMEOUT: 'no reply',
  ECONNREFUSED: 'the connection was refused',
  EBADRESP: 'malformed reply',
});

/** Looks names up in the DNS, as they are: no search path is added, and /etc/hosts is not read. */
export const lookUp: Lookup = async (name, servers, signal) => {
  const resolver = new Resolver({ timeout: timeoutMs, tries });
  const cancel = (): void => resolver.cancel();
  signal.addEventListener('abort', cancel);
  try {
    if (servers.length > 0) resolver.setServers(servers);
    return await Promise.all([
      family(() => resolver.resolve4(name, { ttl: true })),
      family(() => resolver.resolve6(name, { ttl: true })),
    ]);
  } catch (error) {
    // An address that this library does not take.
    const failed = { reason: errorMessage(error), isNone: false };
    return [failed, failed];
  } finally {
    signal.removeEventListener('abort', cancel);
  }
};

async function family(
  ask: () => Promise<readonly { readonly address: string; readonly ttl: number }[]>,
): Promise<FamilyAddresses> {
  try {
    const records = await ask();
    if (records.length === 0) return { reason: 'it has no address', isNone: true };
    const ttlMs = Math.min(...records.map(({ ttl }) => ttl)) * 1000;
    return { addresses: records.map(({ address }) => address), ttlMs };
  } catch (error) {
    const code = errorCode(error);
    return { reason: reasons[code] ?? errorMessage(error), isNone: code === 'ENOTFOUND' || code === 'ENODATA' };
  }
}
