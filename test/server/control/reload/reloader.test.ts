import { describe, expect, test } from 'vitest';
import { Activities } from '../../../../src/runtime/activities.ts';
import { Problems } from '../../../../src/corefile/problem.ts';
import type { ServerConfig } from '../../../../src/server/config.ts';
import { Reloader, type CorefileReader, type ReadCorefile } from '../../../../src/server/control/reload/reloader.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { RecordingLogger } from '../../../support/quiet-logger.ts';

const config: ServerConfig = { blocks: [], listeners: [], sockets: undefined, debug: false };

/** A reader of a Corefile that a test writes: its text, or an error. */
function world(fixed?: string) {
  const file = { text: 'one' as string | Error, error: '', warning: '' };
  const position = { file: 'Corefile', line: 3, column: 5 };
  const read = (): ReadCorefile => {
    if (file.text instanceof Error) throw file.text;
    const problems = new Problems();
    if (file.error !== '') problems.error('COREFILE_DIRECTIVE', position, file.error);
    if (file.warning !== '') problems.warning('COREFILE_FILE', position, file.warning);
    return { problems, config, hash: `hash of ${file.text}`, files: [], state: `${file.text} ${file.error}` };
  };
  const reader: CorefileReader = { first: read(), fixed, look: () => read().state, read };
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const applied: ((error?: Error) => void)[] = [];
  const apply = (): Promise<void> =>
    new Promise((resolve, reject) => {
      applied.push((error) => (error ? reject(error) : resolve()));
    });
  const reloader = new Reloader(reader, apply, clock, logger, new Activities());
  const lines = (): string[] => logger.lines.splice(0).map(({ level, message }) => `${level} ${message}`);
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { file, clock, applied, reloader, lines, turn };
}

describe('a look', () => {
  test('reloads what has changed, once', async () => {
    const { file, clock, applied, reloader, lines } = world();
    await reloader.check();
    expect(applied).toHaveLength(0);
    file.text = 'two';
    clock.advance(5000);
    const checked = reloader.check();
    await reloader.check();
    expect([applied.length, reloader.hash]).toEqual([1, 'hash of one']);
    applied[0]!();
    await checked;
    expect(reloader).toMatchObject({ hash: 'hash of two', loadedMs: clock.wall(), failures: 0, hasFailed: false });
    expect(lines()).toEqual([
      'info Reloading',
      'info plugin/reload: Running configuration SHA512 = hash of two',
      'info Reloading complete',
    ]);
    await reloader.check();
    expect(applied).toHaveLength(1);
  });

  test('tries what is wrong once, says all of it, and reloads when it was put right', async () => {
    const { file, applied, reloader, lines } = world();
    file.error = "unknown directive 'x'";
    file.warning = 'it has expired';
    await reloader.check();
    await reloader.check();
    expect(applied).toHaveLength(0);
    expect(reloader).toMatchObject({ hash: 'hash of one', failures: 1, hasFailed: true });
    const why = 'plugin/reload: Corefile changed but reload failed';
    expect(lines()).toEqual([
      'info Reloading',
      `error ${why}: Corefile:3:5: error: unknown directive 'x' [COREFILE_DIRECTIVE]`,
      'warning Corefile:3:5: warning: it has expired [COREFILE_FILE]',
      'error Reload failed: the Corefile has errors; the configuration that ran before goes on unchanged',
    ]);
    Object.assign(file, { error: '', warning: '' });
    const checked = reloader.check();
    applied[0]!();
    await checked;
    expect(reloader).toMatchObject({ failures: 1, hasFailed: false });
  });

  test.each(['it cannot be read', 'it cannot be used'])('counts it once where %s', async (what) => {
    const { file, applied, reloader, lines } = world();
    const error = new Error('Corefile:1:1: a defect');
    file.text = what === 'it cannot be read' ? error : 'two';
    for (let i = 0; i < 2; i++) {
      const checked = reloader.check();
      applied.splice(0)[0]?.(error);
      await checked;
    }
    expect(reloader).toMatchObject({ hash: 'hash of one', failures: 1, hasFailed: true });
    expect(lines()).toEqual([
      'info Reloading',
      'error plugin/reload: Corefile changed but reload failed: Corefile:1:1: a defect',
      'error Reload failed: nothing of it is used; the configuration that ran before goes on unchanged',
    ]);
  });
});

describe('a signal', () => {
  test('reloads, changed or not, and tries again what has failed', async () => {
    const { applied, reloader, lines } = world();
    for (const error of [new Error('a port is taken'), undefined, undefined]) {
      const reloaded = reloader.signalled();
      applied.splice(0)[0]!(error);
      await reloaded;
    }
    expect(reloader).toMatchObject({ failures: 1, hasFailed: false });
    expect(lines().slice(0, 4)).toEqual([
      'info SIGUSR1: Reloading',
      'info Reloading',
      'error SIGUSR1: a port is taken',
      'error Reload failed: nothing of it is used; the configuration that ran before goes on unchanged',
    ]);
  });

  test('and any number of them, while one reload is under way, are one more after it', async () => {
    const { applied, reloader, turn, lines } = world();
    const all = Array.from({ length: 100 }, () => reloader.signalled());
    expect(applied).toHaveLength(1);
    applied[0]!();
    await turn();
    expect(applied).toHaveLength(2);
    applied[1]!();
    await Promise.all(all);
    await turn();
    expect(applied).toHaveLength(2);
    expect(lines().filter((line) => line === 'info Reloading')).toHaveLength(2);
    const last = reloader.signalled();
    applied[2]!();
    await last;
  });

  test('does nothing where there is nothing to read again', async () => {
    const { applied, reloader, lines } = world('the Corefile came from standard input');
    await reloader.signalled();
    await reloader.check();
    expect(applied).toHaveLength(0);
    expect(lines()).toEqual([
      'info SIGUSR1: Reloading',
      'warning SIGUSR1: there is nothing to reload: the Corefile came from standard input',
    ]);
    expect(reloader.failures).toBe(0);
  });
});
