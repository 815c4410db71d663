import { describe, expect, test } from 'vitest';
import { defaultCheckConfig, type CheckConfig } from '../../../src/registry/check/check-config.ts';
import { CheckPolicy } from '../../../src/registry/check/check-policy.ts';
import { Checker } from '../../../src/registry/check/checker.ts';
import type { Connect } from '../../../src/registry/check/connect.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { RecordingLogger } from '../../support/quiet-logger.ts';

type Result = 'connects' | 'refuses' | 'is silent';

/** A checker over machines whose behaviour a test decides; without jitter, unless said otherwise. */
class Rig {
  readonly clock = new FakeClock();
  readonly logger = new RecordingLogger();
  /** By `ADDRESS:PORT`; all others connect. */
  readonly results = new Map<string, Result>();
  readonly attempts: { readonly key: string; readonly atMs: number }[] = [];
  readonly changes: string[][] = [];
  open = 0;
  mostOpen = 0;
  readonly checker: Checker;

  constructor(config: Partial<CheckConfig> = {}, random: () => number = () => 0.5) {
    const connect: Connect = (ip, port, done) => {
      const key = `${ip}:${port}`;
      this.attempts.push({ key, atMs: this.clock.now() });
      this.mostOpen = Math.max(this.mostOpen, ++this.open);
      const result = this.results.get(key) ?? 'connects';
      const cancel =
        result === 'is silent'
          ? () => undefined
          : this.clock.after(1, () => done(result === 'connects' ? undefined : 'ECONNREFUSED'));
      return () => {
        cancel();
        this.open--;
      };
    };
    this.checker = new Checker({
      config: { ...defaultCheckConfig, jitter: 0, ...config },
      policy: new CheckPolicy([], () => ['192.0.2.99']),
      connect,
      clock: this.clock,
      logger: this.logger,
      random,
      onChange: (targets) => this.changes.push([...targets].toSorted()),
    });
  }

  stateOf(key: string): string | undefined {
    return this.checker.stateOf(key)?.state;
  }
}

const one = '10.0.0.1:80';
const two = '10.0.0.2:80';

describe('one endpoint', () => {
  test('is up until `fall` checks in a row have failed, and down until `rise` have not', () => {
    const rig = new Rig({ intervalMs: 1000, rise: 2, fall: 3 });
    rig.checker.add(one);
    expect(rig.checker.stateOf(one)).toEqual({ state: 'up', sinceMs: rig.clock.wall(), error: '' });
    rig.results.set(one, 'refuses');
    rig.clock.advance(2500);
    expect(rig.checker.stateOf(one)).toMatchObject({ state: 'up', error: 'ECONNREFUSED' });
    rig.clock.advance(501);
    expect(rig.checker.stateOf(one)).toEqual({ state: 'down', sinceMs: rig.clock.wall(), error: 'ECONNREFUSED' });
    expect(rig.changes).toEqual([]);
    rig.clock.advance(100);
    expect(rig.changes).toEqual([[one]]);
    rig.results.set(one, 'connects');
    rig.clock.advance(1000);
    expect(rig.stateOf(one)).toBe('down');
    rig.clock.advance(1000);
    expect(rig.stateOf(one)).toBe('up');
    rig.clock.advance(100);
    expect(rig.changes).toEqual([[one], [one]]);
    expect(rig.checker.counts).toEqual({ successes: 2, failures: 3, risen: 1, fallen: 1 });
    expect(rig.logger.lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      `warning plugin/serviceentry: check: down: ${one} (ECONNREFUSED)`,
      `info plugin/serviceentry: check: up again: ${one}`,
    ]);
  });

  test('results that alternate change nothing', () => {
    const rig = new Rig({ intervalMs: 1000, rise: 2, fall: 2 });
    rig.checker.add(one);
    for (let i = 0; i < 10; i++) {
      rig.results.set(one, i % 2 === 0 ? 'refuses' : 'connects');
      rig.clock.advance(1000);
    }
    expect(rig.stateOf(one)).toBe('up');
    expect(rig.changes).toEqual([]);
  });

  test('that is silent has failed after the timeout, and its connection is given up', () => {
    const rig = new Rig({ intervalMs: 1000, timeoutMs: 300, fall: 1 });
    rig.results.set(one, 'is silent');
    rig.checker.add(one);
    rig.clock.advance(1299);
    expect(rig.stateOf(one)).toBe('up');
    expect(rig.open).toBe(1);
    rig.clock.advance(1);
    expect(rig.checker.stateOf(one)).toMatchObject({ state: 'down', error: 'timeout' });
    expect(rig.open).toBe(0);
  });

  test('a check that takes longer than the interval is not started again beside itself', () => {
    const rig = new Rig({ intervalMs: 100, timeoutMs: 1000, fall: 1 });
    rig.results.set(one, 'is silent');
    rig.checker.add(one);
    rig.clock.advance(950);
    expect(rig.attempts).toHaveLength(1);
    expect(rig.mostOpen).toBe(1);
  });

  test('that is taken away is not checked any more, nor passed on', () => {
    const rig = new Rig({ intervalMs: 100, fall: 1 });
    rig.results.set(one, 'refuses').set(two, 'is silent');
    rig.checker.add(one);
    rig.checker.add(two);
    rig.clock.advance(110);
    expect(rig.open).toBe(1);
    expect(rig.checker.states).toEqual({ up: 1, down: 1, 'not-allowed': 0 });
    rig.checker.remove(one);
    rig.checker.remove(two);
    expect(rig.open).toBe(0);
    expect(rig.checker.states).toEqual({ up: 0, down: 0, 'not-allowed': 0 });
    const before = rig.attempts.length;
    rig.clock.advance(10_000);
    expect(rig.attempts).toHaveLength(before);
    expect(rig.changes).toEqual([]);
    expect(rig.clock.pending).toBe(0);
    rig.checker.add(one);
    expect(rig.stateOf(one)).toBe('up');
    rig.clock.advance(101);
    expect(rig.stateOf(one)).toBe('down');
  });

  test('of an address that may not be asked is none', () => {
    const rig = new Rig();
    for (const key of ['127.0.0.1:80', '[::1]:80', '169.254.169.254:80', '192.0.2.99:53']) rig.checker.add(key);
    rig.clock.advance(60_000);
    expect(rig.attempts).toEqual([]);
    expect(rig.stateOf('[::1]:80')).toBe('not-allowed');
    expect(rig.checker.states).toEqual({ up: 0, down: 0, 'not-allowed': 4 });
    rig.checker.remove('[::1]:80');
    expect(rig.stateOf('[::1]:80')).toBeUndefined();
  });

  test('an IPv6 address goes without its brackets', () => {
    const rig = new Rig({ intervalMs: 100 });
    rig.checker.add('[2001:db8::1]:443');
    rig.clock.advance(100);
    expect(rig.attempts.map(({ key }) => key)).toEqual(['2001:db8::1:443']);
  });
});

