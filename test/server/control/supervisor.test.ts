import { EventEmitter } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { TableHandle } from '../../../src/table/layout.ts';
import type { WorkerCommand, WorkerStart } from '../../../src/server/worker/worker-protocol.ts';
import { Supervisor, type CommonGeneration } from '../../../src/server/control/workers/supervisor.ts';
import type { WorkerThread } from '../../../src/server/control/workers/worker-thread.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { RecordingLogger } from '../../support/quiet-logger.ts';

/** A thread that does what a test says. */
class FakeThread extends EventEmitter implements WorkerThread {
  readonly start: WorkerStart;
  readonly commands: WorkerCommand[] = [];
  isTerminated = false;

  constructor(start: WorkerStart) {
    super();
    // What a thread is started with is a copy, as the tables are at that time.
    const { generation } = start;
    const copies = Array.from(generation.publications, ([control, { tables, tls, published }]) => {
      return [control, { tables: new Map(tables), tls: new Map(tls), published }] as const;
    });
    this.start = { ...start, generation: { ...generation, publications: new Map(copies) } };
  }

  postMessage(command: WorkerCommand): void {
    this.commands.push(command);
  }

  terminate(): Promise<void> {
    this.isTerminated = true;
    this.emit('exit', 1);
    return Promise.resolve();
  }

  listens(udpProblem?: string): void {
    this.emit('message', { type: 'listening', udpProblem });
  }

  fails(message: string): void {
    this.emit('message', { type: 'failed', message });
    this.emit('exit', 0);
  }

  dies(error: unknown = new Error('out of memory')): void {
    this.emit('error', error);
    this.emit('exit', 1);
  }
}

function handle(): TableHandle {
  return { slots: new SharedArrayBuffer(4), arena: new SharedArrayBuffer(4), state: new SharedArrayBuffer(4) };
}

/** The configuration with this serial number, and control half 1. */
function generationOf(serial: number): CommonGeneration {
  const config = { blocks: [], listeners: [], sockets: undefined, debug: false };
  return {
    config,
    layout: { segments: new Map(), memory: serial, length: 10, zones: [], plugins: [] },
    sharedLayout: { segments: new Map(), memory: serial, length: 0 },
    shared: new Map(),
    maxConnections: 1000,
    controls: [1],
  };
}

function open() {
  const threads: FakeThread[] = [];
  /** Errors of the system at the next attempts to make a thread; `undefined` where it makes one. */
  const refusals: (Error | undefined)[] = [];
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const supervisor = new Supervisor(
    { hashSeed: 5, reusePort: true, logFormat: 'text' },
    generationOf(0),
    clock,
    logger,
    (start) => {
      const [refusal] = refusals.splice(0, 1);
      if (refusal) throw refusal;
      const thread = new FakeThread(start);
      threads.push(thread);
      return thread;
    },
  );
  supervisor.publications.open(1);
  return { supervisor, threads, clock, logger, refusals };
}

async function openAll(count: number) {
  const all = open();
  const opened = all.supervisor.open(count);
  for (const thread of all.threads) thread.listens();
  await opened;
  return all;
}

