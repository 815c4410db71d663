import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FdDestination, type FileWriter } from '../../src/runtime/log-destination.ts';
import { FakeClock } from '../support/fake-clock.ts';

type Done = Parameters<FileWriter['write']>[2];

/** Takes what is written when the test says so. */
class FakeWriter implements FileWriter {
  readonly taken: string[] = [];
  pending: { text: string; done: Done } | undefined;
  syncError: string | undefined;
  syncTakes = Infinity;

  write(_fd: number, text: Buffer, done: Done): void {
    this.pending = { text: text.toString(), done };
  }

  writeSync(_fd: number, text: Buffer): number {
    if (this.syncError !== undefined) throw Object.assign(new Error('write'), { code: this.syncError });
    const taken = Math.min(this.syncTakes, text.length);
    this.taken.push(text.subarray(0, taken).toString());
    return taken;
  }

  settle(takes = Infinity): void {
    const { text, done } = this.pending!;
    this.pending = undefined;
    const taken = Math.min(takes, text.length);
    this.taken.push(text.slice(0, taken));
    done(null, taken);
  }

  fail(code: string): void {
    const { done } = this.pending!;
    this.pending = undefined;
    done(Object.assign(new Error('write'), { code }), 0);
  }
}

describe('FdDestination', () => {
  let clock: FakeClock;
  let writer: FakeWriter;
  let destination: FdDestination;
  let told: number;

  beforeEach(() => {
    clock = new FakeClock();
    writer = new FakeWriter();
    told = 0;
    destination = new FdDestination(1, clock, writer, () => told++);
  });

  afterEach(() => {
    // Whoever counts dropped lines has been told of each.
    expect(told).toBe(destination.dropped);
  });

  it('gathers lines for 100 ms and writes them in one call', () => {
    destination.write('a\n');
    clock.advance(50);
    destination.write('b\n');
    clock.advance(49);
    expect(writer.pending).toBeUndefined();
    clock.advance(1);
    expect(writer.pending?.text).toBe('a\nb\n');
    writer.settle();
    expect(clock.pending).toBe(0);
  });

  it('writes at once when a chunk is full, and never cuts a line', () => {
    const line = `${'x'.repeat(999)}\n`;
    for (let i = 0; i < 5; i++) destination.write(line);
    expect(writer.pending?.text).toBe(line.repeat(4));
    writer.settle();
    clock.advance(100);
    expect(writer.pending?.text).toBe(line);
  });

  it('writes the rest of a chunk that was taken in part', () => {
    destination.write('abcdef\n');
    clock.advance(100);
    writer.settle(3);
    expect(writer.pending?.text).toBe('def\n');
  });

  it('tries again after 100 ms when the descriptor is not ready', () => {
    destination.write('a\n');
    clock.advance(100);
    writer.fail('EAGAIN');
    expect(writer.pending).toBeUndefined();
    clock.advance(100);
    expect(writer.pending?.text).toBe('a\n');
  });

  it('drops and counts lines when a mebibyte waits, and goes on when it was taken', () => {
    const line = `${'x'.repeat(1023)}\n`;
    for (let i = 0; i < 1025; i++) destination.write(line);
    expect(destination.dropped).toBe(1);
    writer.settle();
    destination.write(line);
    expect(destination.dropped).toBe(1);
  });

  it('flushes at once, also what is taken in parts', () => {
    writer.syncTakes = 2;
    destination.write('abc\n');
    destination.flush();
    expect(writer.taken).toEqual(['ab', 'c\n']);
    expect(clock.pending).toBe(0);
    destination.flush();
    expect(writer.taken).toHaveLength(2);
  });

  it('ends a flush and drops everything when the reader is gone', () => {
    writer.syncError = 'EPIPE';
    destination.write('a\n');
    destination.flush();
    destination.write('b\n');
    expect(destination.dropped).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('drops everything when a write finds the reader gone', () => {
    destination.write('a\n');
    clock.advance(100);
    writer.fail('EPIPE');
    destination.write('b\n');
    clock.advance(1000);
    expect(writer.pending).toBeUndefined();
    expect(destination.dropped).toBe(1);
  });

  it('writes to a real descriptor', () => {
    const path = join(tmpdir(), `log-destination-${process.pid}.txt`);
    const fd = openSync(path, 'w');
    const real = new FdDestination(fd, clock);
    real.write('line\n');
    real.flush();
    closeSync(fd);
    expect(readFileSync(path, 'utf8')).toBe('line\n');
    rmSync(path);
  });
});
