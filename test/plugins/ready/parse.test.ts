import { describe, expect, it } from 'vitest';
import { readyPlugin } from '../../../src/plugins/ready/ready.ts';
import { parseDirective } from '../../support/plugin.ts';

const at = (address: string, port: number) => ({ address, port });
const block = (...options: string[]) => `ready {\n${options.join('\n')}\n}`;

describe('ready in a Corefile', () => {
  it.each([
    ['ready', at('', 8181), 'until-ready'],
    ['ready localhost:8091', at('127.0.0.1', 8091), 'until-ready'],
    [block('monitor until-ready'), at('', 8181), 'until-ready'],
    ['ready :1 {\nmonitor continuously\n}', at('', 1), 'continuously'],
  ])('reads %j', (lines, address, monitor) => {
    expect(parseDirective(readyPlugin, lines)).toEqual({ config: { at: address, monitor }, problems: [] });
  });

  it.each([
    ['ready a b', "Corefile:2:9: error: unexpected argument 'b'", 'ARGUMENT'],
    ['ready x', "such as 'localhost:8181', found 'x'", 'ARGUMENT'],
    ['ready\nready', "Corefile:3:1: error: 'ready' stands here again", 'REPEATED'],
    [block('monitr x'), "Corefile:3:1: error: unknown option 'monitr' of ready; did you mean 'monitor'?", 'OPTION'],
    [block('monitor'), 'Corefile:3:1: error: monitor needs until-ready or continuously', 'ARGUMENT'],
    [block('monitor continously'), "did you mean 'continuously'?", 'ARGUMENT'],
    [block('monitor continuously {\nx\n}'), "unexpected option 'x': monitor takes no block", 'ARGUMENT'],
  ])('refuses %j', (lines, text, code) => {
    const { problems } = parseDirective(readyPlugin, lines);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(text);
    expect(problems[0]).toContain(`[COREFILE_${code}]`);
  });
});