describe('the start', () => {
  test('is over when all workers listen; each has counters of its own', async () => {
    const { supervisor, threads } = open();
    let isOpen = false;
    const opened = supervisor.open(3).then(() => (isOpen = true));
    expect(threads).toHaveLength(3);
    threads[0]!.listens();
    threads[1]!.listens();
    await Promise.resolve();
    expect(isOpen).toBe(false);
    threads[2]!.listens();
    await opened;
    const counters = threads.map(({ start }) => start.generation.counters);
    expect(new Set(counters).size).toBe(3);
    expect(supervisor.counters).toEqual(counters);
    expect(threads[0]!.start).toMatchObject({
      workers: 3,
      hashSeed: 5,
      reusePort: true,
      logFormat: 'text',
      generation: { maxConnections: 1000 },
    });
  });

  test('says once why UDP is not served in the fastest way', async () => {
    const { supervisor, threads, logger } = open();
    const opened = supervisor.open(2);
    for (const thread of threads) thread.listens("Cannot find module 'koffi'");
    await opened;
    expect(logger.lines).toMatchObject([
      {
        level: 'warning',
        message:
          "UDP is served one datagram at a time, which takes more CPU time: koffi cannot be loaded: Cannot find module 'koffi'",
      },
    ]);
  });

  test('fails with the reason of a worker that cannot listen', async () => {
    const { supervisor, threads } = open();
    const opened = supervisor.open(2);
    threads[0]!.listens();
    threads[1]!.fails('cannot listen on port 53');
    await expect(opened).rejects.toThrow('cannot listen on port 53');
  });

  test.each<[title: string, error: unknown, message: string]>([
    ['an error', new Error('syntax error'), 'syntax error'],
    ['anything', 'a word', 'a word'],
  ])('fails with %s that a worker throws', async (_, error, message) => {
    const { supervisor, threads } = open();
    const opened = supervisor.open(1);
    threads[0]!.dies(error);
    await expect(opened).rejects.toThrow(message);
  });

  test('fails where a worker ends without a word', async () => {
    const { supervisor, threads } = open();
    const opened = supervisor.open(1);
    threads[0]!.emit('exit', 0);
    await expect(opened).rejects.toThrow('a worker ended before it listened');
  });
});

test('a start for which there are not enough threads fails, whatever becomes of those that were made', async () => {
  const { supervisor, threads, refusals } = open();
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', onUnhandled);
  onTestFinished(() => void process.off('unhandledRejection', onUnhandled));
  refusals.push(undefined, new Error('EAGAIN'));
  await expect(supervisor.open(2)).rejects.toThrow('no thread can be made: EAGAIN');
  const closed = supervisor.close(5000);
  expect(threads.map(({ commands }) => commands)).toEqual([[{ type: 'drain' }]]);
  threads[0]!.fails('no more files');
  await closed;
  await new Promise((resolve) => setImmediate(resolve));
  expect(unhandled).toEqual([]);
});

describe('a worker that dies', () => {
  test('is replaced after 100 ms, counted and logged; its counters go on', async () => {
    const { supervisor, threads, clock, logger } = await openAll(2);
    threads[0]!.dies();
    expect(logger.lines.map(({ message }) => message)).toEqual([
      expect.stringContaining('A worker died: Error: out of memory'),
    ]);
    clock.advance(99);
    expect(threads).toHaveLength(2);
    clock.advance(1);
    expect(threads).toHaveLength(3);
    expect(threads[2]!.start.generation.counters).toBe(threads[0]!.start.generation.counters);
    expect([supervisor.restarts, supervisor.counters.length]).toEqual([1, 2]);
    threads[2]!.listens();
    expect(logger.lines).toHaveLength(1);
  });

  test('is replaced as often as it dies, each time as late, when it had listened', async () => {
    const { supervisor, threads, clock, logger } = await openAll(1);
    for (let deaths = 1; deaths <= 5; deaths++) {
      threads.at(-1)!.dies();
      clock.advance(100);
      expect([threads.length, supervisor.restarts]).toEqual([deaths + 1, deaths]);
      threads.at(-1)!.listens();
    }
    // It was replaced each time: nothing says that it cannot be.
    expect(logger.lines.every(({ message }) => message.startsWith('A worker died'))).toBe(true);
  });

  test('is replaced ever later when it dies at once, 10 s at most', async () => {
    const { threads, clock, logger } = await openAll(1);
    for (const delayMs of [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]) {
      const count = threads.length;
      threads.at(-1)!.dies();
      clock.advance(delayMs - 1);
      expect(threads).toHaveLength(count);
      clock.advance(1);
      expect(threads).toHaveLength(count + 1);
    }
    expect(logger.lines.filter(({ message }) => message.startsWith('A worker cannot be replaced'))).toHaveLength(8);
    threads.at(-1)!.listens();
    threads.at(-1)!.dies();
    clock.advance(100);
    expect(threads).toHaveLength(11);
  });

  test('is said not to be replaced once, with the reason', async () => {
    const { threads, clock, logger } = await openAll(1);
    threads[0]!.emit('exit', 1);
    clock.advance(100);
    threads[1]!.fails('the port is taken');
    expect(logger.lines.map(({ message }) => message)).toEqual([
      'A worker ended with code 1, though nothing had stopped it',
      'A worker cannot be replaced, and is tried again: the port is taken',
    ]);
  });
});

