import { formatDurationMs } from '../../corefile/duration.ts';
import { onePath, plainText, sendText, type HttpServer } from '../../runtime/http/server.ts';
import type { Family } from '../../runtime/metrics/family.ts';
import type { Control, Host } from '../control.ts';
import { usesByAddress } from '../http-uses.ts';
import type { Use } from '../plugin.ts';
import type { HealthConfig } from './config.ts';
import { healthFamilies } from './metrics.ts';
import { HealthMeter, SelfCheck } from './self-check.ts';

/** Open from before the first registry is read until everything else is closed. */
export class HealthControl implements Control {
  readonly #uses: readonly Use<HealthConfig>[];
  readonly #host: Host;
  readonly #meter = new HealthMeter();
  readonly #servers: HttpServer[] = [];
  readonly #selfChecks: SelfCheck[] = [];

  constructor(uses: readonly Use<HealthConfig>[], host: Host) {
    this.#uses = uses;
    this.#host = host;
  }

  async start(): Promise<void> {
    const { clock, logger } = this.#host;
    for (const [use] of usesByAddress(this.#uses)) {
      const accept = onePath('/health', () => (response) => sendText(response, 200, plainText, 'OK'));
      const server = await this.#host.openHttp(use, { at: use.config.at, accept });
      this.#servers.push(server);
      this.#selfChecks.push(new SelfCheck({ url: `${server.url}/health`, meter: this.#meter, clock, logger }));
    }
  }

  metrics(): readonly Family[] {
    return healthFamilies(this.#meter);
  }

  /** For the longest lameduck of all lines. */
  async drain(): Promise<void> {
    const waitMs = Math.max(...this.#uses.map(({ config }) => config.lameduckMs));
    if (waitMs === 0) return;
    this.#host.logger.info(`plugin/health: Going into lameduck mode for ${formatDurationMs(waitMs)}`);
    await new Promise<void>((resolve) => this.#host.clock.after(waitMs, resolve));
  }

  async stop(): Promise<void> {
    for (const check of this.#selfChecks) check.stop();
    await Promise.all(this.#servers.map((server) => server.close()));
  }
}
