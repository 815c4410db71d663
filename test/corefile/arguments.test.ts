import { describe, expect, it } from 'vitest';
import * as read from '../../src/corefile/arguments.ts';
import type { Directive, Token } from '../../src/corefile/ast.ts';
import { formatDurationMs, parseDurationMs } from '../../src/corefile/duration.ts';
import { formatProblem, Problems } from '../../src/corefile/problem.ts';
import { directive, token } from './support.ts';

/** The value, or the message of the one problem, which stands at the argument. */
function outcome(reader: (argument: Token, problems: Problems) => unknown, text: string): unknown {
  const problems = new Problems();
  const value = reader(token(text, 7), problems);
  if (problems.list.length === 0) return value;
  expect(value).toBeUndefined();
  expect(problems.list).toMatchObject([
    { code: 'COREFILE_ARGUMENT', severity: 'error', position: { line: 1, column: 7 } },
  ]);
  return new Error(problems.list[0]!.message);
}

const error = (message: string) => new Error(message);

describe('arguments', () => {
  it.each([
    ['5', 5],
    ['-0', 0],
    ['+10', 10],
    ['11', error(`ttl must be between 0 and 10, found '11'`)],
    ['-1', error(`ttl must be between 0 and 10, found '-1'`)],
    ['1.5', error(`ttl must be an integer, found '1.5'`)],
    ['0x1', error(`ttl must be an integer, found '0x1'`)],
    ['', error(`ttl must be an integer, found ''`)],
    ['9'.repeat(20), error(`ttl must be a smaller number, found '${'9'.repeat(20)}'`)],
  ])('integer %s', (text, expected) => {
    expect(outcome((t, p) => read.integer(t, 'ttl', { min: 0, max: 10 }, p), text)).toEqual(expected);
  });

  it('says which end of a range is missed', () => {
    expect(outcome((t, p) => read.integer(t, 'n', { min: 3 }, p), '1')).toEqual(
      error(`n must be at least 3, found '1'`),
    );
    expect(outcome((t, p) => read.integer(t, 'n', { max: 3 }, p), '4')).toEqual(
      error(`n must be at most 3, found '4'`),
    );
    expect(outcome((t, p) => read.integer(t, 'n', {}, p), '-4')).toBe(-4);
  });

  it.each([
    ['300ms', 300],
    ['1h30m', 5_400_000],
    ['2.3s', 2300],
    ['0', 0],
    ['1', error(`expire must be a duration with a unit, found '1'; did you mean '1s'?`)],
    ['-5s', error(`expire must be between 0s and 24h, found '-5s'`)],
    ['25h', error(`expire must be between 0s and 24h, found '25h'`)],
    ['soon', error(`expire must be a duration such as '500ms', '30s' or '1h30m', found 'soon'`)],
  ])('duration %s', (text, expected) => {
    expect(outcome((t, p) => read.duration(t, 'expire', { min: 0, max: 86_400_000 }, p), text)).toEqual(expected);
  });

  it.each([
    ['5', 5000],
    ['1m', 60_000],
    ['0', error(`read must be at least 1s, found '0'`)],
    ['500ms', error(`read must be at least 1s, found '500ms'`)],
    ['x', error(`read must be a number of seconds or a duration such as '500ms' or '1h30m', found 'x'`)],
    ['9'.repeat(12), error(`read must be a smaller number of seconds, found '${'9'.repeat(12)}'`)],
  ])('secondsOrDuration %s', (text, expected) => {
    expect(outcome((t, p) => read.secondsOrDuration(t, 'read', { min: 1000 }, p), text)).toEqual(expected);
  });

  it.each([
    ['on', true],
    ['off', false],
    ['On', error(`prefix must be 'on' or 'off', found 'On'`)],
  ])('onOff %s', (text, expected) => {
    expect(outcome((t, p) => read.onOff(t, 'prefix', p), text)).toEqual(expected);
  });

  it.each([
    ['random', 'random'],
    [
      'sequental',
      error(`policy must be 'random', 'round_robin' or 'sequential', found 'sequental'; did you mean 'sequential'?`),
    ],
  ])('oneOf %s', (text, expected) => {
    expect(outcome((t, p) => read.oneOf(t, 'policy', ['random', 'round_robin', 'sequential'], p), text)).toEqual(
      expected,
    );
  });

  it.each([
    ['10.0.0.1', { address: '10.0.0.1', family: 4 }],
    ['2001:DB8:0::1', { address: '2001:db8::1', family: 6 }],
    ['010.0.0.1', error(`address must be an IPv4 or IPv6 address, found '010.0.0.1'`)],
    ['fe80::1%eth0', error(`address must be an IPv4 or IPv6 address, found 'fe80::1%eth0'`)],
    ['localhost', error(`address must be an IPv4 or IPv6 address, found 'localhost'`)],
  ])('ipAddress %s', (text, expected) => {
    expect(outcome((t, p) => read.ipAddress(t, 'address', p), text)).toEqual(expected);
  });

  it.each([
    ['10.1.2.3/8', { address: '10.0.0.0', prefixLength: 8, family: 4 }],
    ['10.1.2.3/13', { address: '10.0.0.0', prefixLength: 13, family: 4 }],
    ['10.1.2.3', { address: '10.1.2.3', prefixLength: 32, family: 4 }],
    ['0.0.0.0/0', { address: '0.0.0.0', prefixLength: 0, family: 4 }],
    ['2001:db8:ffff::/33', { address: '2001:db8:8000::', prefixLength: 33, family: 6 }],
    ['::1', { address: '::1', prefixLength: 128, family: 6 }],
    ['10.0.0.0/33', error(`net must be a network such as '10.0.0.0/8', found '10.0.0.0/33'`)],
    ['10.0.0.0/-1', error(`net must be a network such as '10.0.0.0/8', found '10.0.0.0/-1'`)],
    ['10.0.0/8', error(`net must be a network such as '10.0.0.0/8', found '10.0.0/8'`)],
  ])('cidr %s', (text, expected) => {
    expect(outcome((t, p) => read.cidr(t, 'net', p), text)).toEqual(expected);
  });

  it('reads zones with the normaliser of keys', () => {
    expect(outcome(read.zoneName, 'Example.ORG')).toBe('example.org.');
    expect(outcome(read.zoneName, 'a..b')).toEqual(error(`expected a zone name, found 'a..b': it has an empty label`));
    expect(outcome(read.zoneNames, 'a')).toEqual(['a.']);
    expect(outcome(read.zoneNames, '10.0.0.0/15')).toEqual(['0.10.in-addr.arpa.', '1.10.in-addr.arpa.']);
    expect(outcome(read.zoneNames, '10.0.0.0/40')).toEqual(
      error(`invalid CIDR '10.0.0.0/40': the length after the slash must be 1..32`),
    );
  });

  it.each([
    ['4096', 4096],
    ['64MB', 64_000_000],
    ['512KiB', 524_288],
    ['1gib', 1_073_741_824],
    ['10B', 10],
    ['2GiB', error(`capacity must be between 10 bytes and 2000000000 bytes, found '2GiB'`)],
    ['1.5MB', error(`capacity must be a size such as '64MB', '512KiB' or '4096', found '1.5MB'`)],
    ['64MiBs', error(`capacity must be a size such as '64MB', '512KiB' or '4096', found '64MiBs'`)],
    ['1constructor', error(`capacity must be a size such as '64MB', '512KiB' or '4096', found '1constructor'`)],
    ['99999999999GB', error(`capacity must be a smaller size, found '99999999999GB'`)],
  ])('size %s', (text, expected) => {
    expect(outcome((t, p) => read.size(t, 'capacity', { min: 10, max: 2e9 }, p), text)).toEqual(expected);
  });
});

