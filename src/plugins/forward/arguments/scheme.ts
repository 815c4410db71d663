import type { Protocol } from '../config.ts';

const protocols: Readonly<Record<string, Protocol>> = Object.freeze({ dns: 'dns', tls: 'tls', https: 'https' });

/** A TO, taken apart at its scheme. */
export interface SchemeParts {
  /** As it is written, in lower case; `undefined` where there is none. */
  readonly scheme: string | undefined;
  /** `undefined` where the scheme is of no protocol that upstreams are asked over. */
  readonly protocol: Protocol | undefined;
  /** What stands behind the scheme. */
  readonly rest: string;
}

/** `tls://10.0.0.1` is `tls` and `10.0.0.1`; without a scheme it is `dns`. */
export function splitScheme(text: string): SchemeParts {
  const [, written, rest] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(text) ?? [];
  if (written === undefined) return { scheme: undefined, protocol: 'dns', rest: text };
  const scheme = written.toLowerCase();
  const protocol = Object.hasOwn(protocols, scheme) ? protocols[scheme] : undefined;
  return { scheme, protocol, rest: rest ?? '' };
}

/**
 * Takes the name of the certificate out of `IP%NAME`, `IP%NAME:PORT`, `[IPV6%NAME]:PORT` and `[IPV6]%NAME:PORT`. As in CoreDNS
 * a `%` is never the zone of an address here.
 */
export function splitServerName(text: string): { readonly host: string; readonly serverName: string | undefined } {
  const [, host, name, bracket = '', port = ''] = /^([^%]*)%([^%:\]]*)(\])?(:.*)?$/.exec(text) ?? [];
  if (host === undefined || name === undefined) return { host: text, serverName: undefined };
  return { host: host + bracket + port, serverName: name };
}