describe('a worker that cannot be replaced', () => {
  const ended = 'A worker ended with code 1, though nothing had stopped it';
  const messages = ({ logger }: { logger: RecordingLogger }): string[] => logger.lines.map(({ message }) => message);

  test('because there are no more threads is tried ever later, and the process goes on', async () => {
    const all = await openAll(2);
    const { supervisor, threads, clock, logger, refusals } = all;
    threads[0]!.emit('exit', 1);
    refusals.push(new Error('EAGAIN'), new Error('EAGAIN'));
    clock.advance(100);
    clock.advance(199);
    expect(logger.lines).toHaveLength(2);
    clock.advance(1);
    clock.advance(399);
    expect([threads.length, supervisor.restarts]).toEqual([2, 0]);
    clock.advance(1);
    expect([threads.length, supervisor.restarts]).toEqual([3, 1]);
    threads[2]!.listens();
    const refused = expect.stringMatching(
      /^A worker cannot be replaced, .* no thread can be made: EAGAIN; .*ulimit -u/,
    ) as unknown;
    expect(messages(all)).toEqual([ended, refused, refused, 'The worker was replaced, and answers']);
    // All is as before.
    threads[2]!.emit('exit', 1);
    clock.advance(100);
    expect(threads).toHaveLength(4);
  });

  test('because its interface has vanished listens when it is back', async () => {
    const all = await openAll(1);
    const { threads, clock } = all;
    threads[0]!.emit('exit', 1);
    clock.advance(100);
    threads[1]!.fails('bind EADDRNOTAVAIL 192.0.2.1:53');
    clock.advance(200);
    threads[2]!.listens();
    expect(messages(all)).toEqual([
      ended,
      'A worker cannot be replaced, and is tried again: bind EADDRNOTAVAIL 192.0.2.1:53; this machine has no such address now: bring its interface up, or name another behind bind',
      'The worker was replaced, and answers',
    ]);
  });

  test('is not tried any more at the end', async () => {
    const { supervisor, threads, clock, refusals } = await openAll(1);
    threads[0]!.emit('exit', 1);
    refusals.push(new Error('EAGAIN'));
    clock.advance(100);
    await supervisor.close(5000);
    clock.advance(20_000);
    expect([threads.length, clock.pending]).toEqual([1, 0]);
  });
});

describe('tables', () => {
  test('reach all workers, and those that come later', async () => {
    const { supervisor, threads, clock } = open();
    const [first, second] = [handle(), handle()];
    supervisor.publications.setTable(1, 'a', first);
    const opened = supervisor.open(2);
    expect(threads.map(({ start }) => start.generation.publications.get(1)!.tables.get('a'))).toEqual([first, first]);
    for (const thread of threads) thread.listens();
    await opened;
    threads[0]!.dies();
    supervisor.publications.setTable(1, 'a', second);
    expect(threads[1]!.commands).toEqual([{ type: 'table', control: 1, name: 'a', handle: second }]);
    // A thread that is gone gets nothing.
    expect(threads[0]!.commands).toEqual([]);
    clock.advance(100);
    expect(threads[2]!.start.generation.publications.get(1)!.tables.get('a')).toBe(second);
    supervisor.publications.setTable(1, 'b', first);
    expect(threads[2]!.commands).toEqual([{ type: 'table', control: 1, name: 'b', handle: first }]);
  });
});