describe('directive helpers', () => {
  function problemOf(check: (problems: Problems) => unknown): [unknown, string[]] {
    const problems = new Problems();
    const value = check(problems);
    return [value, problems.list.map(formatProblem)];
  }

  it('takes: exactly, at least and at most', () => {
    const forward = { min: 2 };
    expect(problemOf((p) => read.takes(directive('forward', '.', '1.1.1.1'), forward, 'FROM and TO...', p))).toEqual([
      true,
      [],
    ]);
    expect(problemOf((p) => read.takes(directive('forward'), forward, 'FROM and TO...', p))).toEqual([
      false,
      [`Corefile:1:1: error: forward needs FROM and TO..., but the line ends after 'forward' [COREFILE_ARGUMENT]`],
    ]);
    expect(problemOf((p) => read.takes(directive('forward', '.'), forward, 'FROM and TO...', p))).toEqual([
      false,
      [`Corefile:1:9: error: forward needs FROM and TO..., but the line ends after '.' [COREFILE_ARGUMENT]`],
    ]);
    expect(problemOf((p) => read.takes(directive('bufsize', '1', '2'), { max: 1 }, 'SIZE', p))).toEqual([
      false,
      [`Corefile:1:11: error: unexpected argument '2': bufsize takes SIZE and no more [COREFILE_ARGUMENT]`],
    ]);
    expect(problemOf((p) => read.takes(directive('any', 'x'), { max: 0 }, '', p))).toEqual([
      false,
      [`Corefile:1:5: error: unexpected argument 'x': any takes no arguments [COREFILE_ARGUMENT]`],
    ]);
  });

  it('noBlock', () => {
    const withBlock: Directive = { ...directive('any'), block: [directive('x')] };
    expect(problemOf((p) => read.noBlock(directive('any'), p))).toEqual([true, []]);
    expect(problemOf((p) => read.noBlock({ ...withBlock, block: [] }, p))).toEqual([true, []]);
    expect(problemOf((p) => read.noBlock(withBlock, p))).toEqual([
      false,
      [`Corefile:1:1: error: unexpected option 'x': any takes no block, expected the line to end [COREFILE_ARGUMENT]`],
    ]);
  });

  it.each([
    ['clas', ['class', 'format'], `unknown option 'clas' of log; did you mean 'class'?`],
    ['zzz', ['class', 'format'], `unknown option 'zzz' of log; expected 'class' or 'format'`],
    ['zzz', [], `unknown option 'zzz' of log; log has no options`],
  ])('unknownOption %s of %j', (name, known, message) => {
    const [, problems] = problemOf((p) => read.unknownOption(directive(name), known, 'log', p));
    expect(problems).toEqual([`Corefile:1:1: error: ${message} [COREFILE_OPTION]`]);
  });
});

describe('durations', () => {
  it.each([
    ['1ns', 1e-6],
    ['1us', 1e-3],
    ['1µs', 1e-3],
    ['1μs', 1e-3],
    ['1.5h', 5_400_000],
    ['.5s', 500],
    ['1.s', 1000],
    ['1.001s', 1001],
    ['-1m1s', -61_000],
    ['+1s', 1000],
    ['-0', 0],
    ['0s', 0],
    ['', undefined],
    ['-', undefined],
    ['s', undefined],
    ['.s', undefined],
    ['1', undefined],
    ['00', undefined],
    ['1s ', undefined],
    ['1 s', undefined],
    ['1S', undefined],
    ['1d', undefined],
    ['--1s', undefined],
    ['1s-1s', undefined],
    ['2562047h47m16s', 9_223_372_036_000],
    ['2562048h', undefined],
  ])('%s', (text, expected) => {
    expect(parseDurationMs(text)).toBe(expected);
  });

  it.each([
    [0, '0s'],
    [1500, '1500ms'],
    [61_000, '1m1s'],
    [3_600_000, '1h'],
    [-5000, '-5s'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDurationMs(ms)).toBe(text);
    expect(parseDurationMs(text)).toBe(ms);
  });
});
