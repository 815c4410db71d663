import { errorMessage } from '../../runtime/errors.ts';
import { onePath, plainText, sendText } from '../../runtime/http/server.ts';
import type { Control, Host } from '../control.ts';
import { usesByAddress } from '../http-uses.ts';
import type { Use } from '../plugin.ts';
import { Exporter } from './exporter.ts';
import type { PrometheusConfig } from './prometheus.ts';
import { RuntimeMetrics } from './runtime-metrics.ts';
import { Scrapes } from './scrapes.ts';

/** Each address exports what belongs to the server blocks that name it. Open until everything else is closed. */
export function prometheusControl(uses: readonly Use<PrometheusConfig>[], host: Host): Control {
  const runtime = uses.some(({ config }) => config.runtimeMetrics) ? new RuntimeMetrics(host.clock) : undefined;
  return {
    async start() {
      runtime?.start();
      for (const group of usesByAddress(uses)) {
        const blocks = new Set(group.map(({ block }) => block));
        const families = () => [...host.metrics((block) => blocks.has(block)), ...(runtime?.families() ?? [])];
        const exporter = new Exporter(families);
        const scrapes = new Scrapes(() => exporter.text(), host.clock);
        const accept = onePath('/metrics', () => {
          const { begun } = scrapes;
          return (response) => {
            scrapes.after(begun).then(
              (text) => sendText(response, 200, exporter.contentType, text),
              (error: unknown) => sendText(response, 500, plainText, `${errorMessage(error)}\n`),
            );
          };
        });
        await host.openHttp(group[0], { at: group[0].config.at, accept });
      }
    },
    stop() {
      runtime?.stop();
    },
  };
}
