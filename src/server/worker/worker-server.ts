import type { TlsMaterial } from '../../plugins/control.ts';
import type { HandlerEnvironment } from '../../plugins/plugin.ts';
import type { Plugins } from '../../plugins/plugins.ts';
import type { TableHandle } from '../../table/layout.ts';
import { listenerKey, type ListenerConfig } from '../config.ts';
import type { Listen } from '../listen/listener.ts';
import type { Generation, WorkerStart } from './worker-protocol.ts';
import { OpenListener, type ListenerTls, type ListenerUse } from './open-listener.ts';
import { WorkerGeneration } from './worker-generation.ts';
import { WorkerPublications } from './worker-publications.ts';

/** How long what a reload has replaced goes on for queries that wait; as a stop does. */
const graceMs = 5000;
/** A socket that is not listened on any more still answers what it has in its buffer: long enough for the worker to come to it. */
const lingerMs = 100;

/** What a reload leaves behind is little, but a worker may allocate so little that nobody would ever collect it. */
const reloadsPerCollection = 16;

/** What the chains of a worker have in common. */
export interface WorkerEnvironment extends Omit<
  HandlerEnvironment,
  'zones' | 'onClose' | 'counters' | 'shared' | 'worker' | 'onPublished' | 'report' | 'upstreams' | 'table' | 'nextFor'
> {
  readonly plugins: Plugins;
  collectGarbage(): void;
  /** Hands something to a control half, by its serial number. */
  report(control: number, data: unknown): void;
  /** Whether debug lines are logged from now on. */
  setDebug?(isOn: boolean): void;
}

/** A configuration with the listeners that lead to its chains. */
interface Served {
  readonly generation: WorkerGeneration;
  /** By `listenerKey`. */
  readonly listeners: ReadonlyMap<string, OpenListener>;
}

/**
 * All that one worker serves: a chain per server block, and the listeners that lead to them. A reload prepares another configuration
 * beside that which is served, and then the worker changes over to it at once, between two queries:
 *
 *     listener ─► dispatcher ─► chains        a listener that both have gets another dispatcher
 *        │             ┊
 *        └ ─ ─ ─► dispatcher ─► chains        links of which nothing has changed are in both chains (chain.ts)
 */
export class WorkerServer {
  readonly #start: WorkerStart;
  readonly #environment: WorkerEnvironment;
  readonly #listenUdp: Listen;
  readonly #publications: WorkerPublications;
  #served: Served | undefined;
  #prepared: Served | undefined;
  /** The last of what is done one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  /** What reloads have replaced, and still answers. */
  readonly #leaving = new Set<Promise<void>>();
  #reloads = 0;
  #closing: Promise<void> | undefined;

  constructor(start: WorkerStart, environment: WorkerEnvironment, listenUdp: Listen) {
    this.#start = start;
    this.#environment = environment;
    this.#listenUdp = listenUdp;
    this.#publications = new WorkerPublications(() => environment.collectGarbage());
  }

