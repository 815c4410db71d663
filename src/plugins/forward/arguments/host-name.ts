import { defaultPorts, type Protocol, type UpstreamName } from '../config.ts';

/** Labels of letters, digits, `-` and `_`, of which the last has a letter: else it would be an address that is none. */
const hostName = /^(?=.{1,253}$)(?:[a-z0-9_-]{1,63}\.)*(?=[a-z0-9_-]*[a-z])[a-z0-9_-]{1,63}$/;

/**
 * `NAME` or `NAME:PORT`; `'port'` where the port is none, `undefined` where it is no host name. The port is that of the protocol
 * unless it says another.
 */
export function parseHostName(text: string, protocol: Protocol): UpstreamName | 'port' | undefined {
  const [, written = '', port] = /^([^:]*)(?::([^:]*))?$/.exec(text) ?? [];
  const name = written.toLowerCase().replace(/\.$/, '');
  if (!hostName.test(name)) return undefined;
  const number = port === undefined ? defaultPorts[protocol] : Number(port);
  if (port !== undefined && (!/^\d{1,5}$/.test(port) || number < 1 || number > 65_535)) return 'port';
  return { protocol, name, port: number };
}