describe('the end', () => {
  test('lets workers answer what is in flight', async () => {
    const { supervisor, threads, clock } = await openAll(2);
    let isClosed = false;
    const closed = supervisor.close(5000).then(() => (isClosed = true));
    expect(threads.map(({ commands }) => commands)).toEqual([[{ type: 'drain' }], [{ type: 'drain' }]]);
    threads[0]!.emit('exit', 0);
    await Promise.resolve();
    clock.advance(4999);
    expect(isClosed).toBe(false);
    threads[1]!.emit('exit', 0);
    await closed;
    expect(threads.map(({ isTerminated }) => isTerminated)).toEqual([false, false]);
    expect([clock.pending, threads.length]).toEqual([0, 2]);
  });

  test('terminates those that are not done after the grace time', async () => {
    const { supervisor, threads, clock } = await openAll(2);
    const closed = supervisor.close(5000);
    threads[0]!.emit('exit', 0);
    clock.advance(5000);
    await closed;
    expect(threads[1]!.isTerminated).toBe(true);
  });

  test('waits for nobody where all have ended, and replaces nobody any more', async () => {
    const { supervisor, threads, clock } = await openAll(1);
    threads[0]!.dies();
    await supervisor.close(5000);
    clock.advance(20_000);
    expect([threads.length, supervisor.restarts]).toEqual([1, 0]);
  });

  test('a worker that dies while it ends is not replaced', async () => {
    const { supervisor, threads, clock } = await openAll(1);
    const closed = supervisor.close(5000);
    threads[0]!.dies();
    await closed;
    clock.advance(20_000);
    expect(threads).toHaveLength(1);
  });
});

describe('certificates', () => {
  test('reach all workers, those that come later with their start', async () => {
    const { supervisor, threads, clock } = open();
    const material = (n: number) => ({ cert: `${n}`, key: '', ca: undefined, ticketKeys: new Uint8Array(48) });
    supervisor.publications.setTls(1, 'a', material(1));
    const opened = supervisor.open(2);
    for (const thread of threads) thread.listens();
    await opened;
    expect(threads.map(({ start }) => [...start.generation.publications.get(1)!.tls])).toEqual([
      [['a', material(1)]],
      [['a', material(1)]],
    ]);
    threads[0]!.dies();
    supervisor.publications.setTls(1, 'a', material(2));
    expect(threads.map(({ commands }) => commands)).toEqual([
      [],
      [{ type: 'tls', control: 1, name: 'a', material: material(2) }],
    ]);
    clock.advance(100);
    expect([...threads[2]!.start.generation.publications.get(1)!.tls]).toEqual([['a', material(2)]]);
  });
});

describe('what control halves publish', () => {
  test('reaches all workers, those that come later with their start: the last of it counts', async () => {
    const { supervisor, threads, clock } = open();
    supervisor.publications.publish(1, 1);
    const opened = supervisor.open(2);
    for (const thread of threads) thread.listens();
    await opened;
    expect(threads.map(({ start }) => start.generation.publications.get(1)!.published)).toEqual([
      { data: 1 },
      { data: 1 },
    ]);
    threads[0]!.dies();
    supervisor.publications.publish(1, 2);
    expect(threads.map(({ commands }) => commands)).toEqual([[], [{ type: 'published', control: 1, data: 2 }]]);
    expect(supervisor.publications.of(1)?.published).toEqual({ data: 2 });
    clock.advance(100);
    expect(threads[2]!.start.generation.publications.get(1)!.published).toEqual({ data: 2 });
  });
});

