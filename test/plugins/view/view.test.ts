import { decode } from 'dns-packet';
import { describe, expect, it } from 'vitest';
import { loadCorefile } from '../../../src/cli/load.ts';
import { formatProblem } from '../../../src/corefile/problem.ts';
import { viewPlugin } from '../../../src/plugins/view/view.ts';
import { askUdp } from '../../support/dns-client.ts';
import { freePorts } from '../../support/free-ports.ts';
import { makeEnvironment, parseDirective } from '../../support/plugin.ts';
import { encodeQuery, makeQuery, type TypeOption } from '../../support/query.ts';
import { get, startServer } from '../../support/running.ts';

describe('view in a Corefile', () => {
  it.each([
    ['view x', { name: 'x', expressions: [] }],
    ["view x {\nexpr name() == 'example.com.'\n}", { name: 'x', expressions: ["name() == 'example.com.'"] }],
    ["view x {\nexpr do()\nexpr type() in ['A', 'B']\n}", { name: 'x', expressions: ['do()', "type() in ['A', 'B']"] }],
    ['view x {\nexpr "any([1], # > 0)"\n}', { name: 'x', expressions: ['any([1], # > 0)'] }],
  ])('%j', (lines, config) => {
    expect(parseDirective(viewPlugin, lines)).toEqual({ config, problems: [] });
    expect(viewPlugin.settings(config)).toEqual({ view: 'x' });
  });

  it.each([
    ['view', 'Corefile:2:1: error: view needs a name'],
    ['view a b', "Corefile:2:8: error: unexpected argument 'b'"],
    ['view a\nview b', "Corefile:3:1: error: 'view' stands here again"],
    ['view a {\nfoo bar\n}', "Corefile:3:1: error: unknown option 'foo' of view"],
    ['view a {\nexpr\n}', 'Corefile:3:1: error: expr needs an expression'],
    ['view a {\nexpr do() {\nx\n}\n}', "Corefile:4:1: error: unexpected option 'x'"],
    ['view a {\nexpr invalid expression\n}', "Corefile:3:14: error: expected an expression: unexpected 'expression'"],
    [
      "view a {\nexpr type() == 'A' && nmae() == 'x'\n}",
      "Corefile:3:23: error: expected an expression: unknown name 'nmae'; did you mean 'name'? [COREFILE_ARGUMENT]",
    ],
    ['view a {\nexpr "do() && 1"\n}', "Corefile:3:12: error: expected an expression: '&&' is not for bool and int"],
    ['view a {\nexpr name() == 1\n}', "Corefile:3:13: error: expected an expression: '==' is not for string and int"],
    ['view a {\nexpr (name()\n}', 'Corefile:3:13: error: expected an expression: the expression ends'],
    ['view a {\nexpr 1\n}', 'Corefile:3:1: warning: the expression is never true, as its value is int'],
  ])('complains of %j', (lines, problem) => {
    const { problems } = parseDirective(viewPlugin, lines);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
  });
});

describe('the filter', () => {
  it.each([
    [[], true],
    [["name() == 'example.org.'"], true],
    [["name() == 'example.com.'"], false],
    [["type() == 'A'", 'do()'], false],
    [["type() == 'A'", '!do()'], true],
    [['1'], false],
    [["incidr('invalid', '1.2.3.0/24')"], false],
    [["not incidr('invalid', '1.2.3.0/24')"], false],
    [['len(1..200000) > 0'], false],
  ])('of %j lets a query pass: %s', (expressions, expected) => {
    const filter = viewPlugin.query.filter!({ name: 'x', expressions }, makeEnvironment());
    expect(filter(makeQuery('Example.org', 'A'))).toBe(expected);
  });
});

const problemsOf = (text: string): readonly string[] =>
  loadCorefile({ file: 'Corefile', text }, 53, {}).problems.list.map(formatProblem);

describe('blocks with one zone and port', () => {
  const view = (name: string): string => `view ${name} {\nexpr do()\n}\n`;

  it.each([
    ['a view and none', `. {\n${view('a')}}\n. {\n}\n`],
    ['two views of one name', `. {\n${view('a')}}\n. {\n${view('a')}}\n`],
    ['views at addresses and one without at all', `. {\nbind 127.0.0.1\n${view('a')}}\n. {\n}\n`],
  ])('may be %s', (_, text) => {
    expect(problemsOf(text.replaceAll('{\n}', '{\nwhoami\n}'))).toEqual([]);
  });

  it.each([
    ['two without a view', '. {\nwhoami\n}\n. {\nwhoami\n}\n', 'Corefile:4:1: error: cannot serve . on port 53'],
    [
      'a view behind one without',
      `. {\nwhoami\n}\n. {\n${view('a')}}\n`,
      'Corefile:4:1: warning: this block gets no query for . on port 53: the block on line 1 takes all',
    ],
    [
      'a view at an address behind one without at all',
      `. {\nwhoami\n}\n. {\nbind 127.0.0.1\n${view('a')}}\n`,
      'Corefile:4:1: error: cannot serve . on port 53',
    ],
  ])('may not be %s', (_, text, problem) => {
    expect(problemsOf(text)).toEqual([expect.stringContaining(problem)]);
  });
});

describe('a server with views', () => {
  it('asks its blocks in turn, and counts by view', async () => {
    const [port = 0, metricsPort = 0] = await freePorts(2);
    const block = (zone: string, view: string, line: string): string =>
      `${zone}:${port} {\nbind 127.0.0.1\nmetadata\nprometheus localhost:${metricsPort}\n${view}\n${line}\n}\n`;
    const views = (name: string, expression: string): string => `view ${name} {\nexpr ${expression}\n}`;
    await startServer(
      block('example.org', views('addresses', "type() in ['A', 'AAAA']"), 'whoami') +
        block('example.org', views('texts', "type() == 'TXT' && metadata('view/name') == 'texts'"), 'any') +
        block('.', views('texts', "type() == 'MX'"), 'whoami'),
    );
    const ask = async (name: string, type: TypeOption) => {
      const { additionals = [] } = decode(await askUdp(port, encodeQuery(name, type)));
      return additionals.length;
    };
    // whoami has two additional records, and the end of a chain has none.
    expect(await ask('a.example.org', 'A')).toBe(2);
    expect(await ask('a.example.org', 'TXT')).toBe(0);
    expect(await ask('a.example.org', 'MX')).toBe(2);
    expect(await ask('a.example.org', 'SRV')).toBe(0);
    const { body } = await get(metricsPort, '/metrics');
    const counts = body.split('\n').filter((line) => line.startsWith('coredns_dns_requests_total'));
    expect(
      counts.map((line) => /zone="(.*?)",view="(.*?)".*type="(.*?)".* (\d+)$/.exec(line)!.slice(1).join(' ')),
    ).toEqual(['example.org. addresses A 1', 'example.org. texts TXT 1', '. texts MX 1', 'dropped  SRV 1']);
  });
});
