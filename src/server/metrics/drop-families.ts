import { readFileSync } from 'node:fs';
import { parseAddress } from '../../wire/address.ts';
import { socketAddresses } from '../addresses.ts';
import type { ListenerConfig, ServerConfig } from '../config.ts';
import type { Family } from '../../runtime/metrics/family.ts';
import { serverLabel } from './layout.ts';

/** The kernel's tables of UDP sockets (proc_net(5)), with how many datagrams each has dropped. */
const tables = ['/proc/self/net/udp', '/proc/self/net/udp6'];

/** What the kernel has dropped because a socket's buffer was full; read when it is asked for. Without /proc no samples. */
export function dropFamilies(
  { listeners }: Pick<ServerConfig, 'listeners'>,
  isShown: (block: number) => boolean,
  readTable: (path: string) => string = readIfThere,
): Family[] {
  const shown = listeners.filter(({ zones }) => zones.some(([, block]) => isShown(block)));
  return [
    {
      name: 'coredns_dns_receive_drops_total',
      help: 'Datagrams that the kernel dropped because the buffer of their socket was full.',
      type: 'counter',
      samples: () => {
        const drops = dropsByAddress(tables.map(readTable));
        if (drops.size === 0) return [];
        return shown.map((listener) => ({
          labels: { server: serverLabel(listener) },
          value: keysOf(listener).reduce((sum, key) => sum + (drops.get(key) ?? 0), 0),
        }));
      },
    },
  ];
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** Sums over the sockets that share an address: `0100007F:0035` → drops. The headings count as an address. */
function dropsByAddress(texts: readonly string[]): Map<string, number> {
  const drops = new Map<string, number>();
  for (const line of texts.join('').trimEnd().split('\n')) {
    const fields = line.trim().split(/\s+/);
    const [, local = ''] = fields;
    if (local !== '') drops.set(local, (drops.get(local) ?? 0) + (Number(fields.at(-1)) || 0));
  }
  return drops;
}

/** The local addresses of a listener as the tables have them: words of 4 octets in the machine's order. */
function keysOf(listener: ListenerConfig): string[] {
  const port = listener.port.toString(16).toUpperCase().padStart(4, '0');
  return socketAddresses(listener).map(({ address }) => {
    const words = Array.from(new Uint32Array(parseAddress(address.replace(/%.*/, ''))!.buffer));
    return `${words.map((word) => word.toString(16).toUpperCase().padStart(8, '0')).join('')}:${port}`;
  });
}
