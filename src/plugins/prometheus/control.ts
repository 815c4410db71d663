import { errorMessage } from '../../runtime/errors.ts';
import { onePath, plainText, sendText, type HttpServer } from '../../runtime/http/server.ts';
import type { Control, Host } from '../control.ts';
import { usesByAddress } from '../http-uses.ts';
import type { Use } from '../plugin.ts';
import type { PrometheusConfig } from './config.ts';
import { Exporter } from './exporter.ts';
import { Scrapes } from './scrapes.ts';

/** Each address exports what belongs to the server blocks that name it. Open until everything else is closed. */
export class PrometheusControl implements Control {
  readonly #uses: readonly Use<PrometheusConfig>[];
  readonly #host: Host;
  readonly #servers: HttpServer[] = [];

  constructor(uses: readonly Use<PrometheusConfig>[], host: Host) {
    this.#uses = uses;
    this.#host = host;
  }

  async start(): Promise<void> {
    for (const group of usesByAddress(this.#uses)) {
      const blocks = new Set(group.map(({ block }) => block));
      const exporter = new Exporter(this.#host.metrics((block) => blocks.has(block)));
      const scrapes = new Scrapes(() => exporter.text(), this.#host.clock);
      const accept = onePath('/metrics', () => {
        const { begun } = scrapes;
        return (response) => {
          scrapes.after(begun).then(
            (text) => sendText(response, 200, exporter.contentType, text),
            (error: unknown) => sendText(response, 500, plainText, `${errorMessage(error)}\n`),
          );
        };
      });
      this.#servers.push(await this.#host.openHttp(group[0], { at: group[0].config.at, accept }));
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
  }
}
