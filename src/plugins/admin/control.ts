import type { HttpServer } from '../../runtime/http/server.ts';
import type { Announcement, Control, Host } from '../control.ts';
import { usesByAddress } from '../http-uses.ts';
import type { Use } from '../plugin.ts';
import { AdminPages, maxAdminConnections } from './admin-pages.ts';
import type { AdminConfig } from './config.ts';

/** Each address tells of all server blocks. */
export class AdminControl implements Control {
  readonly #uses: readonly Use<AdminConfig>[];
  readonly #host: Host;
  readonly #servers: HttpServer[] = [];

  constructor(uses: readonly Use<AdminConfig>[], host: Host) {
    this.#uses = uses;
    this.#host = host;
  }

  async start(): Promise<void> {
    const pages = new AdminPages(await this.#host.inspection());
    for (const [use] of usesByAddress(this.#uses)) {
      const accept = pages.accept;
      const server = await this.#host.openHttp(use, { at: use.config.at, maxConnections: maxAdminConnections, accept });
      this.#servers.push(server);
    }
  }

  announcement(): Announcement {
    const urls = this.#servers.map(({ url }) => url);
    return { lines: urls.map((url) => `admin on ${url}`), fields: { admin: urls.join(', ') } };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
  }
}
