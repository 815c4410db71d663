import { expect, test } from 'vitest';
import { loadAddon } from '../../../../src/runtime/addon.ts';
import { bindSystemCalls, type SystemCalls } from '../../../../src/server/listen/batched/system-calls.ts';
import { askForShortSlice } from '../../../../src/server/listen/batched/time-slice.ts';

const calls = bindSystemCalls(loadAddon());

/** What the kernel was asked for: the niceness and the slice in nanoseconds of each call that sets them. */
function asked(architecture: string, canGet = true): [niceness: number, slice: bigint][] {
  const told: [number, bigint][] = [];
  const scripted: SystemCalls = {
    ...calls,
    syscall(number, thread, attributes, a, b) {
      const view = new DataView(attributes.buffer);
      expect([thread, b]).toEqual([0, 0]);
      if (number === 315 || number === 275) {
        expect(a).toBe(48);
        view.setInt32(16, 5, true);
        return canGet ? 0 : -1;
      }
      expect([314, 274]).toContain(number);
      told.push([view.getInt32(16, true), view.getBigUint64(24, true)]);
      return 0;
    },
  };
  askForShortSlice(scripted, architecture);
  return told;
}

test('asks for 0.1 ms, and for what was there before else', () => {
  expect(asked('x64')).toEqual([[5, 100_000n]]);
  expect(asked('arm64')).toEqual([[5, 100_000n]]);
});

test('asks for nothing where it cannot tell what there was, or how to ask', () => {
  expect(asked('x64', false)).toEqual([]);
  expect(asked('riscv64')).toEqual([]);
});
