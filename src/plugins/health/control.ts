import { goDuration } from '../../corefile/duration.ts';
import { onePath, plainText, sendText } from '../../runtime/http/server.ts';
import type { Control, Host } from '../control.ts';
import { usesByAddress } from '../http-uses.ts';
import type { Use } from '../plugin.ts';
import type { HealthConfig } from './health.ts';
import { healthFamilies } from './metrics.ts';
import { HealthMeter, SelfCheck } from './self-check.ts';

/** Open from before the first registry is read until everything else is closed. */
export function healthControl(uses: readonly Use<HealthConfig>[], host: Host): Control {
  const { clock, logger } = host;
  const meter = new HealthMeter();
  const selfChecks: SelfCheck[] = [];
  return {
    async start() {
      for (const [use] of usesByAddress(uses)) {
        const accept = onePath('/health', () => (response) => sendText(response, 200, plainText, 'OK'));
        const { url } = await host.openHttp(use, { at: use.config.at, accept });
        selfChecks.push(new SelfCheck({ url: `${url}/health`, meter, clock, logger }));
      }
    },
    metrics: () => healthFamilies(meter),
    /** For the longest lameduck of all lines. */
    async drain() {
      const waitMs = Math.max(...uses.map(({ config }) => config.lameduckMs));
      if (waitMs === 0) return;
      logger.info(`plugin/health: Going into lameduck mode for ${goDuration(waitMs)}`);
      await new Promise<void>((resolve) => clock.after(waitMs, resolve));
    },
    stop() {
      for (const check of selfChecks) check.stop();
    },
  };
}
