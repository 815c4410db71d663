import { describe, expect, test } from 'vitest';
import { Refresher } from '../../../../src/plugins/cache/refresh/refresher.ts';
import { QuestionKey } from '../../../../src/plugins/cache/store/question-key.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { clientSubnet, makeQuery, type QueryOptions } from '../../../support/query.ts';
import { RecordingLogger } from '../../../support/quiet-logger.ts';
import { settle } from '../harness.ts';

function keyOf(name: string, options: QueryOptions = {}): QuestionKey {
  const query = makeQuery(name, 'A', options);
  query.readName();
  const key = new QuestionKey();
  key.read(query);
  return key;
}

function makeRefresher(timeoutMs = 300): {
  refresher: Refresher;
  clock: FakeClock;
  asked: string[];
  done: ((length: number) => void)[];
} {
  const clock = new FakeClock();
  const asked: string[] = [];
  const done: ((length: number) => void)[] = [];
  const refresher = new Refresher({
    clock,
    logger: new RecordingLogger(),
    timeoutMs,
    onBegin: () => undefined,
    keep: (_, length) => (length > 0 ? 'kept' : 'failed'),
    next(query) {
      asked.push(Buffer.from(query.lower.subarray(0, query.nameLength)).toString('latin1'));
      query.hold();
      return new Promise((resolve) => done.push(resolve));
    },
  });
  return { refresher, clock, asked, done };
}

describe('one question', () => {
  test('is asked once, however many join', async () => {
    const { refresher, asked, done, clock } = makeRefresher();
    const first = refresher.join(keyOf('a.test'));
    expect(refresher.join(keyOf('A.TEST'))).toBe(first);
    expect(refresher.begin(keyOf('a.test'))).toBeUndefined();
    expect(asked).toHaveLength(0);
    await settle();
    expect(asked).toHaveLength(1);
    done[0]!(30);
    expect(await first!.verdict).toBe('kept');
    expect(clock.pending).toBe(0);
    expect(refresher.join(keyOf('a.test'))).not.toBe(first);
  });

  test('is late when the time is over, and goes on', async () => {
    const { refresher, clock, asked } = makeRefresher();
    const refresh = refresher.join(keyOf('a.test'))!;
    await settle();
    clock.advance(300);
    expect(refresh.isLate).toBe(true);
    expect(await refresh.verdict).toBe('late');
    expect(refresher.join(keyOf('a.test'))).toBe(refresh);
    await settle();
    expect(asked).toHaveLength(1);
  });
});

describe('another question with the same hash', () => {
  test.each([
    ['name', keyOf('b.test')],
    ['longer name', keyOf('a.a.test')],
    ['CD', keyOf('a.test', { cd: true })],
  ])('%s: is not joined, and not asked meanwhile', (_, other) => {
    const { refresher } = makeRefresher();
    const key = keyOf('a.test');
    refresher.join(key);
    other.hash = key.hash;
    expect(refresher.join(other)).toBeUndefined();
  });

  test('another subnet', () => {
    const { refresher } = makeRefresher();
    const [key, other] = ['10.0.0.0/24', '10.0.1.0/24'].map((text) => {
      const each = keyOf('a.test', { edns: { options: clientSubnet(text) } });
      each.useScope(true);
      return each;
    });
    expect(refresher.join(key!)).toBeDefined();
    expect(key!.hash).not.toBe(other!.hash);
    other!.hash = key!.hash;
    expect(refresher.join(other!)).toBeUndefined();
  });
});

test('no more than 2000 are under way', () => {
  const { refresher } = makeRefresher();
  const joined = Array.from({ length: 2100 }, (_, i) => refresher.join(keyOf(`n${i}.test`)));
  expect(joined.filter((refresh) => refresh !== undefined).length).toBe(2000);
});
