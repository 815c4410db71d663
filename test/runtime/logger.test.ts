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
  it('writes the keys of CoreDNS, and the fields, debug only when wanted', () => {
    const lines = new Lines();
    const clock = new FakeClock(1000);
    for (const debugs of [false, true]) {
      const logger = new JsonLogger(lines, clock, debugs);
      logger.debug('d');
      logger.info('100% %s\n', { name: 'a.', port: 53, missing: undefined });
      logger.warning('w');
      logger.error('e');
    }
    const time = '"time":"1970-01-01T00:00:01.000Z"';
    const always = [
      `{"level":"INFO",${time},"name":"a.","port":53,"msg":"100% %s\\n"}\n`,
      `{"level":"WARN",${time},"msg":"w"}\n`,
      `{"level":"ERROR",${time},"msg":"e"}\n`,
    ];
    expect(lines.lines).toEqual([...always, `{"level":"DEBUG",${time},"msg":"d"}\n`, ...always]);
  });

  it('has the plugin that speaks as a field', () => {
    const lines = new Lines();
    new JsonLogger(lines, new FakeClock(1000)).warning('plugin/forward: 192.0.2.1:53 is down', { upstream: 'u' });
    expect(JSON.parse(lines.lines[0]!)).toEqual({
      level: 'WARN',
      time: '1970-01-01T00:00:01.000Z',
      plugin: 'forward',
      upstream: 'u',
      msg: '192.0.2.1:53 is down',
    });
  });

  it('flushes its destination', () => {
    const lines = new Lines();
    new JsonLogger(lines, new FakeClock()).flush();
    expect(lines.flushes).toBe(1);
  });
});
