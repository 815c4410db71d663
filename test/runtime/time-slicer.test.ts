import { expect, test } from 'vitest';
import { backgroundPace, TimeSlicer } from '../../src/runtime/time-slicer.ts';
import { FakeClock } from '../support/fake-clock.ts';

test('a rest ends when the work is stopped, and there is no other', async () => {
  const stopping = new AbortController();
  const clock = new FakeClock();
  const slicer = new TimeSlicer(clock, stopping.signal, backgroundPace);
  const rest = slicer.rest();
  stopping.abort();
  await expect(rest).rejects.toThrow();
  await expect(slicer.rest()).rejects.toThrow();
  expect(clock.pending).toBe(0);
});
