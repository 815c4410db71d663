import { EventEmitter } from 'node:events';
import inspector from 'node:inspector';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { closeUnwantedDebugger, HeldSignals } from '../../src/runtime/held-signals.ts';

describe('HeldSignals', () => {
  test('tells of each signal', () => {
    const source = new EventEmitter();
    const told: string[] = [];
    new HeldSignals(source).handle((name) => told.push(name));
    for (const name of ['SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGHUP']) source.emit(name, name);
    expect(told).toEqual(['SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGHUP']);
  });

  test('tells of those that came earlier, each once', () => {
    const source = new EventEmitter();
    const signals = new HeldSignals(source);
    for (const name of ['SIGUSR2', 'SIGHUP', 'SIGHUP']) source.emit(name, name);
    const told: string[] = [];
    signals.handle((name) => told.push(name));
    expect(told).toEqual(['SIGUSR2', 'SIGHUP']);
  });

  test('leaves SIGTERM and SIGINT alone, and nothing behind when it is released', () => {
    const source = new EventEmitter();
    const signals = new HeldSignals(source);
    expect(source.eventNames()).toEqual(['SIGUSR1', 'SIGHUP', 'SIGUSR2']);
    signals.release();
    expect(source.eventNames()).toEqual([]);
  });
});

describe('closeUnwantedDebugger', () => {
  afterEach(() => inspector.close());

  test('closes one that nobody asked for, and again when it is opened behind the first turn', async () => {
    inspector.open(0);
    closeUnwantedDebugger(['--enable-source-maps', '']);
    expect(inspector.url()).toBeUndefined();
    inspector.open(0);
    await turn();
    expect(inspector.url()).toBeUndefined();
  });

  test.each([['--inspect'], ['--no-warnings --inspect-brk=0']])('leaves one that %s asked for', async (option) => {
    inspector.open(0);
    closeUnwantedDebugger([option]);
    await turn();
    expect(inspector.url()).toBeDefined();
  });
});
