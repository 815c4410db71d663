import type { Scheme } from '../corefile/ast.ts';
import type { TlsConfig } from '../plugins/tls/config.ts';

/** What a Corefile comes to: plain data that is cloned into every worker. */
export interface ServerConfig {
  readonly blocks: readonly BlockConfig[];
  readonly listeners: readonly ListenerConfig[];
  /** Sockets per listener, which is the number of workers; `undefined`: one per CPU. */
  readonly sockets: number | undefined;
  /** `debug` stands in some block: debug lines are logged. */
  readonly debug: boolean;
}

export interface BlockConfig {
  /** Lower-case, absolute. */
  readonly zones: readonly string[];
  /** In the order in which they handle a query. */
  readonly plugins: readonly PluginConfig[];
}

export interface PluginConfig {
  readonly name: string;
  readonly config: unknown;
}

/** One address and port, UDP and TCP or (`tls://`) TLS, with the zones that are served there. */
export interface ListenerConfig {
  readonly scheme: Scheme;
  /** IP address, or '' for all addresses of the machine. */
  readonly address: string;
  readonly port: number;
  /** For `tls://`: what the `tls` line of its blocks says. */
  readonly tls?: TlsConfig | undefined;
  /** Zone → index in `blocks`. */
  readonly zones: readonly (readonly [zone: string, block: number])[];
}