  /** Builds the chains and opens all sockets; rejects where one cannot be opened, with its address in the message. */
  open(): Promise<void> {
    return this.#inTurn(async () => {
      this.#prepared = await this.#prepare(this.#start.generation);
      this.commit();
    });
  }

  /**
   * Builds the chains and opens the sockets that another configuration needs beside that which is served. Rejects, with nothing
   * left of it, where that cannot be.
   */
  prepare(generation: Generation): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#prepared) await this.#drop(this.#prepared);
      this.#prepared = undefined;
      this.#prepared = await this.#prepare(generation);
    });
  }

  /** Changes over to what was prepared. Throws where nothing is. */
  commit(): void {
    const next = this.#prepared;
    if (!next) throw new Error('a worker is to serve what it has not prepared');
    const before = this.#served;
    this.#served = next;
    this.#prepared = undefined;
    next.generation.use();
    for (const listener of next.generation.config.listeners) {
      next.listeners.get(listenerKey(listener))!.use(this.#useOf(next.generation, listener));
    }
    this.#environment.setDebug?.(next.generation.config.debug);
    this.#publications.retain(new Set(next.generation.publications));
    if (before) this.#leave(before, next);
  }

  /** Lets go of what was prepared. */
  abort(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#prepared) await this.#drop(this.#prepared);
      this.#prepared = undefined;
    });
  }

  /** A table of a control half has new memory. */
  useTable(control: number, name: string, handle: TableHandle): void {
    this.#publications.useTable(control, name, handle);
  }

  /** Why a table is not synced yet; '' when it is. */
  waiting(control: number, name: string, text: string): void {
    this.#publications.waiting(control, name, text);
  }

  /** New connections are made under this certificate and key; those that are open go on. */
  useTls(control: number, name: string, material: TlsMaterial): void {
    this.#publications.useTls(control, name, material);
    for (const listener of this.#open()) listener.useTls(control, name, material);
  }

  /** A control half has published something. */
  publish(control: number, data: unknown): void {
    this.#publications.publish(control, data);
  }

  /** Opens the sockets on this address anew. */
  reopen(address: string): void {
    for (const listener of this.#open()) listener.reopen(address);
  }

  /** Answers what is in flight, then closes the chains; once, however often it is called. */
  close(): Promise<void> {
    this.#closing ??= this.#inTurn(() => this.#close());
    return this.#closing;
  }

  #open(): Set<OpenListener> {
    return new Set([this.#served, this.#prepared].flatMap((each) => [...(each?.listeners.values() ?? [])]));
  }

  #inTurn<Result>(run: () => Promise<Result>): Promise<Result> {
    const done = this.#last.then(run);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #prepare(start: Generation): Promise<Served> {
    const before = this.#served;
    this.#publications.add(start.publications);
    const opened: OpenListener[] = [];
    let generation: WorkerGeneration | undefined;
    try {
      generation = new WorkerGeneration(start, this.#start, this.#environment, this.#publications, before?.generation);
      const listeners = new Map<string, OpenListener>();
      for (const listener of start.config.listeners) {
        const key = listenerKey(listener);
        const there = before?.listeners.get(key);
        // What it is to use must be there before anything changes.
        const use = this.#useOf(generation, listener);
        listeners.set(key, there ?? (await this.#listen(generation, listener, use)));
        if (!there) opened.push(listeners.get(key)!);
      }
      return { generation, listeners };
    } catch (error) {
      await Promise.all(opened.map((listener) => listener.close()));
      await generation?.close(before?.generation);
      this.#publications.retain(new Set(before?.generation.publications));
      throw error;
    }
  }

  #listen(generation: WorkerGeneration, listener: ListenerConfig, { tls, ...use }: ListenerUse): Promise<OpenListener> {
    const { clock, logger } = this.#environment;
    const { hashSeed, reusePort } = this.#start;
    const environment = { ...use, counters: generation.workerCounters, clock, logger, hashSeed };
    return OpenListener.open(listener, this.#listenUdp, reusePort, environment, tls);
  }

  #useOf(generation: WorkerGeneration, listener: ListenerConfig): ListenerUse {
    const { publications, maxConnections } = generation;
    const { tls, timeouts } = listener;
    const listenerTls: ListenerTls | undefined = tls && {
      settings: tls,
      ...this.#publications.tls(publications, tls.name),
    };
    return {
      dispatcher: generation.dispatchers.get(listenerKey(listener))!,
      maxConnections,
      timeouts,
      tls: listenerTls,
    };
  }

  /** Lets go of what was prepared, and is not served. */
  async #drop({ generation, listeners }: Served): Promise<void> {
    const served = this.#served;
    const opened = [...listeners].filter(([key]) => !served?.listeners.has(key));
    await Promise.all(opened.map(([, listener]) => listener.close()));
    await generation.close(served?.generation);
    this.#publications.retain(new Set(served?.generation.publications));
  }

  /** Lets go of what was served before when it has answered what it has. */
  #leave(before: Served, next: Served): void {
    const { clock } = this.#environment;
    const left = [...before.listeners].filter(([key]) => !next.listeners.has(key));
    const leave = async (): Promise<void> => {
      if (left.length > 0) await new Promise<void>((resolve) => clock.after(lingerMs, resolve));
      const answered = Promise.all([...left.map(([, each]) => each.close()), before.generation.drained()]);
      let cancel = (): void => undefined;
      const isOver = new Promise<void>((resolve) => (cancel = clock.after(graceMs, resolve)));
      await Promise.race([answered, isOver]);
      cancel();
      await before.generation.close(next.generation);
      if (++this.#reloads % reloadsPerCollection === 0) this.#environment.collectGarbage();
    };
    const leaving = leave().finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
  }

  async #close(): Promise<void> {
    if (this.#prepared) await this.#drop(this.#prepared);
    const served = this.#served;
    await Promise.all([...(served?.listeners.values() ?? [])].map((listener) => listener.close()));
    await served?.generation.close();
    await Promise.all(this.#leaving);
  }
}
