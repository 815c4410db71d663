import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, RandomIdGenerator, TracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace';
import type { Activity } from '../../runtime/activities.ts';
import type { QuerySample } from './sample.ts';
import type { SpanCounts } from './span-counts.ts';

/** Spans that wait for the collector; more are dropped. */
const maxWaiting = 4096;
const batches = {
  maxQueueSize: maxWaiting,
  maxExportBatchSize: 512,
  scheduledDelayMillis: 1000,
  exportTimeoutMillis: 3000,
};

/** Makes spans of what has been, and has them sent in batches. */
export class SpanSender {
  readonly #counts: SpanCounts;
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;
  /** Of the query whose spans are being made. */
  #traceId: string | undefined;
  /** Spans that were handed to the exporter. */
  #handed = 0;

  constructor(service: string, exporter: SpanExporter, counts: SpanCounts) {
    const random = new RandomIdGenerator();
    this.#counts = counts;
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': service }),
      spanProcessors: [new BatchSpanProcessor({ exporter, ...batches })],
      idGenerator: {
        generateSpanId: () => random.generateSpanId(),
        generateTraceId: () => this.#traceId ?? random.generateTraceId(),
      },
    });
    this.#tracer = this.#provider.getTracer('serviceentry-dns');
  }

  /** A span for the query, and below it one for each plugin that handled it. */
  query(sample: QuerySample): void {
    if (!this.#hasRoom(1 + sample.steps.length)) return;
    this.#traceId = sample.id;
    const { startedMs, durationMs, failure } = sample;
    const root = this.#span(`${sample.type} query`, SpanKind.SERVER, startedMs, attributesOf(sample));
    if (failure !== undefined) root.setStatus({ code: SpanStatusCode.ERROR, message: failure });
    const spans: Span[] = [];
    for (const step of sample.steps) {
      const parent = spans[step.parent] ?? root;
      spans.push(this.#span(step.name, SpanKind.INTERNAL, startedMs + step.startedMs, {}, parent));
    }
    for (const [i, step] of sample.steps.entries()) spans[i]!.end(startedMs + step.startedMs + step.durationMs);
    root.end(startedMs + durationMs);
    this.#traceId = undefined;
  }

  /** A span for something that the control plane has done. */
  activity({ name, startedMs, durationMs, attributes, failure }: Activity): void {
    if (!this.#hasRoom(1)) return;
    const span = this.#span(name, SpanKind.INTERNAL, startedMs, attributes);
    if (failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: failure });
    span.end(startedMs + durationMs);
  }

  /** Sends what waits, for as long as the collector may take. Never rejects. */
  async stop(): Promise<void> {
    await this.#provider.shutdown().catch(() => undefined);
  }

  #span(name: string, kind: SpanKind, startTime: number, attributes: Attributes, parent?: Span): Span {
    const context = parent ? trace.setSpan(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
    return this.#tracer.startSpan(name, { kind, startTime, attributes }, context);
  }

  /** Whether so many more may wait; they are counted where they may not. */
  #hasRoom(spans: number): boolean {
    const { exported, failed } = this.#counts;
    if (this.#handed - exported - failed + spans > maxWaiting) {
      this.#counts.dropped++;
      return false;
    }
    this.#handed += spans;
    return true;
  }
}

/** In the words of OpenTelemetry's semantic conventions, as far as these have them. */
function attributesOf(sample: QuerySample): Attributes {
  const told = Array.from(sample.notes, ([label, text]) => [`dns.metadata.${label}`, text] as const);
  return {
    'dns.question.name': sample.name,
    'dns.question.type': sample.type,
    'dns.response.code': sample.rcode ?? 'none',
    'dns.response.size': sample.replySize,
    'network.transport': sample.transport === 'udp' ? 'udp' : 'tcp',
    'client.address': sample.client,
    'client.port': sample.clientPort,
    ...Object.fromEntries(told),
  };
}
