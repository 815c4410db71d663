import { expect, test } from 'vitest';
import { loadCorefile } from '../../../src/cli/load.ts';
import { formatProblem } from '../../../src/corefile/problem.ts';

function problemsOf(text: string): string[] {
  const { problems } = loadCorefile({ file: 'Corefile', text }, 1053, {});
  return problems.list.map(formatProblem);
}

const error = (at: string, message: string): string => `Corefile:${at}: error: ${message} [COREFILE_CONFLICT]`;

test.each(['health', 'ready', 'prometheus', 'admin'])('%s on a port of the own DNS', (name) => {
  const message = (at: string, line: number): string =>
    `${name} cannot listen on ${at}: this server's own DNS does, on line ${line}; name another address behind ${name}`;
  expect(problemsOf(`.:1053 {\n whoami\n ${name} localhost:1053\n}\n`)).toEqual([
    error(`3:${name.length + 3}`, message('127.0.0.1:1053', 1)),
  ]);
  expect(problemsOf(`. {\n bind ::1\n whoami\n}\na.org:5300 {\n ${name} [::1]:1053\n whoami\n}\n`)).toEqual([
    error(`6:${name.length + 3}`, message('[::1]:1053', 1)),
  ]);
});

test.each([
  ['the default of the directive', '.:9153 {\n prometheus\n whoami\n}\n', ['2:2', '127.0.0.1:9153']],
  ['all addresses', '. {\n bind 127.0.0.1\n prometheus :1053\n whoami\n}\n', ['3:13', ':1053']],
  ['0.0.0.0', '. {\n bind 127.0.0.1\n prometheus 0.0.0.0:1053\n whoami\n}\n', ['3:13', '0.0.0.0:1053']],
  ['all addresses of IPv6', '. {\n bind 0.0.0.0\n prometheus [::]:1053\n whoami\n}\n', ['3:13', '[::]:1053']],
] as const)('%s', (_, text, [at, address]) => {
  const message = `prometheus cannot listen on ${address}: this server's own DNS does, on line 1; name another address behind prometheus`;
  expect(problemsOf(text)).toEqual([error(at, message)]);
});

test.each([
  [
    'another directive',
    '. {\n health localhost:8080\n ready localhost:8080\n whoami\n}\n',
    '3:8',
    'ready',
    'health',
    2,
  ],
  ['one in another block', 'a {\n admin\n whoami\n}\nb {\n ready :9154\n}\n', '6:8', 'ready', 'admin', 2],
  ['itself on all addresses', 'a {\n ready :8181\n}\nb {\n ready localhost:8181\n}\n', '5:8', 'ready', 'ready', 2],
] as const)('an address of %s', (_, text, at, name, owner, line) => {
  const [problem, ...more] = problemsOf(text);
  expect(more).toEqual([]);
  expect(problem).toMatch(`Corefile:${at}: error: ${name} cannot listen on `);
  expect(problem).toMatch(`: ${owner} does, on line ${line}; name another address behind ${name} [COREFILE_CONFLICT]`);
});

test.each([
  ['another port', '. {\n prometheus :9153\n health :8080\n ready :8181\n admin :9154\n whoami\n}\n'],
  ['another address', '. {\n bind 127.0.0.1\n prometheus 127.0.0.2:1053\n whoami\n}\n'],
  ['another family', '. {\n bind ::1\n prometheus 0.0.0.0:1053\n whoami\n}\n'],
  ['port 0', '.:0 {\n prometheus localhost:0\n health localhost:0\n ready localhost:0\n whoami\n}\n'],
  ['one address for several blocks', 'a {\n ready :8181\n whoami\n}\nb {\n ready :8181\n whoami\n}\n'],
])('%s is right', (_, text) => {
  expect(problemsOf(text)).toEqual([]);
});
