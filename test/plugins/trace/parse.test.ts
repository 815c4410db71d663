import { expect, test } from 'vitest';
import { tracePlugin } from '../../../src/plugins/trace/trace.ts';
import { parseDirective } from '../../support/plugin.ts';

test.each([
  ['trace otlp', 'http://localhost:4318/v1/traces'],
  ['trace otlp http://c:4318', 'http://c:4318/v1/traces'],
  ['trace otlp https://c/otlp/', 'https://c/otlp/v1/traces'],
  ['trace otlp http://c:4318/v1/traces', 'http://c:4318/v1/traces'],
])('%s posts to %s', (line, url) => {
  const { config, problems } = parseDirective(tracePlugin, line);
  expect(problems).toEqual([]);
  expect(config).toEqual({ url, service: 'serviceentry-dns', every: 1 });
});

test('a sample and a name are taken', () => {
  const { config, problems } = parseDirective(tracePlugin, 'trace otlp {\nevery 1000\nservice dns\n}');
  expect(problems).toEqual([]);
  expect(config).toMatchObject({ service: 'dns', every: 1000 });
});

test.each(['client_server', 'datadog_analytics_rate 0.5', 'zipkin_max_batch_size 10'])(
  'the option %s of CoreDNS is an error that says why',
  (option) => {
    const { problems } = parseDirective(tracePlugin, `trace otlp {\n${option}\n}`);
    const [name] = option.split(' ');
    expect(problems).toEqual([
      `Corefile:3:1: error: '${name}' of trace is not built: it is for Zipkin or Datadog, and spans are sent by OTLP only; leave the line out [COREFILE_OPTION]`,
    ]);
  },
);

test.each(['zipkin localhost:9411', 'datadog localhost:8126', 'localhost:9411'])(
  'CoreDNS’s endpoint %s is an error that says what to use',
  (endpoint) => {
    const { problems } = parseDirective(tracePlugin, `trace ${endpoint}`);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^Corefile:2:7: error: found '.*', expected 'otlp': .*Zipkin, Datadog/);
  },
);
