import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { errorMessage } from '../../runtime/errors.ts';
import type { Host } from '../control.ts';
import type { SpanCounts } from './span-counts.ts';

/** A collector that does not take spans is named in the log once in so many milliseconds. */
const warnAgainMs = 600_000;
/** How long the collector may take for a batch. */
const timeoutMillis = 2000;

type ExportResult = Parameters<Parameters<SpanExporter['export']>[1]>[0];

/** Posts spans to a collector. Where that fails they are lost: it is counted, and said once in a while. */
export class SpanExport implements SpanExporter {
  readonly #url: string;
  readonly #counts: SpanCounts;
  readonly #host: Pick<Host, 'clock' | 'logger'>;
  readonly #exporter: OTLPTraceExporter;
  #warnedAt = -Infinity;

  constructor(url: string, counts: SpanCounts, host: Pick<Host, 'clock' | 'logger'>) {
    this.#url = url;
    this.#counts = counts;
    this.#host = host;
    this.#exporter = new OTLPTraceExporter({ url, timeoutMillis });
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.#exporter.export(spans, (result) => {
      if (result.error === undefined) this.#counts.exported += spans.length;
      else this.#failed(spans.length, result.error);
      done(result);
    });
  }

  forceFlush(): Promise<void> {
    return this.#exporter.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  #failed(spans: number, error: Error): void {
    const { clock, logger } = this.#host;
    this.#counts.failed += spans;
    if (clock.now() - this.#warnedAt < warnAgainMs) return;
    this.#warnedAt = clock.now();
    logger.warning(`plugin/trace: ${spans} spans could not be sent to ${this.#url}: ${errorMessage(error)}`);
  }
}
