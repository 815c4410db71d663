import { expect, test } from 'vitest';
import { SyncWatch } from '../../../src/plugins/serviceentry/sync-watch.ts';
import type { Source, SourceStatus } from '../../../src/registry/sources/source.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { RecordingLogger } from '../../support/quiet-logger.ts';

class Watched implements Source {
  readonly name = 'kubernetes(east)';
  readonly list: SourceStatus[] = [];

  start(): void {
    expect.fail();
  }

  status(): readonly SourceStatus[] {
    return this.list;
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}

function statusOf(kind: string, trouble: string, startedMs: number | undefined, isSynced = false): SourceStatus {
  const counts = { objects: 0, relists: 0, watchRestarts: 0, errors: 0 };
  const times = { startedMs, lastEventMs: undefined, lastBookmarkMs: undefined };
  return { cluster: 'east', kind, isSynced, state: 'listing', trouble, ...times, ...counts };
}

function setUp() {
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const source = new Watched();
  const told: string[] = [];
  const watch = new SyncWatch([source], clock, logger, (text) => told.push(text));
  const lines = (): string[] => logger.lines.map(({ level, message }) => `${level} ${message}`);
  return { clock, source, told, watch, lines };
}

test('says which kind of which cluster is waited for, since when and why', () => {
  const { clock, source, watch, told, lines } = setUp();
  source.list.push(
    statusOf('ServiceEntry', 'no answer yet', clock.wall()),
    statusOf('Service', '', clock.wall(), true),
  );
  watch.start();
  expect(told).toEqual(['waiting for kubernetes(east): ServiceEntry: no answer yet']);
  clock.advance(5000);
  watch.overdue();
  source.list[0] = statusOf('ServiceEntry', '503 down', clock.wall() - 5000);
  clock.advance(1000);
  expect(told.at(-1)).toBe('waiting for kubernetes(east): ServiceEntry: 503 down');
  expect(watch.text).toBe('waiting for kubernetes(east): ServiceEntry for 6 s: 503 down');
  clock.advance(29_000);
  expect(watch.synced(source)).toBe(true);
  expect(lines()).toEqual([
    'warning plugin/serviceentry: starting server with unsynced registry: waiting for kubernetes(east): ServiceEntry for 5 s: no answer yet',
    'warning plugin/serviceentry: the registry is not synced yet: waiting for kubernetes(east): ServiceEntry for 35 s: 503 down',
    'info plugin/serviceentry: the registry is synced, after 35.0 s',
  ]);
  expect(told.at(-1)).toBe('');
  expect(clock.pending).toBe(0);
});

test('says nothing of a start that is in time, and of sources that say nothing', () => {
  const { clock, source, watch, told, lines } = setUp();
  watch.start();
  expect(watch.text).toBe('');
  expect(watch.synced(source)).toBe(true);
  expect([told, lines()]).toEqual([[], []]);
  expect(clock.pending).toBe(0);
});

test('shows no more than a few', () => {
  const { clock, source, watch } = setUp();
  for (let i = 0; i < 7; i++) source.list.push(statusOf(`Kind${i}`, 'x', undefined));
  watch.start();
  expect(watch.text).toMatch(/Kind4: not asked for yet; and 2 more$/);
  watch.stop();
  expect(clock.pending).toBe(0);
});
