import { describe, expect, test } from 'vitest';
import { readFlags, usage, type Flags } from '../../src/cli/flags.ts';

const defaults: Flags = {
  conf: undefined,
  port: 53,
  pidfile: undefined,
  plugins: false,
  quiet: false,
  version: false,
  check: false,
  help: false,
  logFormat: 'text',
};

describe('flags that are understood', () => {
  test.each<[args: string[], flags: Partial<Flags>]>([
    [[], {}],
    [['-conf', 'a/Corefile'], { conf: 'a/Corefile' }],
    [['--conf', 'a/Corefile'], { conf: 'a/Corefile' }],
    [['-conf=a/Corefile'], { conf: 'a/Corefile' }],
    [['--conf=a=b'], { conf: 'a=b' }],
    [['-conf', 'stdin'], { conf: 'stdin' }],
    [['-conf='], { conf: '' }],
    [['-p', '1053'], { port: 1053 }],
    [['-p=1053'], { port: 1053 }],
    [['--p', '1053'], { port: 1053 }],
    [['-dns.port', '1053'], { port: 1053 }],
    [['-dns.port=0'], { port: 0 }],
    [['--dns.port=65535'], { port: 65_535 }],
    [['-pidfile', '/run/x.pid'], { pidfile: '/run/x.pid' }],
    [['-plugins'], { plugins: true }],
    [['-quiet'], { quiet: true }],
    [['--quiet'], { quiet: true }],
    [['-quiet=true'], { quiet: true }],
    [['-quiet=1'], { quiet: true }],
    [['--quiet=false'], { quiet: false }],
    [['-quiet=F'], { quiet: false }],
    [['-version'], { version: true }],
    [['-check', '-conf', 'x'], { check: true, conf: 'x' }],
    [['-conf', 'x', '-check'], { check: true, conf: 'x' }],
    [['-log-format', 'json'], { logFormat: 'json' }],
    [['-log-format=text'], { logFormat: 'text' }],
    [['-h'], { help: true }],
    [['-help'], { help: true }],
    [['--help'], { help: true }],
    [['-conf', 'x', '-conf', 'y'], { conf: 'y' }],
  ])('%j', (args, flags) => expect(readFlags(args)).toEqual({ type: 'flags', flags: { ...defaults, ...flags } }));
});

describe('flags that are not', () => {
  test.each<[args: string[], message: RegExp]>([
    [['-nosuch'], /^unknown flag '-nosuch'$/],
    [['--cnof', 'x'], /^unknown flag '--cnof'; did you mean '--conf'\?$/],
    [['--nosuch=1'], /nosuch/],
    [['-x'], /x/],
    [['-p1053'], /p1053/],
    [['-confx'], /^unknown flag '-confx'; did you mean '-conf'\?$/],
    [['-constructor'], /^unknown flag/],
    [['-conf'], /^flag -conf needs a value$/],
    [['-quiet=maybe'], /^invalid value 'maybe' for flag -quiet: expected true or false$/],
    [['-p', 'abc'], /invalid value 'abc' for flag -dns\.port: expected a number from 0 to 65535/],
    [['-p', '65536'], /invalid value '65536'/],
    [['-p='], /invalid value ''/],
    [['-p=-1'], /invalid value '-1'/],
    [['-dns.port', '5 3'], /invalid value '5 3'/],
    [['-log-format', 'xml'], /invalid value 'xml' for flag -log-format: expected text or json/],
  ])('%j: usage', (args, message) => {
    const result = readFlags(args);
    expect(result).toMatchObject({ type: 'usage' });
    expect((result as { message: string }).message).toMatch(message);
  });

  test.each([
    [['serve'], 'serve', ''],
    [['expain', 'a.example'], 'expain', "; did you mean 'explain'?"],
    [['help'], 'help', "; did you mean '-help'?"],
    [['version'], 'version', "; did you mean '-version'?"],
    [['-quiet', 'Corefile'], 'Corefile', ''],
    [['-quiet', 'true'], 'true', ''],
    [['-'], '-', ''],
    [['--', '-quiet'], '-quiet', "; did you mean '-quiet'?"],
  ])('%j: no command', (args, word, suggestion) => {
    expect(readFlags(args)).toEqual({ type: 'usage', message: `unknown command '${word}'${suggestion}` });
  });
});

test('the usage names all flags', () => {
  for (const flag of ['conf', 'dns.port', 'p', 'check', 'pidfile', 'plugins', 'quiet', 'version', 'log-format']) {
    expect(usage).toMatch(new RegExp(`(^|, |  )-${flag} `, 'm'));
  }
});
