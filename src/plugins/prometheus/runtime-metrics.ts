import { constants, monitorEventLoopDelay, performance, PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { Clock } from '../../runtime/clock.ts';
import { histogramSamples, type Family } from '../../runtime/metrics/family.ts';
import { histogramLength, observe, timeBoundsMs } from '../../runtime/metrics/histogram.ts';
import { poll } from '../../runtime/poll.ts';

const gcKinds: readonly (readonly [label: string, kind: number])[] = [
  ['minor', constants.NODE_PERFORMANCE_GC_MINOR],
  ['major', constants.NODE_PERFORMANCE_GC_MAJOR],
  ['incremental', constants.NODE_PERFORMANCE_GC_INCREMENTAL],
  ['weakcb', constants.NODE_PERFORMANCE_GC_WEAKCB],
];
/** How often the delay of the event loop is looked at. */
const loopResolutionMs = 10;
/** What is said of it is of the last one to two of these. */
const loopWindowMs = 60_000;

/** What Node says of itself, on the main thread: its names are those that programs in Node have for it. */
export class RuntimeMetrics {
  readonly #collections = gcKinds.map(() => new Float64Array(histogramLength(timeBoundsMs)));
  readonly #observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind } = (entry as typeof entry & { detail?: { kind?: number } }).detail ?? {};
      const memory = this.#collections[gcKinds.findIndex(([, each]) => each === kind)];
      if (memory) observe(memory, 0, timeBoundsMs, entry.duration);
    }
  });
  /** The first has been counting for one window or longer, the other for less. */
  #loopDelays = [
    monitorEventLoopDelay({ resolution: loopResolutionMs }),
    monitorEventLoopDelay({ resolution: loopResolutionMs }),
  ] as const;
  readonly #clock: Clock;
  #end: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(): void {
    this.#observer.observe({ entryTypes: ['gc'] });
    for (const each of this.#loopDelays) each.enable();
    this.#end = poll(this.#clock, loopWindowMs, () => {
      const [older, newer] = this.#loopDelays;
      older.reset();
      this.#loopDelays = [newer, older];
    });
  }

  stop(): void {
    this.#end?.();
    this.#observer.disconnect();
    for (const each of this.#loopDelays) each.disable();
  }

  families(): Family[] {
    const gauge = (name: string, help: string, value: () => number): Family => ({
      name: `nodejs_${name}`,
      help: `${help}, of the main thread.`,
      type: 'gauge',
      samples: () => [{ labels: {}, value: value() }],
    });
    const delay = (
      name: string,
      help: string,
      nanosecondsOf: (loop: ReturnType<typeof monitorEventLoopDelay>) => number,
    ): Family =>
      gauge(`eventloop_lag_${name}_seconds`, `${help}, in the last one to two minutes`, () => {
        const value = nanosecondsOf(this.#loopDelays[0]);
        // There is no mean of nothing.
        return Number.isFinite(value) ? value / 1e9 : 0;
      });
    return [
      gauge('heap_size_total_bytes', 'Memory that the heap has', () => getHeapStatistics().total_heap_size),
      gauge('heap_size_used_bytes', 'Memory of the heap that is used', () => getHeapStatistics().used_heap_size),
      gauge('heap_size_limit_bytes', 'Memory that the heap may have', () => getHeapStatistics().heap_size_limit),
      gauge('external_memory_bytes', 'Memory outside of the heap', () => process.memoryUsage().external),
      gauge(
        'eventloop_utilization_ratio',
        'Share of the time that the event loop was busy',
        () => performance.eventLoopUtilization().utilization,
      ),
      delay('mean', 'Mean delay of the event loop', (loop) => loop.mean),
      delay('p99', 'Delay of the event loop, 99th percentile', (loop) => loop.percentile(99)),
      delay('max', 'Longest delay of the event loop', (loop) => loop.max),
      {
        name: 'nodejs_gc_duration_seconds',
        help: 'Pauses for the collection of garbage by kind, of the main thread.',
        type: 'histogram',
        samples: () =>
          gcKinds.flatMap(([kind], i) =>
            histogramSamples(
              'nodejs_gc_duration_seconds',
              { kind },
              timeBoundsMs,
              [...this.#collections[i]!],
              1 / 1000,
            ),
          ),
      },
    ];
  }
}
