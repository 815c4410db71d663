import { describe, expect, it } from 'vitest';
import { UpdateError } from '../../../src/dynamic-update/errors.ts';
import type { PublishTarget } from '../../../src/plugins/publish/config.ts';
import { PublishLoop } from '../../../src/plugins/publish/publish-loop.ts';
import type { ZonePass } from '../../../src/plugins/publish/zone-publisher.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { RecordingLogger } from '../../support/quiet-logger.ts';
import { FakeHosts } from './fake-hosts.ts';

const zone = 'example.org.';
/** The clock goes on in steps of so many milliseconds. */
const stepMs = 50;

/** A loop with a publisher that writes down what it is told to do, and when. */
function loopOf() {
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const calls: string[] = [];
  const state = {
    hosts: new FakeHosts(),
    isLeader: true,
    error: undefined as UpdateError | undefined,
    isBehind: false,
  };
  const done = (call: string): Promise<ZonePass[]> => {
    calls.push(`${clock.now()} ${call}`);
    state.isBehind = state.error !== undefined;
    const pass = { zone, changes: [], refused: new Map<string, string>() };
    return Promise.resolve([state.error ? { ...pass, error: state.error } : pass]);
  };
  const loop = new PublishLoop({
    target: { intervalMs: 60_000, isDryRun: false } as PublishTarget,
    publisher: {
      compare: () => done('compare'),
      update: (_, changed) => done(`update ${[...changed].sort().join(' ')}`),
      get isBehind() {
        return state.isBehind;
      },
    },
    hosts: () => state.hosts,
    isLeader: () => state.isLeader,
    clock,
    logger,
    random: () => 1,
  });
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= stepMs) {
      clock.advance(stepMs);
      for (let i = 0; i < 10; i++) await Promise.resolve();
    }
  };
  return { clock, logger, loop, state, pass, take: () => calls.splice(0) };
}

describe('when zones are brought into step', () => {
  it('is at the start, a moment after changes, and after each interval', async () => {
    const { loop, state, pass, take } = loopOf();
    loop.start();
    await pass(1000);
    expect(take()).toEqual(['0 compare']);
    state.hosts.tell('a');
    await pass(50);
    state.hosts.tell('b', 'a');
    await pass(1000);
    expect(take()).toEqual(['1100 update a b']);
    await pass(70_000);
    expect(take()).toEqual(['66000 compare']);
    await loop.stop();
  });

  it('is never before the registry is synced', async () => {
    const { loop, state, pass, take } = loopOf();
    state.hosts.isSynced = false;
    loop.start();
    state.hosts.tell('a');
    await pass(10_000);
    expect(take()).toEqual([]);
    state.hosts.isSynced = true;
    await pass(1500);
    expect(take()).toEqual(['11000 compare']);
    await loop.stop();
  });

  it('is as the leader only, and begins with everything', async () => {
    const { loop, state, pass, take } = loopOf();
    state.isLeader = false;
    loop.start();
    await pass(3000);
    expect(take()).toEqual([]);
    for (let i = 0; i < 2; i++) {
      state.isLeader = true;
      loop.wake();
      await pass(1000);
      expect(take()).toEqual([`${3000 + i * 4000} compare`]);
      state.isLeader = false;
      state.hosts.tell('a');
      await pass(3000);
      expect(take()).toEqual([]);
    }
    await loop.stop();
  });

  it('is anew with the registry that a reload brings', async () => {
    const { loop, state, pass, take } = loopOf();
    loop.start();
    await pass(100);
    const before = state.hosts;
    state.hosts = new FakeHosts();
    await pass(1100);
    expect(take().map((call) => call.split(' ')[1])).toEqual(['compare', 'compare']);
    expect([before.listeners, state.hosts.listeners]).toEqual([0, 1]);
    await loop.stop();
    expect(state.hosts.listeners).toBe(0);
  });

  it('is again with back-off after a failure, which is logged once', async () => {
    const { loop, logger, state, pass, take } = loopOf();
    state.error = new UpdateError('unreachable', 'nothing listens there');
    loop.start();
    await pass(14_000);
    const times = take().map((call) => Math.floor(Number(call.split(' ')[0]) / 1000));
    expect(times).toEqual([0, 1, 3, 7]);
    const lines = (): string[] => logger.lines.map(({ level, message }) => `${level} ${message}`);
    expect(lines()).toEqual(['error plugin/publish: example.org. nothing listens there']);
    state.error = undefined;
    await pass(8000);
    expect(take()).toHaveLength(1);
    expect(lines().slice(1)).toEqual(['info plugin/publish: example.org. is in step again']);
    await loop.stop();
  });

  it('waits for the interval where a person has to allow removals', async () => {
    const { loop, state, pass, take } = loopOf();
    state.error = new UpdateError('removals', 'too many');
    loop.start();
    await pass(67_000);
    expect(take()).toEqual(['0 compare', '66000 compare']);
    await loop.stop();
  });

  it('is never after the end', async () => {
    const { clock, loop, state, pass, take } = loopOf();
    loop.start();
    await pass(100);
    take();
    await loop.stop();
    state.hosts.tell('a');
    await pass(100_000);
    expect(take()).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