const many = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}:80`);

describe('many endpoints', () => {
  test.each([2, 50, 1000, 5000])('%i have their turn once in each interval, evenly', (count) => {
    const rig = new Rig({ intervalMs: 5000 });
    const keys = many(count);
    for (const key of keys) rig.checker.add(key);
    // To a step or two.
    rig.clock.advance(5050);
    expect(new Set(rig.attempts.map(({ key }) => key))).toEqual(new Set(keys));
    expect(rig.attempts.length).toBeLessThanOrEqual(1.02 * count + 1);
    const perSecond = Map.groupBy(rig.attempts, ({ atMs }) => Math.ceil(atMs / 1000));
    for (const each of perSecond.values()) expect(each.length).toBeLessThanOrEqual(count / 5 + 20);
    rig.clock.advance(5100);
    expect(rig.checker.roundMs).toBeCloseTo(5000, -3);
  });

  test('no more than a thousand in a second: the round takes longer, and says so', () => {
    const rig = new Rig({ intervalMs: 5000 });
    for (const key of many(20_000)) rig.checker.add(key);
    rig.clock.advance(1001);
    expect(rig.attempts).toHaveLength(1000);
    expect(rig.checker.roundMs).toBeUndefined();
    rig.clock.advance(20_000);
    expect(rig.checker.roundMs).toBeCloseTo(20_000, -3);
  });

  test('no more connections at a time than may be, whatever hangs', () => {
    const rig = new Rig({ intervalMs: 100, timeoutMs: 1000, maxConcurrent: 8 });
    const keys = many(100);
    for (const key of keys) {
      rig.results.set(key, 'is silent');
      rig.checker.add(key);
    }
    rig.clock.advance(5000);
    expect(rig.mostOpen).toBe(8);
    expect(rig.attempts.length).toBeGreaterThanOrEqual(40);
    const turns = rig.attempts.slice(0, 40).map(({ key }) => key);
    expect(new Set(turns).size).toBe(40);
  });

  test('what falls together is passed on together, and logged in one line', () => {
    const rig = new Rig({ intervalMs: 100, fall: 1 });
    const keys = many(30);
    for (const key of keys) {
      rig.results.set(key, 'refuses');
      rig.checker.add(key);
    }
    rig.clock.advance(400);
    expect(rig.changes.flat().toSorted()).toEqual(keys.toSorted());
    expect(rig.changes.length).toBeLessThanOrEqual(3);
    expect(rig.logger.lines.length).toBe(rig.changes.length);
    expect(rig.logger.lines[0]!.message).toMatch(
      /^plugin\/serviceentry: check: down: (.+ \(ECONNREFUSED\)(, )?){5} and \d+ more$/,
    );
  });

  test('jitter moves each step, so that two servers do not go together', () => {
    const stepsOf = (random: () => number): number[] => {
      const rig = new Rig({ intervalMs: 1000, jitter: 0.1 }, random);
      rig.checker.add(one);
      rig.clock.advance(5000);
      return rig.attempts.map(({ atMs }) => atMs);
    };
    expect(stepsOf(() => 0)).toEqual([900, 1800, 2700, 3600, 4500]);
    expect(stepsOf(() => 0.5)).toEqual([1000, 2000, 3000, 4000, 5000]);
    expect(stepsOf(() => 1)).toEqual([1100, 2200, 3300, 4400]);
  });
});

test('nothing goes on after the end', () => {
  const rig = new Rig({ intervalMs: 100, fall: 1 });
  rig.results.set(one, 'refuses').set(two, 'is silent');
  rig.checker.add(one);
  rig.checker.add(two);
  rig.clock.advance(110);
  rig.checker.stop();
  expect(rig.open).toBe(0);
  expect(rig.clock.pending).toBe(0);
  expect(rig.changes).toEqual([]);
});
