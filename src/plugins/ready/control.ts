import { onePath, plainText, sendText, type HttpServer } from '../../runtime/http/server.ts';
import type { Control, Host } from '../control.ts';
import { usesByAddress } from '../http-uses.ts';
import type { Use } from '../plugin.ts';
import type { ReadyConfig } from './config.ts';
import { Monitors } from './monitors.ts';

/** Open from before the first registry is read; the first to close, so that who asks finds nobody. */
export class ReadyControl implements Control {
  readonly #uses: readonly Use<ReadyConfig>[];
  readonly #host: Host;
  readonly #servers: HttpServer[] = [];

  constructor(uses: readonly Use<ReadyConfig>[], host: Host) {
    this.#uses = uses;
    this.#host = host;
  }

  async start(): Promise<void> {
    for (const group of usesByAddress(this.#uses)) {
      const monitors = new Monitors();
      for (const { block, config } of group) {
        for (const readiness of this.#host.readiness(block)) monitors.add(readiness, config.monitor);
      }
      const accept = onePath('/ready', () => (response) => {
        const { text } = monitors;
        if (text === '') sendText(response, 200, plainText, 'OK');
        else sendText(response, 503, plainText, text);
      });
      this.#servers.push(await this.#host.openHttp(group[0], { at: group[0].config.at, accept }));
    }
  }

  async withdraw(): Promise<void> {
    await Promise.all(this.#servers.splice(0).map((server) => server.close()));
  }

  async stop(): Promise<void> {
    await this.withdraw();
  }
}
