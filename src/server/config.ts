import type { Scheme } from '../corefile/ast.ts';
import type { Position } from '../corefile/position.ts';
import type { BlockSettings, StreamTimeouts, TlsSettings, Use } from '../plugins/plugin.ts';

/** What a Corefile comes to: plain data that is cloned into every worker. */
export interface ServerConfig {
  readonly blocks: readonly BlockConfig[];
  readonly listeners: readonly ListenerConfig[];
  /** Sockets per listener, which is the number of workers; `undefined`: one per CPU. */
  readonly sockets: number | undefined;
  /** Debug lines are logged. */
  readonly debug: boolean;
}

export interface BlockConfig {
  /** Its number. A block keeps it over a reload as long as it has the same zones, wherever it stands in the Corefile. */
  readonly id: number;
  /** Lower-case, absolute. */
  readonly zones: readonly string[];
  /** In the order in which they handle a query. */
  readonly plugins: readonly PluginConfig[];
}

export interface PluginConfig {
  readonly name: string;
  /** Its number. It stays the same over a reload as long as nothing of the plugin in its block has changed. */
  readonly instance: number;
  readonly config: unknown;
  readonly settings: BlockSettings;
  /** Of its first line. */
  readonly position: Position;
}

/** The server blocks by their ids. */
export function blocksById({ blocks }: Pick<ServerConfig, 'blocks'>): ReadonlyMap<number, BlockConfig> {
  return new Map(blocks.map((block) => [block.id, block]));
}

/** One address and port, UDP and TCP or (`tls://`) TLS, with the zones that are served there. */
export interface ListenerConfig {
  readonly scheme: Scheme;
  /** IP address, or '' for all addresses of the machine. */
  readonly address: string;
  readonly port: number;
  /** The Corefile says 0, and the system has chosen the port. */
  readonly isChosen?: true;
  /** Of its connections. */
  readonly timeouts?: StreamTimeouts | undefined;
  /** For `tls://`. */
  readonly tls?: TlsSettings | undefined;
  /** Zone → id of the server block. */
  readonly zones: readonly (readonly [zone: string, block: number])[];
}

/** Names a listener among the others: `dns://127.0.0.1:53`, `dns://:53`. */
export function listenerKey({ scheme, address, port }: Pick<ListenerConfig, 'scheme' | 'address' | 'port'>): string {
  return `${scheme}://${address}:${port}`;
}

/** `mesh.test.:1053`, with the scheme where that is not `dns`, and ` on ADDRESS` where that is not all addresses. */
export function keyOf(zone: string, { scheme, address, port }: ListenerConfig): string {
  return `${scheme === 'dns' ? '' : `${scheme}://`}${zone}:${port}${address === '' ? '' : ` on ${address}`}`;
}

/** What all plugins of a block say about it; of two that say the same the last one counts. */
export function settingsOf({ plugins }: BlockConfig): BlockSettings {
  return Object.assign({}, ...plugins.map(({ settings }) => settings)) as BlockSettings;
}

/** The server blocks that have a plugin. */
export function usesOf({ blocks }: Pick<ServerConfig, 'blocks'>, name: string): Use<unknown>[] {
  return blocks.flatMap((each) => {
    const uses = each.plugins.filter((plugin) => plugin.name === name);
    if (uses.length === 0) return [];
    const { view = '' } = settingsOf(each);
    return uses.map(({ config, position }) => ({ block: each.id, zones: each.zones, view, config, position }));
  });
}
