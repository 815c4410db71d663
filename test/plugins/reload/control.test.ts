import { describe, expect, test } from 'vitest';
import type { Host } from '../../../src/plugins/control.ts';
import { reloadControl } from '../../../src/plugins/reload/control.ts';
import type { ReloadConfig } from '../../../src/plugins/reload/reload.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { RecordingLogger } from '../../support/quiet-logger.ts';

function world(configs: readonly ReloadConfig[], random = 0.5, more: Partial<Host> = {}) {
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  let checks = 0;
  const check = (): Promise<void> => {
    checks++;
    return Promise.resolve();
  };
  const corefile = { hash: 'abc', files: [], loadedMs: 0, fixed: undefined, check };
  const position = { file: 'Corefile', line: 1, column: 1 };
  const uses = configs.map((config, block) => ({ block, zones: ['.'], view: '', config, position }));
  const control = reloadControl(uses, { clock, logger, corefile, ...more } as Host, () => random);
  void control.start?.();
  /** How often it has looked when so much more time has gone by. */
  const after = async (ms: number): Promise<number> => {
    clock.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
    return checks;
  };
  return { control, clock, after, messages: logger.lines.map(({ message }) => message) };
}

describe('reload', () => {
  test.each([
    [0, 7500],
    [0.5, 10_000],
    [1, 12_500],
  ])('looks for ever, by a jitter of half of which it is early or late (random %d)', async (random, everyMs) => {
    const { after, control, clock } = world([{ intervalMs: 10_000, jitterMs: 5000 }], random);
    expect(await after(everyMs - 1)).toBe(0);
    expect(await after(1)).toBe(1);
    expect(await after(everyMs - 1)).toBe(1);
    for (let looks = 2; looks < 50; looks++) expect(await after(looks === 2 ? 1 : everyMs)).toBe(looks);
    void control.stop?.();
    expect([await after(100_000), clock.pending]).toEqual([49, 0]);
  });

  test('says what runs at a start, and not again when it is replaced', () => {
    const config = { intervalMs: 2000, jitterMs: 0 };
    expect(world([config]).messages).toEqual(['plugin/reload: Running configuration SHA512 = abc']);
    expect(world([config], 0.5, { inPlace: Promise.resolve() }).messages).toEqual([]);
  });

  test('of several lines the last one counts', async () => {
    const { after } = world([
      { intervalMs: 2000, jitterMs: 0 },
      { intervalMs: 4000, jitterMs: 0 },
    ]);
    expect(await after(3999)).toBe(0);
    expect(await after(1)).toBe(1);
  });

  test('an interval that no timer can be set for is a very long one', () => {
    const { clock } = world([{ intervalMs: 1e12, jitterMs: 0 }]);
    clock.advance(2 ** 31 - 2);
    expect(clock.pending).toBe(1);
  });

  test('says that nothing is ever reloaded where that is so', () => {
    const fixed = 'the Corefile came from standard input';
    const corefile = { hash: '', files: [], loadedMs: 0, fixed, check: () => Promise.resolve() };
    const { messages, clock } = world([{ intervalMs: 2000, jitterMs: 0 }], 0.5, { corefile });
    expect([messages, clock.pending]).toEqual([
      ['plugin/reload: nothing is ever reloaded: the Corefile came from standard input'],
      0,
    ]);
  });
});
