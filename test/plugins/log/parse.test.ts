import { describe, expect, it } from 'vitest';
import { logPlugin } from '../../../src/plugins/log/log.ts';
import { parseDirective } from '../../support/plugin.ts';

const common =
  '{remote}:{port} - {>id} "{type} {class} {name} {proto} {size} {>do} {>bufsize}" {rcode} {>rflags} {rsize} {duration}';
const all = ['success', 'denial', 'error'];
const rule = (change: object = {}) => ({ zone: '.', format: common, classes: all, sample: 1, ...change });

describe('log in a Corefile', () => {
  it.each([
    ['log', [rule()]],
    ['log Example.org', [rule({ zone: 'example.org.' })]],
    ['log a.org b.org', [rule({ zone: 'a.org.' }), rule({ zone: 'b.org.' })]],
    ['log . "{name} x"', [rule({ format: '{name} x' })]],
    ['log . {common}', [rule()]],
    ['log . "{combined}!"', [rule({ format: `${common} "{>opcode}"!` })]],
    [
      'log a.org b.org {name}',
      [rule({ zone: 'a.org.', format: '{name}' }), rule({ zone: 'b.org.', format: '{name}' })],
    ],
    ['log {\nclass denial error\nclass error\n}', [rule({ classes: ['denial', 'error'] })]],
    ['log {\nclass denial all\n}', [rule()]],
    ['log {\nsample 100\n}', [rule({ sample: 100 })]],
    ['log a.org {\nclass error\n}\nlog', [rule({ zone: 'a.org.', classes: ['error'] }), rule()]],
  ])('reads %j', (lines, rules) => {
    expect(parseDirective(logPlugin, lines)).toEqual({ config: { rules }, problems: [] });
  });

  it.each([
    ['log a..org', "Corefile:2:5: error: expected a zone name, found 'a..org': it has an empty label", 'ARGUMENT'],
    ['log {\nclas error\n}', "Corefile:3:1: error: unknown option 'clas' of log; did you mean 'class'?", 'OPTION'],
    ['log {\nclass\n}', 'Corefile:3:1: error: class needs classes of responses', 'ARGUMENT'],
    ['log {\nclass errors\n}', "found 'errors'; did you mean 'error'?", 'ARGUMENT'],
    ['log {\nsample 0\n}', 'Corefile:3:8: error: sample must be between 1 and 65536', 'ARGUMENT'],
    ['log {\nsample\n}', 'Corefile:3:1: error: sample needs one number N', 'ARGUMENT'],
    ['log {\nsample 2\nsample 3\n}', "Corefile:4:1: error: 'sample' stands here again", 'REPEATED'],
    [
      'log "{name}"',
      `Corefile:2:5: warning: a single argument of log is the name to match; to give a format, write 'log . "{name}"'`,
      'ARGUMENT',
    ],
  ])('refuses %j', (lines, start, code) => {
    const { problems } = parseDirective(logPlugin, lines);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(start);
    expect(problems[0]).toContain(`[COREFILE_${code}]`);
  });
});
