import { describe, expect, it } from 'vitest';
import type { Plugin } from '../../../src/plugins/plugin.ts';
import { makePlugins } from '../../../src/plugins/plugins.ts';
import { parseDirective } from '../../support/plugin.ts';
import { forms, type Form, type LineForm } from './forms.ts';

// Every plugin and every option with too few and too many arguments, with one of the wrong type, twice, with a block where none may
// stand, and beside an option that does not exist: each is one error at the very word, which says what was found and what was expected.

const plugins = makePlugins();
const found = /found|unexpected|unknown|ends after|the line ends|stands here again/;
const expected = /expected|must|needs|takes|may stand only once|did you mean|has no options|is not a|does not exist/;

interface Case {
  readonly what: string;
  /** Lines from line 2 of the Corefile on. */
  readonly lines: readonly string[];
  readonly line: number;
  readonly column: number;
  readonly code?: string;
  /** Of the wrong type: a message may quote it and say what it is not. */
  readonly word?: string;
}

function errorsOf(plugin: Plugin<unknown>, lines: readonly string[]): readonly string[] {
  const { problems } = parseDirective(plugin, lines.join('\n'), () => ({ lo: [] }));
  return problems.filter((problem) => problem.includes(' error: '));
}

function words(text: string): string[] {
  return text.match(/"[^"]*"|\S+/g) ?? [];
}

/** The cases of one line of the directive, or of one of its options, as `around` puts it into the Corefile at `line`. */
function casesOf(
  name: string,
  form: Form,
  line: number,
  around: (text: string, block?: readonly string[]) => readonly string[],
): Case[] {
  const { right, min, max, wrong = [] } = form;
  const args = words(right);
  const cases: Case[] = [];
  for (let count = 0; count < min; count++) {
    const some = args.slice(0, count);
    const text = [name, ...some].join(' ');
    const column = text.length - words(text).at(-1)!.length + 1;
    cases.push({ what: `too few: ${text}`, lines: around(text), line, column, code: 'ARGUMENT' });
  }
  if (max !== undefined) {
    const full = [name, ...args].join(' ');
    expect(args.length, `${name} has as many arguments as it may`).toBe(max);
    const lines = around(`${full} superfluous`);
    cases.push({ what: `too many: ${full}`, lines, line, column: full.length + 2, code: 'ARGUMENT' });
  }
  for (const each of wrong) {
    const text = `${name} ${each}`;
    const at = text.search(/(?<= )\^/);
    const right = text.slice(0, at) + text.slice(at + 1);
    const word = words(text.slice(at + 1))[0]!.replaceAll('"', '');
    cases.push({ what: `wrong: ${text}`, lines: around(right), line, column: at + 1, word });
  }
  return cases;
}

function casesOfPlugin(name: string, form: LineForm): Case[] {
  const { options = {}, needs, right, repeatable, hasFreeBlock } = form;
  const own = [name, right].join(' ').trim();
  const withBlock = (text: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [text] : [`${text} {`, ...lines, '}'];
  const needed = needs === undefined ? [] : [needs];
  const cases = casesOf(name, form, 2, (text) => withBlock(text, needed));
  const whole = withBlock(own, needed);
  if (!repeatable) {
    const line = 2 + whole.length;
    cases.push({ what: 'twice', lines: [...whole, ...whole], line, column: 1, code: 'REPEATED' });
  }
  if (hasFreeBlock) return cases;
  const code = Object.keys(options).length === 0 ? 'ARGUMENT' : 'OPTION';
  const isOwnCode = name === 'acl';
  const unknown = withBlock(own, ['no_such_option x']);
  cases.push({ what: 'no such option', lines: unknown, line: 3, column: 1, ...(isOwnCode ? {} : { code }) });
  for (const [option, optionForm] of Object.entries(options)) {
    const around = (text: string, lines: readonly string[] = []) => withBlock(own, withBlock(text, lines));
    const text = [option, optionForm.right].join(' ').trim();
    for (const each of casesOf(option, optionForm, 3, around)) cases.push(each);
    const inner = around(text, ['inner']);
    cases.push({
      what: `a block of ${option}`,
      lines: inner,
      line: 4,
      column: 1,
      code: optionForm.hasBlock ? 'OPTION' : 'ARGUMENT',
    });
    if (optionForm.repeatable) continue;
    const twice = withBlock(own, [text, text]);
    cases.push({ what: `${option} twice`, lines: twice, line: 4, column: 1, code: 'REPEATED' });
  }
  return cases;
}

it('there is a form for each plugin', () => {
  expect(Object.keys(forms).sort()).toEqual(plugins.map(({ name }) => name).sort());
});

describe.each(plugins.filter(({ name }) => Object.hasOwn(forms, name)))('$name', (plugin) => {
  const { name } = plugin;
  const form = forms[name]!;
  const { right, needs, options = {} } = form;
  const own = [name, right].join(' ').trim();

  it('takes what is right', () => {
    expect(errorsOf(plugin, needs === undefined ? [own] : [`${own} {`, needs, '}'])).toEqual([]);
    for (const [option, { right: args }] of Object.entries(options)) {
      const beside = needs?.split('\n').filter((each) => !each.startsWith(`${option} `)) ?? [];
      const lines = [`${own} {`, ...beside, [option, args].join(' '), '}'];
      expect(errorsOf(plugin, lines), lines.join('\n')).toEqual([]);
    }
  });

  it.each(casesOfPlugin(name, form))('$what', ({ lines, line, column, code, word }) => {
    const errors = errorsOf(plugin, lines);
    expect(errors, lines.join('\n')).toHaveLength(1);
    expect(errors[0]).toMatch(
      new RegExp(`^Corefile:${line}:${column}: error: .*\\[COREFILE_${code ?? '[A-Z]+'}\\]$`, 's'),
    );
    if (word === undefined || !errors[0]!.includes(`'${word}'`)) expect(errors[0]).toMatch(found);
    expect(errors[0]).toMatch(expected);
  });
});
