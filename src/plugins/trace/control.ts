import type { Control, Host } from '../control.ts';
import type { Use } from '../plugin.ts';
import type { SampleBatch } from './sample.ts';
import { SpanCounts, traceFamilies } from './span-counts.ts';
import { SpanExport } from './span-export.ts';
import { SpanSender } from './span-sender.ts';
import type { TraceConfig } from './trace.ts';

/** Sends the queries of one server block that are traced, and what the control plane does meanwhile. */
export function traceControl(uses: readonly Use<TraceConfig>[], host: Host): Control {
  const { url, service } = uses[0]!.config;
  const counts = new SpanCounts();
  const sender = new SpanSender(service, new SpanExport(url, counts, host), counts);
  let unwatch = (): void => undefined;
  return {
    start() {
      unwatch = host.activities.watch((activity) => sender.activity(activity));
    },
    report(data) {
      const { samples, dropped } = data as SampleBatch;
      counts.dropped += dropped;
      for (const sample of samples) sender.query(sample);
    },
    metrics: () => traceFamilies(counts),
    async stop() {
      unwatch();
      await sender.stop();
    },
  };
}
