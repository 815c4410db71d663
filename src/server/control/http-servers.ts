import { once } from 'node:events';
import { createServer } from 'node:net';
import type { OpenedHttp, OpenHttp } from '../../plugins/control.ts';
import { formatHttpAddress, overlaps, type HttpAddress } from '../../runtime/http/address.ts';
import type { Reply } from '../../runtime/http/connections.ts';
import { HttpMeter } from '../../runtime/http/meter.ts';
import { cannotListen, HttpServer } from '../../runtime/http/server.ts';
import type { Panics } from './panics.ts';

/** Whose requests an HTTP server takes. */
interface Holder {
  /** Serial number of the control half. */
  readonly control: number;
  readonly plugin: string;
  readonly accept: OpenHttp['accept'];
}

interface OpenServer {
  readonly at: HttpAddress;
  readonly server: HttpServer;
  holder: Holder;
  /** Who takes its place with the configuration that is prepared. */
  next: Holder | undefined;
  /** It was opened for that configuration. */
  isNew: boolean;
}

/**
 * The HTTP servers of plugins. One whose address is wanted before and after a reload stays open and changes hands; one that nobody wants
 * any more is closed when the reload is done.
 */
export class HttpServers {
  readonly meter = new HttpMeter();
  readonly #maxConnections: number;
  readonly #canReusePort: boolean;
  readonly #panics: Panics;
  readonly #open = new Map<string, OpenServer>();

  /** `maxConnections` is that of each server. */
  constructor(maxConnections: number, canReusePort: boolean, panics: Panics) {
    this.#maxConnections = maxConnections;
    this.#canReusePort = canReusePort;
    this.#panics = panics;
  }

  /** Those of one plugin, in the order in which they were opened. */
  of(plugin: string): HttpServer[] {
    return [...this.#open.values()].filter(({ holder }) => holder.plugin === plugin).map(({ server }) => server);
  }

  /** Opens a server for a control half, or finds it open. Rejects with the plugin and the address in the message. */
  async start(control: number, plugin: string, { at, accept, maxConnections }: OpenHttp): Promise<OpenedHttp> {
    const holder = { control, plugin, accept };
    const key = `${at.port === 0 ? plugin : ''} ${formatHttpAddress(at)}`;
    const there = this.#open.get(key);
    if (there && there.next === undefined && !there.isNew && there.holder.control !== control) {
      there.next = holder;
      return this.#opened(key, there, holder);
    }
    if (there) throw cannotListen(plugin, at, new Error('EADDRINUSE: another directive has it'));
    const most = Math.min(maxConnections ?? Infinity, this.#maxConnections);
    const own: { open: OpenServer | undefined } = { open: undefined };
    const server = await this.#listen(plugin, at, most, (request) => this.#accept(own.open!.holder, request));
    own.open = { at, server, holder, next: undefined, isNew: true };
    this.#open.set(key, own.open);
    return this.#opened(key, own.open, holder);
  }

  /** The configuration that was prepared runs, with these control halves: servers change hands. */
  commit(controls: ReadonlySet<number>): void {
    for (const open of this.#open.values()) {
      if (open.next) open.holder = open.next;
      open.next = undefined;
      open.isNew = false;
    }
    this.#closeAll(({ holder }) => !controls.has(holder.control));
  }

  /** What was prepared is not to be. */
  abort(): void {
    for (const open of this.#open.values()) open.next = undefined;
    this.#closeAll(({ isNew }) => isNew);
  }

  /** Those that are still open. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#open.values(), ({ server }) => server.close()));
  }

  #opened(key: string, open: OpenServer, holder: Holder): OpenedHttp {
    return {
      port: open.server.port,
      url: open.server.url,
      close: async () => {
        if (open.next === holder) open.next = undefined;
        if (open.holder !== holder) return;
        this.#open.delete(key);
        await open.server.close();
      },
    };
  }

  async #listen(
    plugin: string,
    at: HttpAddress,
    maxConnections: number,
    accept: OpenHttp['accept'],
  ): Promise<HttpServer> {
    const reusePort = this.#canReusePort;
    // With that option nobody hears that another process has the address; where this one has it, that is as it should be.
    const isOurs = [...this.#open.values()].some((open) => overlaps(open.at, at));
    if (reusePort && !isOurs) await probe(plugin, at);
    return HttpServer.start({ plugin, at, maxConnections, meter: this.meter, accept, reusePort });
  }

  #accept({ plugin, accept }: Holder, request: Parameters<OpenHttp['accept']>[0]): Reply {
    const panics = this.#panics;
    const cut: Reply = (response) => void response.destroy();
    const reply = panics.guard(plugin, () => accept(request), cut);
    return (response) => {
      try {
        reply(response);
      } catch (error) {
        panics.caught(plugin, error);
        cut(response);
      }
    };
  }

  #closeAll(isToClose: (open: OpenServer) => boolean): void {
    for (const [key, open] of this.#open) {
      if (!isToClose(open)) continue;
      this.#open.delete(key);
      void open.server.close();
    }
  }
}

/** Binds the address once without SO_REUSEPORT, and lets it go. */
async function probe(plugin: string, at: HttpAddress): Promise<void> {
  const server = createServer();
  try {
    server.listen({ ...(at.address === '' ? {} : { host: at.address }), port: at.port, exclusive: true });
    await once(server, 'listening');
  } catch (error) {
    throw cannotListen(plugin, at, error);
  }
  server.close();
  await once(server, 'close');
}
