import { get } from 'node:http';
import type { Clock } from '../../runtime/clock.ts';
import { errorMessage } from '../../runtime/errors.ts';
import { histogramLength, observe, type Bounds } from '../../runtime/metrics/histogram.ts';
import type { Logger } from '../../runtime/logger.ts';

/** As CoreDNS's health plugin does it. */
const intervalMs = 1000;
const timeoutMs = 3000;
const slowMs = 1000;
/** CoreDNS's `plugin.SlimTimeBuckets`, in milliseconds. */
export const healthBoundsMs: Bounds = [0.25, 2.5, 25, 250, 2500];

/** What the checks of all `health` lines came to. */
export class HealthMeter {
  readonly durations = new Float64Array(histogramLength(healthBoundsMs));
  failures = 0;
}

export interface SelfCheckOptions {
  readonly url: string;
  readonly meter: HealthMeter;
  readonly clock: Clock;
  readonly logger: Logger;
  /** GET of a URL; rejects where no answer comes in `timeoutMs`. */
  readonly ask?: (url: string, timeoutMs: number) => Promise<void>;
}

/** Asks its own health server every second: how long that takes says how busy the control plane is. */
export class SelfCheck {
  readonly #options: SelfCheckOptions;
  #cancel: (() => void) | undefined;
  #isStopped = false;

  constructor(options: SelfCheckOptions) {
    this.#options = options;
    this.#later();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
  }

  #later(): void {
    if (!this.#isStopped) this.#cancel = this.#options.clock.after(intervalMs, () => void this.#check());
  }

  async #check(): Promise<void> {
    const { url, meter, clock, logger, ask = request } = this.#options;
    const begin = clock.now();
    const failure = await ask(url, timeoutMs).then(() => undefined, errorMessage);
    // What a stop cuts is no failure.
    if (this.#isStopped) return;
    const tookMs = clock.now() - begin;
    observe(meter.durations, 0, healthBoundsMs, tookMs);
    if (failure !== undefined) {
      meter.failures++;
      logger.warning(`plugin/health: Local health request to ${url} failed: ${failure}`);
    } else if (tookMs > slowMs) {
      logger.warning(
        `plugin/health: Local health request to ${url} took more than 1s: ${(tookMs / 1000).toFixed(1)} s`,
      );
    }
    this.#later();
  }
}

/** On a connection of its own, as a probe of Kubernetes. */
function request(url: string, limitMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = get(url, { agent: false, signal: AbortSignal.timeout(limitMs) }, (response) => {
      response.on('error', reject).on('end', resolve).resume();
    });
    call.on('error', reject);
  });
}
