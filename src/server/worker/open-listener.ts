import type { TlsMaterial } from '../../plugins/control.ts';
import type { TlsSettings } from '../../plugins/plugin.ts';
import { isFamilyMissing, socketAddresses } from '../addresses.ts';
import type { ListenerConfig } from '../config.ts';
import type { Listen, ListenerEnvironment } from '../listen/listener.ts';
import { listenTcp } from '../listen/tcp.ts';
import { TlsContext } from '../listen/tls-context.ts';
import { makeListenTls } from '../listen/tls.ts';
import { RebindingSocket } from './rebinding-socket.ts';

/** A certificate, and which control half keeps it. */
export interface ListenerTls {
  readonly settings: TlsSettings;
  readonly control: number;
  readonly material: TlsMaterial;
}

/** What changes for a listener with a reload. */
export interface ListenerUse extends Pick<ListenerEnvironment, 'dispatcher' | 'maxConnections' | 'timeouts'> {
  readonly tls: ListenerTls | undefined;
}

/** One address and port that a worker listens on: its sockets stay open over reloads that leave it. */
export class OpenListener {
  readonly config: ListenerConfig;
  readonly #environment: { -readonly [Key in keyof ListenerEnvironment]: ListenerEnvironment[Key] };
  readonly #sockets: RebindingSocket[] = [];
  readonly #context: TlsContext | undefined;
  #tls: ListenerTls | undefined;

  private constructor(config: ListenerConfig, environment: ListenerEnvironment, tls: ListenerTls | undefined) {
    this.config = config;
    this.#environment = { ...environment };
    this.#tls = tls;
    this.#context = tls && new TlsContext(tls.settings.clientAuth, tls.material);
  }

  /** Rejects, with nothing left open, where a socket cannot be opened, with its address in the message. */
  static async open(
    config: ListenerConfig,
    listenUdp: Listen,
    reusePort: boolean,
    environment: ListenerEnvironment,
    tls: ListenerTls | undefined,
  ): Promise<OpenListener> {
    const open = new OpenListener(config, environment, tls);
    try {
      await open.#open(listenUdp, reusePort);
    } catch (error) {
      await open.close();
      throw error;
    }
    return open;
  }

  /** What comes from now on is answered in this way; connections that are open go on. */
  use({ dispatcher, maxConnections, timeouts, tls }: ListenerUse): void {
    this.#environment.dispatcher = dispatcher;
    this.#environment.maxConnections = maxConnections;
    this.#environment.timeouts = timeouts;
    const before = this.#tls;
    this.#tls = tls;
    if (!tls || (before?.control === tls.control && before.settings.name === tls.settings.name)) return;
    this.#context?.use(tls.material, tls.settings.clientAuth);
  }

  /** New connections are made under this certificate and key, where they are those of this listener. */
  useTls(control: number, name: string, material: TlsMaterial): void {
    if (this.#tls?.control === control && this.#tls.settings.name === name) this.#context?.use(material);
  }

  reopen(address: string): void {
    for (const socket of this.#sockets) if (socket.at.address === address) socket.reopen();
  }

  /** Takes no new queries; resolves when those in flight were answered. */
  async close(): Promise<void> {
    await Promise.all(this.#sockets.map((socket) => socket.close()));
  }

  async #open(listenUdp: Listen, reusePort: boolean): Promise<void> {
    const listens = this.#context ? [makeListenTls(this.#context)] : [listenUdp, listenTcp];
    for (const { address, family, isOptional } of socketAddresses(this.config)) {
      for (const listen of listens) {
        const at = { address, family, port: this.config.port, reusePort };
        try {
          this.#sockets.push(await RebindingSocket.open(listen, at, this.#environment));
        } catch (error) {
          if (isOptional && isFamilyMissing(error)) continue;
          throw error;
        }
      }
    }
  }
}
