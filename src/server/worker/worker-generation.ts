import { groupBy } from '../../collections/group-by.ts';
import { listenerKey, settingsOf, type ServerConfig } from '../config.ts';
import { Meter } from '../metrics/meter.ts';
import type { Segment } from '../segments.ts';
import { sharedNumbers } from '../shared-numbers.ts';
import type { Generation, WorkerStart } from './worker-protocol.ts';
import { BlockChain, type ChainEnvironment } from './chain.ts';
import { Dispatcher } from './dispatcher.ts';
import type { WorkerPublications } from './worker-publications.ts';
import type { WorkerEnvironment } from './worker-server.ts';

/** One configuration in a worker: the chains of its server blocks, and a dispatcher for each of its listeners. */
export class WorkerGeneration {
  readonly config: ServerConfig;
  /** Serial numbers of its control halves. */
  readonly publications: readonly number[];
  readonly maxConnections: number;
  /** By `listenerKey`. */
  readonly dispatchers = new Map<string, Dispatcher>();
  /** What every worker counts in. */
  readonly workerCounters: Float64Array;
  /** By the id of the server block. */
  readonly #chains = new Map<number, BlockChain>();
  /** By the place of their numbers. One whose numbers go on goes on too. */
  readonly #meters = new Map<string, Meter>();

  /** `before` is that which is served; links and chains of which nothing has changed are those of it. */
  constructor(
    start: Generation,
    worker: Pick<WorkerStart, 'index' | 'workers'>,
    environment: WorkerEnvironment,
    publications: WorkerPublications,
    before: WorkerGeneration | undefined,
  ) {
    this.config = start.config;
    this.publications = [...start.publications.keys()];
    this.maxConnections = start.maxConnections;
    const memories = new Map(Array.from(start.counters, ([serial, memory]) => [serial, new Float64Array(memory)]));
    this.workerCounters = before?.workerCounters ?? memories.get(0)!;
    const counted = new Map(start.layout.plugins.map((each) => [`${each.block} ${each.name}`, each]));
    try {
      for (const block of start.config.blocks) {
        const own: ChainEnvironment = {
          ...environment,
          zones: block.zones,
          worker: { index: worker.index, count: worker.workers },
          table: publications.tableOf,
          onPublished: publications.onPublished,
          report: ({ instance }, data) => environment.report(instance, data),
          shared: ({ instance }) => sharedNumbers(start.sharedLayout, start.shared, instance),
          counters: ({ name }) => numbersOf(memories, counted.get(`${block.id} ${name}`)),
        };
        const chain = before?.chainOf(block.id);
        this.#chains.set(block.id, chain?.isOf(block) ? chain : new BlockChain(block, own, chain));
      }
    } catch (error) {
      void this.close(before);
      throw error;
    }
    const { layout } = start;
    const measured = groupBy(layout.zones, ({ listener }) => listener);
    const meterOf = (segment: Segment | undefined): Meter | undefined => {
      if (!segment) return undefined;
      const key = `${segment.memory} ${segment.at}`;
      const memory = memories.get(segment.memory)!;
      const meter = before?.meterAt(key) ?? new Meter(memory, segment.at, environment.clock);
      this.#meters.set(key, meter);
      return meter;
    };
    for (const [index, listener] of start.config.listeners.entries()) {
      const series = new Map(measured.get(index)?.map((each) => [zoneKey(each.zone?.name, each.zone?.view), each]));
      const zones = listener.zones.map(([zone, block]) => {
        const chain = this.#chains.get(block)!;
        const { isMeasured, view } = settingsOf(chain.block);
        return [zone, withMeter(chain, isMeasured ? meterOf(series.get(zoneKey(zone, view))) : undefined)] as const;
      });
      const dropped = meterOf(series.get(zoneKey()));
      const dispatcher = new Dispatcher(zones, this.workerCounters, environment.logger, dropped);
      this.dispatchers.set(listenerKey(listener), dispatcher);
    }
  }

  /** From now on queries take its chains. */
  use(): void {
    for (const chain of this.#chains.values()) chain.use();
  }

  /** Resolves when no query waits that came to one of its dispatchers. */
  async drained(): Promise<void> {
    await Promise.all(Array.from(this.dispatchers.values(), (dispatcher) => dispatcher.drained()));
  }

  /** Closes all that is not in `other` too; what is closed may finish what is in flight first. */
  async close(other?: WorkerGeneration): Promise<void> {
    const chains = [...this.#chains].filter(([id, chain]) => other?.chainOf(id) !== chain);
    await Promise.all(chains.map(([id, chain]) => chain.close(other?.chainOf(id))));
  }

  /** The chain of a server block. */
  chainOf(block: number): BlockChain | undefined {
    return this.#chains.get(block);
  }

  /** What counts in the numbers at this place. */
  meterAt(key: string): Meter | undefined {
    return this.#meters.get(key);
  }
}

function zoneKey(zone = '', view = ''): string {
  return `${zone} ${view}`;
}

/** The chain as it is at one listener. */
function withMeter(chain: BlockChain, meter: Meter | undefined) {
  const { handler, otherClasses, recursionAvailable, filter, collect, tables } = chain;
  return { handler, otherClasses, recursionAvailable, filter, collect, tables, meter };
}

function numbersOf(memories: ReadonlyMap<number, Float64Array>, segment: Segment | undefined) {
  return segment && memories.get(segment.memory)!.subarray(segment.at, segment.at + segment.length);
}
