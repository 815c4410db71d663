import { describe, expect, it } from 'vitest';
import { JsonLogger } from '../../src/runtime/json-logger.ts';
import type { LogDestination } from '../../src/runtime/log-destination.ts';
import { TextLogger } from '../../src/runtime/text-logger.ts';
import { FakeClock } from '../support/fake-clock.ts';

class Lines implements LogDestination {
  readonly lines: string[] = [];
  flushes = 0;
  write(line: string): void {
    this.lines.push(line);
  }
  flush(): void {
    this.flushes++;
  }
}

describe('TextLogger', () => {
  it('writes the lines of CoreDNS, debug only when wanted', () => {
    const lines = new Lines();
    for (const debugs of [false, true]) {
      const logger = new TextLogger(lines, debugs);
      logger.debug('d');
      logger.info('i');
      logger.warning('w');
      logger.error('e');
    }
    const always = ['[INFO] i\n', '[WARNING] w\n', '[ERROR] e\n'];
    expect(lines.lines).toEqual([...always, '[DEBUG] d\n', ...always]);
  });

  it.each([
    ['a\n[ERROR] forged', 'a\\u000a[ERROR] forged'],
    ['\r\u001b[2J', '\\u000d\\u001b[2J'],
    ['\u0085\u2028\u202e', '\\u0085\\u2028\\u202e'],
    ['grüße \\. "x"', 'grüße \\. "x"'],
  ])('keeps %j on one line', (message, shown) => {
    const lines = new Lines();
    new TextLogger(lines).info(message);
    expect(lines.lines).toEqual([`[INFO] ${shown}\n`]);
  });

  it('flushes its destination', () => {
    const lines = new Lines();
    new TextLogger(lines).flush();
    expect(lines.flushes).toBe(1);
  });
});

describe('JsonLogger', () => {
  it('writes pino lines with the fields, debug only when wanted', () => {
    const lines = new Lines();
    const clock = new FakeClock(1000);
    for (const debugs of [false, true]) {
      const logger = new JsonLogger(lines, clock, debugs);
      logger.debug('d');
      logger.info('100% %s\n', { name: 'a.', port: 53, missing: undefined });
      logger.warning('w');
      logger.error('e');
    }
    const always = [
      '{"level":"info","time":1000,"name":"a.","port":53,"msg":"100% %s\\n"}\n',
      '{"level":"warn","time":1000,"msg":"w"}\n',
      '{"level":"error","time":1000,"msg":"e"}\n',
    ];
    expect(lines.lines).toEqual([...always, '{"level":"debug","time":1000,"msg":"d"}\n', ...always]);
  });

  it('flushes its destination', () => {
    const lines = new Lines();
    new JsonLogger(lines, new FakeClock()).flush();
    expect(lines.flushes).toBe(1);
  });
});
