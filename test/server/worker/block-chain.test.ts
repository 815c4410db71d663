import { describe, expect, test } from 'vitest';
import type { Handler, HandlerEnvironment, Plugin } from '../../../src/plugins/plugin.ts';
import type { BlockConfig } from '../../../src/server/config.ts';
import { BlockChain } from '../../../src/server/worker/chain.ts';
import { connectDgram } from '../../../src/sockets/connect-dgram.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { RecordingLogger } from '../../support/quiet-logger.ts';
import { makeQuery } from '../../support/query.ts';

/** Plugins `k…` are kept over reloads; each notes what happens to it, and then asks the next one. */
function plugins(events: string[]): Plugin<unknown>[] {
  return ['k1', 'p', 'k2', 'q'].map((name): Plugin<unknown> => {
    const create = (config: unknown, environment: HandlerEnvironment, next: Handler): Handler => {
      events.push(`${name} created as ${String(config)}`);
      environment.onClose(() => void events.push(`${name} closed as ${String(config)}`));
      environment.upstreams.add(() => [
        { name: `${name} ${String(config)}`, zones: ['.'], ask: () => 0, turnOff: () => undefined },
      ]);
      environment.onPublished((data) => void events.push(`${name} heard ${String(data)}`));
      return (query) => {
        events.push(`${name} as ${String(config)}`);
        if (name === 'k1')
          events.push(
            `sees ${environment.upstreams
              .list()
              .map((each) => each.name)
              .join(', ')}`,
          );
        return next(query);
      };
    };
    const query = { create };
    return { name, parse: () => undefined, query: name.startsWith('k') ? { ...query, keeps: true } : query };
  });
}

const position = { file: 'Corefile', line: 1, column: 1 };

/** A block with these plugins: `k1:2` is instance 2 of k1. */
function blockOf(...names: string[]): BlockConfig {
  const configs = names.map((each) => {
    const [name = '', instance] = each.split(':');
    return { name, instance: Number(instance), config: instance, settings: {}, position };
  });
  return { id: 0, zones: ['.'], plugins: configs };
}

function world() {
  const events: string[] = [];
  const listeners = new Set<(data: unknown) => void>();
  const environment = {
    plugins: plugins(events),
    clock: new FakeClock(),
    logger: new RecordingLogger(),
    zones: ['.'],
    view: '',
    randomUint16: () => 0,
    connectUdp: connectDgram,
    table: () => {
      throw new Error('there is no table');
    },
    onPublished: (_: unknown, listener: (data: unknown) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const since = (): string[] => events.splice(0);
  const ask = (chain: BlockChain): string[] => {
    since();
    void chain.handler(makeQuery('a.example', 'A'));
    return since();
  };
  return { environment, since, ask, listeners };
}

describe('a chain that replaces another one', () => {
  test('has the links that are kept, which call what stands behind them there from when it is used', () => {
    const { environment, since, ask } = world();
    const first = new BlockChain(blockOf('k1:1', 'p:2', 'k2:3'), environment);
    first.use();
    since();
    const second = new BlockChain(blockOf('k1:1', 'p:4', 'k2:3', 'q:5'), environment, first);
    expect(since()).toEqual(['q created as 5', 'p created as 4']);
    expect(ask(first)).toEqual(['k1 as 1', 'sees k2 3, p 2, k1 1', 'p as 2', 'k2 as 3']);
    second.use();
    const now = ['k1 as 1', 'sees q 5, k2 3, p 4, k1 1', 'p as 4', 'k2 as 3', 'q as 5'];
    expect(ask(second)).toEqual(now);
    // A query that still goes the old way comes to the new links behind one that was kept.
    expect(ask(first)).toEqual(now);
  });

  test('closes only what is gone, and nothing is heard by that any more', async () => {
    const { environment, since, listeners } = world();
    const first = new BlockChain(blockOf('k1:1', 'p:2', 'k2:3'), environment);
    first.use();
    const second = new BlockChain(blockOf('k1:1', 'p:2', 'k2:4'), environment, first);
    second.use();
    since();
    await first.close(second);
    expect(since().sort()).toEqual(['k2 closed as 3', 'p closed as 2']);
    expect(listeners.size).toBe(3);
    await second.close();
    expect(since().sort()).toEqual(['k1 closed as 1', 'k2 closed as 4', 'p closed as 2']);
    expect(listeners.size).toBe(0);
  });

  test('that is never used leaves the other as it was', async () => {
    const { environment, since, ask } = world();
    const first = new BlockChain(blockOf('k1:1', 'k2:2'), environment);
    first.use();
    const second = new BlockChain(blockOf('k1:1', 'q:3'), environment, first);
    since();
    await second.close(first);
    expect(since()).toEqual(['q closed as 3']);
    expect(ask(first)).toEqual(['k1 as 1', 'sees k2 2, k1 1', 'k2 as 2']);
  });

  test('refers to the one before it no more when it is used', async () => {
    const { environment } = world();
    const block = blockOf('k1:1', 'p:2');
    let chain = new BlockChain(block, environment);
    chain.use();
    const before: WeakRef<BlockChain>[] = [];
    for (let n = 3; n < 20; n++) {
      const last = chain;
      // As a worker has it, what is there for one chain knows of that before it.
      const counters = (): Float64Array => new Float64Array(last.block.plugins.length);
      const next = new BlockChain(blockOf('k1:1', `p:${n}`), { ...environment, counters }, last);
      next.use();
      await last.close(next);
      before.push(new WeakRef(last));
      chain = next;
    }
    const { collectGarbage } = await import('../../../src/runtime/tuning/heap.ts');
    // A collection that had begun before ends with the first, and keeps what was alive at its beginning.
    for (let i = 0; i < 2; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      collectGarbage();
    }
    expect(before.slice(0, -1).filter((each) => each.deref() !== undefined)).toEqual([]);
    expect(chain.isOf(blockOf('k1:1', 'p:19'))).toBe(true);
    expect(chain.isOf(blockOf('k1:1', 'p:18'))).toBe(false);
  });
});
