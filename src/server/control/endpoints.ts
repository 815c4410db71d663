import type { HealthConfig } from '../../plugins/health/config.ts';
import { HealthMeter, SelfCheck } from '../../plugins/health/self-check.ts';
import { formatHttpAddress, type HttpAddress } from '../../plugins/http-address.ts';
import type { HttpMeter } from '../../plugins/http-meter.ts';
import { HttpServer, onePath, plainText, sendText, type HttpServerOptions } from '../../plugins/http-server.ts';
import type { PrometheusConfig } from '../../plugins/prometheus/config.ts';
import type { ReadyConfig } from '../../plugins/ready/config.ts';
import { Readiness, type ReadyWatch } from '../../plugins/ready/readiness.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { ServerConfig } from '../config.ts';
import { configOf } from './configure.ts';
import { errorMessage } from '../../runtime/errors.ts';
import type { ExportedFacts } from '../metrics/exporter.ts';
import { Scrapes } from '../metrics/scrapes.ts';

export interface EndpointsEnvironment {
  /** What must have begun to work before block number `block` is ready. */
  readonly readyWatches: (block: number) => readonly ReadyWatch[];
  readonly facts: () => Omit<ExportedFacts, 'health'>;
  readonly httpMeter: HttpMeter;
  /** Of each server. */
  readonly maxConnections: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The ports of one plugin, in the order of the Corefile. */
export interface EndpointPorts {
  readonly health: readonly number[];
  readonly ready: readonly number[];
  readonly prometheus: readonly number[];
}

/**
 * The HTTP servers of `health`, `ready` and `prometheus`. Blocks that name one address share a server. They are open from
 * before the first registry is read; at the end `ready` closes first, and the others last.
 */
export class Endpoints {
  readonly #health: HttpServer[] = [];
  readonly #ready: HttpServer[] = [];
  readonly #prometheus: HttpServer[] = [];
  readonly #healthMeter = new HealthMeter();
  readonly #selfChecks: SelfCheck[] = [];
  /** Rejects, with nothing left open, where an address cannot be listened on. */
  static async open(config: ServerConfig, environment: EndpointsEnvironment): Promise<Endpoints> {
    const endpoints = new Endpoints();
    try {
      await endpoints.#openHealth(config, environment);
      await endpoints.#openReady(config, environment);
      await endpoints.#openPrometheus(config, environment);
    } catch (error) {
      await endpoints.closeReady();
      await endpoints.close();
      throw error;
    }
    return endpoints;
  }

  get ports(): EndpointPorts {
    const portsOf = (servers: readonly HttpServer[]): number[] => servers.map(({ port }) => port);
    return { health: portsOf(this.#health), ready: portsOf(this.#ready), prometheus: portsOf(this.#prometheus) };
  }

  /** From now on nobody is told that this server is ready: what asks finds nobody. */
  async closeReady(): Promise<void> {
    await Promise.all(this.#ready.splice(0).map((server) => server.close()));
  }

  async close(): Promise<void> {
    for (const check of this.#selfChecks.splice(0)) check.stop();
    await Promise.all([...this.#health.splice(0), ...this.#prometheus.splice(0)].map((server) => server.close()));
  }

  async #openHealth(config: ServerConfig, environment: EndpointsEnvironment): Promise<void> {
    const { clock, logger } = environment;
    for (const { at } of grouped<HealthConfig>(config, 'health')) {
      const accept = onePath('/health', () => (response) => sendText(response, 200, plainText, 'OK'));
      const server = await this.#listen('health', at, environment, accept);
      this.#health.push(server);
      const url = `${server.url}/health`;
      this.#selfChecks.push(new SelfCheck({ url, meter: this.#healthMeter, clock, logger }));
    }
  }

  async #openReady(config: ServerConfig, environment: EndpointsEnvironment): Promise<void> {
    for (const { at, blocks } of grouped<ReadyConfig>(config, 'ready')) {
      const readiness = new Readiness();
      for (const [block, { monitor }] of blocks) {
        for (const watch of environment.readyWatches(block)) readiness.add(watch, monitor);
      }
      const accept = onePath('/ready', () => (response) => {
        const { text } = readiness;
        if (text === '') sendText(response, 200, plainText, 'OK');
        else sendText(response, 503, plainText, text);
      });
      this.#ready.push(await this.#listen('ready', at, environment, accept));
    }
  }

  async #openPrometheus(config: ServerConfig, environment: EndpointsEnvironment): Promise<void> {
    const groups = grouped<PrometheusConfig>(config, 'prometheus');
    if (groups.length === 0) return;
    // Only who has metrics pays for the library.
    const { Exporter } = await import('../metrics/exporter.ts');
    for (const { at, blocks } of groups) {
      const health = this.#selfChecks.length > 0 ? this.#healthMeter : undefined;
      const exporter = new Exporter({ ...environment.facts(), health }, (block) => blocks.has(block));
      const scrapes = new Scrapes(() => exporter.text(), environment.clock);
      const accept = onePath('/metrics', () => {
        const { begun } = scrapes;
        return (response) => {
          scrapes.after(begun).then(
            (text) => sendText(response, 200, exporter.contentType, text),
            (error: unknown) => sendText(response, 500, plainText, `${errorMessage(error)}\n`),
          );
        };
      });
      this.#prometheus.push(await this.#listen('prometheus', at, environment, accept));
    }
  }

  async #listen(
    plugin: string,
    at: HttpAddress,
    { httpMeter: meter, maxConnections }: EndpointsEnvironment,
    accept: HttpServerOptions['accept'],
  ): Promise<HttpServer> {
    return HttpServer.start({ plugin, at, maxConnections, meter, accept });
  }
}

/** The longest lameduck of all `health` lines, in milliseconds. */
export function lameduckMs(config: ServerConfig): number {
  const configs = config.blocks.map((block) => configOf<HealthConfig>(block, 'health'));
  return Math.max(0, ...configs.map((each) => each?.lameduckMs ?? 0));
}

interface Group<Config> {
  readonly at: HttpAddress;
  /** Block → what its line says. */
  readonly blocks: Map<number, Config>;
}

/** The lines of a directive by the address that they name. */
function grouped<Config extends { readonly at: HttpAddress }>(config: ServerConfig, name: string): Group<Config>[] {
  const groups = new Map<string, Group<Config>>();
  for (const [index, block] of config.blocks.entries()) {
    const line = configOf<Config>(block, name);
    if (!line) continue;
    const key = formatHttpAddress(line.at);
    const group = groups.get(key) ?? { at: line.at, blocks: new Map<number, Config>() };
    groups.set(key, group);
    group.blocks.set(index, line);
  }
  return [...groups.values()];
}