describe('a reload', () => {
  const types = (thread: FakeThread): string[] => thread.commands.map(({ type }) => type);

  async function prepare(count = 2) {
    const all = await openAll(count);
    const prepared = all.supervisor.prepare(generationOf(1));
    const says = (type: 'prepared' | 'committed', from = 0): void => {
      for (const thread of all.threads.slice(from)) thread.emit('message', { type });
    };
    return { ...all, prepared, says };
  }

  test('has all workers change over when all are prepared', async () => {
    const { supervisor, threads, prepared, says, clock } = await prepare();
    expect(threads.map(types)).toEqual([['prepare'], ['prepare']]);
    let isPrepared = false;
    void prepared.then(() => (isPrepared = true));
    threads[0]!.emit('message', { type: 'prepared' });
    await Promise.resolve();
    expect(isPrepared).toBe(false);
    says('prepared', 1);
    await prepared;
    const committed = supervisor.commit();
    expect(threads.map(types)).toEqual([
      ['prepare', 'commit'],
      ['prepare', 'commit'],
    ]);
    says('committed');
    await committed;
    expect(clock.pending).toBe(0);
    threads[0]!.dies();
    clock.advance(100);
    expect(threads[2]!.start.generation.layout.memory).toBe(1);
  });

  test('gives workers memory for what is new, and takes away what nothing stands in any more', async () => {
    const { supervisor, threads } = await openAll(1);
    const using = (memory: number, ...used: number[]): CommonGeneration => {
      const generation = generationOf(memory);
      const plugins = used.map((each) => ({ block: 0, name: 'a', memory: each, at: 0, length: 1 }));
      return { ...generation, layout: { ...generation.layout, plugins } };
    };
    const memories = (): number[] => [...supervisor.counters[0]!.keys()];
    const reload = async (generation: CommonGeneration, ends: 'commit' | 'abort'): Promise<void> => {
      const prepared = supervisor.prepare(generation);
      threads[0]!.emit('message', { type: 'prepared' });
      await prepared;
      if (ends === 'abort') {
        supervisor.abort();
        return;
      }
      const committed = supervisor.commit();
      threads[0]!.emit('message', { type: 'committed' });
      await committed;
    };
    await reload(using(1, 0, 1), 'commit');
    expect(memories()).toEqual([0, 1]);
    await reload(using(2, 1, 2), 'abort');
    expect(memories()).toEqual([0, 1]);
    await reload(using(3, 3), 'commit');
    expect(memories()).toEqual([0, 3]);
  });

  test('fails with the reason of a worker that refuses, and all let go of it', async () => {
    const { supervisor, threads, prepared, clock } = await prepare();
    threads[1]!.emit('message', { type: 'refused', message: 'bind EADDRINUSE 127.0.0.1:53' });
    await expect(prepared).rejects.toThrow('bind EADDRINUSE 127.0.0.1:53; another server has it');
    supervisor.abort();
    expect(threads.map(types)).toEqual([
      ['prepare', 'abort'],
      ['prepare', 'abort'],
    ]);
    // What comes late of it is nobody's.
    threads[0]!.emit('message', { type: 'prepared' });
    threads[0]!.dies();
    clock.advance(100);
    expect(threads[2]!.start.generation.layout.memory).toBe(0);
  });

  test('fails where a worker dies meanwhile; it is replaced when that is settled', async () => {
    const { supervisor, threads, prepared, clock } = await prepare();
    threads[0]!.dies();
    await expect(prepared).rejects.toThrow('a worker died meanwhile');
    clock.advance(100);
    expect(threads).toHaveLength(2);
    supervisor.abort();
    expect(threads).toHaveLength(3);
    expect(threads[2]!.start.generation.layout.memory).toBe(0);
  });

  test('fails where a worker does not answer', async () => {
    const { prepared, clock } = await prepare();
    clock.advance(30_000);
    await expect(prepared).rejects.toThrow('a worker has not answered within 30 s');
  });

  test('does without workers that are dead; they begin with what came of it', async () => {
    const { supervisor, threads, clock } = await openAll(2);
    threads[0]!.dies();
    const prepared = supervisor.prepare(generationOf(1));
    threads[1]!.emit('message', { type: 'prepared' });
    await prepared;
    clock.advance(100);
    expect(threads).toHaveLength(2);
    const committed = supervisor.commit();
    threads[1]!.emit('message', { type: 'committed' });
    await committed;
    expect(threads[2]!.start.generation.layout.memory).toBe(1);
  });

  test('is done, whatever becomes of a worker that does not change over', async () => {
    const { supervisor, threads, prepared, says, clock, logger } = await prepare();
    says('prepared');
    await prepared;
    const committed = supervisor.commit();
    threads[0]!.dies();
    threads[1]!.emit('message', { type: 'committed' });
    await committed;
    expect(logger.lines.map(({ message }) => message)).toContain('Reload: a worker died meanwhile');
    clock.advance(100);
    expect(threads[2]!.start.generation.layout.memory).toBe(1);
  });

  test('that is given up before it began says nothing to anybody', async () => {
    const { supervisor, threads } = await openAll(1);
    supervisor.abort();
    expect(threads[0]!.commands).toEqual([]);
  });
});
