import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/cli/command.ts';
import { commandFor, readWords } from '../../src/cli/commands.ts';
import { readServerFlags, serverCommand, type ServerFlags } from '../../src/cli/server-command.ts';

const defaults: ServerFlags = {
  conf: undefined,
  port: 53,
  pidfile: undefined,
  quiet: false,
  check: false,
  logFormat: 'text',
};

function read(words: readonly string[]): ServerFlags {
  expect(commandFor(words)).toBe(serverCommand);
  return readServerFlags(readWords(serverCommand, words));
}

function messageFor(words: readonly string[]): string {
  try {
    return JSON.stringify(read(words));
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

test.each(['-h', '-help', '--help', '-help=true'])('%s asks for help', (word) => {
  expect(readWords(serverCommand, [word]).isSet('help')).toBe(true);
});

describe('flags that are understood', () => {
  test.each<[args: string[], flags: Partial<ServerFlags>]>([
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
    [['-p', '1', '-dns.port', '2'], { port: 2 }],
    [['-dns.port', '1', '-p', '2'], { port: 2 }],
    [['-dns.port=0'], { port: 0 }],
    [['--dns.port=65535'], { port: 65_535 }],
    [['-pidfile', '/run/x.pid'], { pidfile: '/run/x.pid' }],
    [['-quiet'], { quiet: true }],
    [['--quiet'], { quiet: true }],
    [['-quiet=true'], { quiet: true }],
    [['-quiet=1'], { quiet: true }],
    [['--quiet=false'], { quiet: false }],
    [['-quiet=F'], { quiet: false }],
    [['-check', '-conf', 'x'], { check: true, conf: 'x' }],
    [['-conf', 'x', '-check'], { check: true, conf: 'x' }],
    [['-log-format', 'json'], { logFormat: 'json' }],
    [['-log-format=text'], { logFormat: 'text' }],
    [['-conf', 'x', '-conf', 'y'], { conf: 'y' }],
  ])('%j', (args, flags) => expect(read(args)).toEqual({ ...defaults, ...flags }));
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
  ])('%j: usage', (args, message) => expect(messageFor(args)).toMatch(message));

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
    expect(messageFor(args)).toBe(`unknown command '${word}'${suggestion}`);
  });
});
