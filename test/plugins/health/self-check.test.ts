import { expect, it } from 'vitest';
import { HealthMeter, SelfCheck } from '../../../src/plugins/health/self-check.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { RecordingLogger } from '../../support/quiet-logger.ts';

const url = 'http://127.0.0.1:8080/health';

/** A check each of whose requests ends when the test says so. */
function rig() {
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const meter = new HealthMeter();
  const asked: { url: string; end: { resolve: () => void; reject: (error: Error) => void } }[] = [];
  const ask = (to: string): Promise<void> =>
    new Promise((resolve, reject) => asked.push({ url: to, end: { resolve, reject } }));
  const check = new SelfCheck({ url, meter, clock, logger, ask });
  const messages = (): string[] => logger.lines.map(({ level, message }) => `${level} ${message}`);
  return { clock, meter, asked, check, messages };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('asks every second, and counts how long that took', async () => {
  const { clock, meter, asked, messages } = rig();
  clock.advance(999);
  expect(asked).toEqual([]);
  clock.advance(1);
  expect(asked.map((each) => each.url)).toEqual([url]);
  clock.advance(2);
  asked[0]!.end.resolve();
  await settled();
  clock.advance(1000);
  expect(asked).toHaveLength(2);
  asked[1]!.end.resolve();
  await settled();
  expect([...meter.durations]).toEqual([1, 1, 0, 0, 0, 0, 2]);
  expect(meter.failures).toBe(0);
  expect(messages()).toEqual([]);
});

it('warns where it takes more than a second, and where it fails', async () => {
  const { clock, meter, asked, messages } = rig();
  clock.advance(1000);
  clock.advance(1500);
  asked[0]!.end.resolve();
  await settled();
  clock.advance(1000);
  clock.advance(3000);
  asked[1]!.end.reject(new Error('no answer'));
  await settled();
  expect(messages()).toEqual([
    `warning plugin/health: Local health request to ${url} took more than 1s: 1.5 s`,
    `warning plugin/health: Local health request to ${url} failed: no answer`,
  ]);
  expect(meter.failures).toBe(1);
  expect([...meter.durations]).toEqual([0, 0, 0, 0, 1, 1, 4500]);
});

it('asks no more when it is stopped, and does not count what that cuts', async () => {
  const { clock, meter, asked, check, messages } = rig();
  clock.advance(1000);
  check.stop();
  asked[0]!.end.reject(new Error('cut'));
  await settled();
  clock.advance(10_000);
  expect(asked).toHaveLength(1);
  expect(clock.pending).toBe(0);
  expect(meter.failures).toBe(0);
  expect(messages()).toEqual([]);
});
