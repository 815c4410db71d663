import type { Plugin } from '../plugin.ts';
import { traceHandler } from './handler.ts';
import { parseTrace } from './parse.ts';

export interface TraceConfig {
  /** Where spans are posted, `http://localhost:4318/v1/traces`. */
  readonly url: string;
  /** Name of the service that the spans are of. */
  readonly service: string;
  /** One of so many queries is traced, on average. */
  readonly every: number;
}

/**
 * `trace`: spans of sampled queries, and of what the control plane does, are sent to an OpenTelemetry collector:
 *
 *     worker   handler.ts ─► sample-batches.ts ── plain data ──► control.ts   main thread
 *     chain    a step for each plugin                            span-sender.ts ─► span-export.ts ─► OTLP over HTTP
 */
export const tracePlugin = {
  name: 'trace',
  parse: parseTrace,
  settings: () => ({ isTraced: true }),
  control: async (uses, host) => (await import('./control.ts')).traceControl(uses, host),
  query: traceHandler,
} satisfies Plugin<TraceConfig>;
