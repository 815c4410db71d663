import { readFileSync } from 'node:fs';
import { PluginError, type CounterSums, type Host, type OpenHttp } from '../../plugins/control.ts';
import { errorMessage } from '../../runtime/errors.ts';
import type { Reply } from '../../runtime/http/connections.ts';
import { HttpMeter } from '../../runtime/http/meter.ts';
import { HttpServer } from '../../runtime/http/server.ts';
import type { MetricsLayout } from '../metrics/layout.ts';
import type { Totals } from '../metrics/totals.ts';
import { publishedKey } from '../worker-protocol.ts';
import type { Panics } from './panics.ts';
import type { Supervisor } from './supervisor.ts';

/** What the hosts of all plugins of a running server have in common. */
export interface HostParts extends Pick<
  Host,
  'clock' | 'logger' | 'hashSeed' | 'interfaces' | 'servers' | 'readiness' | 'metrics' | 'inspection'
> {
  readonly supervisor: Supervisor;
  readonly panics: Panics;
  readonly http: HttpServers;
  readonly totals: Totals;
  readonly layout: MetricsLayout;
}

/** The HTTP servers that plugins have opened. */
export class HttpServers {
  readonly meter = new HttpMeter();
  readonly #maxConnections: number;
  readonly #open: { readonly plugin: string; readonly server: HttpServer }[] = [];

  /** `maxConnections` is that of each server. */
  constructor(maxConnections: number) {
    this.#maxConnections = maxConnections;
  }

  /** Those that are still open. */
  async close(): Promise<void> {
    await Promise.all(this.#open.map(({ server }) => server.close()));
  }

  /** Those of one plugin, in the order in which they were opened. */
  of(plugin: string): HttpServer[] {
    return this.#open.filter((each) => each.plugin === plugin).map(({ server }) => server);
  }

  async start(
    plugin: string,
    { at, accept, maxConnections = Infinity }: OpenHttp,
    panics: Panics,
  ): Promise<HttpServer> {
    const server = await HttpServer.start({
      plugin,
      at,
      maxConnections: Math.min(maxConnections, this.#maxConnections),
      meter: this.meter,
      accept: (request) => {
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
      },
    });
    this.#open.push({ plugin, server });
    return server;
  }
}

/** What one plugin may use of a running server. */
export function hostOf(plugin: string, parts: HostParts): Host {
  const { clock, logger, hashSeed, supervisor, panics, http, totals, layout } = parts;
  return {
    clock: panics.guardedClock(plugin, clock),
    logger,
    hashSeed,
    isReadOnly: false,
    readFile: (path) => readFileSync(path, 'utf8'),
    async openHttp(use, options) {
      try {
        return await http.start(plugin, options, panics);
      } catch (error) {
        throw new PluginError(use, errorMessage(error), { cause: error });
      }
    },
    publishTable: (name, handle) => supervisor.setTable(name, handle),
    publishWaiting: (name, text) => supervisor.setWaiting(name, text),
    publishTls: (name, material) => supervisor.setTls(name, material),
    publish: (block, data) => supervisor.publish(publishedKey(plugin, block), data),
    counters(block): CounterSums | undefined {
      const part = layout.plugins.find((each) => each.block === block && each.name === plugin);
      return (
        part && {
          get workers() {
            return totals.count;
          },
          at: (index) => totals.at(part.at + index),
          slice: (start, length) => totals.slice(part.at + start, length),
        }
      );
    },
    servers: (block) => parts.servers(block),
    readiness: (block) => parts.readiness(block),
    metrics: (isShown) => parts.metrics(isShown),
    inspection: () => parts.inspection(),
    interfaces: () => parts.interfaces(),
    reopenSockets: (address) => supervisor.reopen(address),
  };
}
