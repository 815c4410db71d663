import type { TlsMaterial } from '../../plugins/control.ts';
import type { HandlerEnvironment } from '../../plugins/plugin.ts';
import type { Plugins } from '../../plugins/plugins.ts';
import { isFamilyMissing, socketAddresses } from '../addresses.ts';
import { Dispatcher } from './dispatcher.ts';
import { buildChain } from './chain.ts';
import { settingsOf, type ListenerConfig } from '../config.ts';
import { RebindingSocket } from './rebinding-socket.ts';
import type { Listen, ListenerEnvironment } from '../listen/listener.ts';
import { listenTcp } from '../listen/tcp.ts';
import { TlsContext } from '../listen/tls-context.ts';
import { makeListenTls } from '../listen/tls.ts';
import { SharedNumbers } from '../shared-numbers.ts';
import { publishedKey, type WorkerStart } from '../worker-protocol.ts';
import { metricsLayout } from '../metrics/layout.ts';
import { Meter } from '../metrics/meter.ts';

/** What the chains of a worker have in common. */
export interface WorkerEnvironment extends Omit<
  HandlerEnvironment,
  'zones' | 'onClose' | 'counters' | 'shared' | 'worker' | 'onPublished' | 'upstreams' | 'nextFor'
> {
  readonly plugins: Plugins;
}

/** All that one worker serves: a chain per server block, and the listeners that lead to them. */
export class WorkerServer {
  readonly #start: WorkerStart;
  readonly #environment: WorkerEnvironment;
  readonly #listenUdp: Listen;
  readonly #closers: (() => void | Promise<void>)[] = [];
  readonly #sockets: RebindingSocket[] = [];
  readonly #tls = new Map<string, TlsContext>();
  /** What control halves have published, and who wants to hear of it, by `publishedKey`. */
  readonly #published: Map<string, unknown>;
  readonly #listeners = new Map<string, ((data: unknown) => void)[]>();
  #opening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(start: WorkerStart, environment: WorkerEnvironment, listenUdp: Listen) {
    this.#start = start;
    this.#environment = environment;
    for (const { tls } of start.config.listeners) {
      if (tls) this.#tls.set(tls.name, new TlsContext(tls.clientAuth, start.tls.get(tls.name)!));
    }
    this.#published = new Map(start.published);
    this.#listenUdp = listenUdp;
  }

  /** Builds the chains and opens all sockets; rejects where one cannot be opened, with its address in the message. */
  open(): Promise<void> {
    this.#opening = this.#open();
    return this.#opening;
  }

  /** New connections are made under this certificate and key; those that are open go on. */
  useTls(name: string, material: TlsMaterial): void {
    this.#tls.get(name)?.use(material);
  }

  /** A control half has published something. */
  publish(key: string, data: unknown): void {
    this.#published.set(key, data);
    for (const listener of this.#listeners.get(key) ?? []) listener(data);
  }

  /** Opens the sockets on this address anew. */
  reopen(address: string): void {
    for (const socket of this.#sockets) if (socket.at.address === address) socket.reopen();
  }

  /** Answers what is in flight, then closes the chains; once, however often it is called. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #open(): Promise<void> {
    const { config, counters, shared, index: worker, workers, hashSeed, maxConnections } = this.#start;
    const memory = new Float64Array(counters);
    const layout = metricsLayout(config, this.#environment.plugins);
    const sharedNumbers = new SharedNumbers(config, this.#environment.plugins, workers);
    const settings = config.blocks.map(settingsOf);
    const chains = config.blocks.map((block, index) =>
      buildChain(block, {
        ...this.#environment,
        zones: block.zones,
        worker: { index: worker, count: workers },
        shared: (plugin) => sharedNumbers.of(shared, index, plugin),
        onPublished: (plugin, listener) => this.#onPublished(publishedKey(plugin, index), listener),
        onClose: (close) => this.#closers.push(close),
        counters(plugin) {
          const part = layout.plugins.find((each) => each.block === index && each.name === plugin);
          return part && memory.subarray(part.at, part.at + part.length);
        },
      }),
    );
    for (const [index, listener] of config.listeners.entries()) {
      const { clock, logger } = this.#environment;
      // Blocks with one zone and one view have one meter.
      const meters = new Map<number, Meter>();
      const meterOf = (zone?: string, view = ''): Meter | undefined => {
        const series = layout.zones.find(
          (each) => each.listener === index && each.zone?.name === zone && (each.zone?.view ?? '') === view,
        );
        if (series === undefined) return undefined;
        const meter = meters.get(series.at) ?? new Meter(memory, series.at, clock);
        meters.set(series.at, meter);
        return meter;
      };
      const zones = listener.zones.map(([zone, block]) => {
        const isMeasured = settings[block]!.isMeasured === true;
        return [
          zone,
          { ...chains[block]!, meter: isMeasured ? meterOf(zone, settings[block]!.view) : undefined },
        ] as const;
      });
      const dispatcher = new Dispatcher(zones, memory, logger, meterOf());
      await this.#listen(listener, { dispatcher, counters: memory, clock, logger, hashSeed, maxConnections });
    }
  }

  #onPublished(key: string, listener: (data: unknown) => void): void {
    const listeners = this.#listeners.get(key);
    if (listeners) listeners.push(listener);
    else this.#listeners.set(key, [listener]);
    if (this.#published.has(key)) listener(this.#published.get(key));
  }

  async #close(): Promise<void> {
    // What is being opened can only be closed when it is open; that it cannot be opened is known to who asked for it.
    await this.#opening?.catch(() => undefined);
    await Promise.all(this.#sockets.map((socket) => socket.close()));
    await Promise.all(this.#closers.map(async (close) => close()));
  }

  async #listen(listener: ListenerConfig, environment: ListenerEnvironment): Promise<void> {
    for (const { address, family, isOptional } of socketAddresses(listener)) {
      for (const listen of this.#socketsOf(listener)) {
        const at = { address, family, port: listener.port, reusePort: this.#start.reusePort };
        try {
          this.#sockets.push(await RebindingSocket.open(listen, at, environment));
        } catch (error) {
          if (isOptional && isFamilyMissing(error)) continue;
          throw error;
        }
      }
    }
  }

  /** What a listener opens on each of its addresses. */
  #socketsOf({ tls }: ListenerConfig): readonly Listen[] {
    if (tls === undefined) return [this.#listenUdp, listenTcp];
    return [makeListenTls(this.#tls.get(tls.name)!)];
  }
}
