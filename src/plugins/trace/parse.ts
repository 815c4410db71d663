import { integer, takes } from '../../corefile/arguments.ts';
import type { Directive, Token } from '../../corefile/ast.ts';
import { type OptionForm, readOptionBlock } from '../../corefile/option-block.ts';
import type { Problems } from '../../corefile/problem.ts';
import { quote } from '../../corefile/quote.ts';
import type { ParseContext } from '../plugin.ts';
import { singleDirective } from '../single-directive.ts';
import type { TraceConfig } from './trace.ts';

const defaultEndpoint = 'http://localhost:4318';
/** What collectors of OTLP over HTTP serve for traces. */
const tracesPath = '/v1/traces';
const sampleRange = { min: 1, max: 65_536 };
const nothing: TraceConfig = { url: defaultEndpoint + tracesPath, service: 'serviceentry-dns', every: 1 };

/** Options of CoreDNS that concern how it sends spans to Zipkin and Datadog. */
const notBuilt: OptionForm = { args: { min: 0 }, usage: 'nothing' };
const options = {
  every: { args: { min: 1, max: 1 }, usage: 'one number AMOUNT' },
  service: { args: { min: 1, max: 1 }, usage: 'one NAME' },
  client_server: notBuilt,
  datadog_analytics_rate: notBuilt,
  zipkin_max_backlog_size: notBuilt,
  zipkin_max_batch_size: notBuilt,
  zipkin_max_batch_interval: notBuilt,
} as const satisfies Readonly<Record<string, OptionForm>>;

/**
 *     trace otlp [ENDPOINT] {
 *         every AMOUNT
 *         service NAME
 *     }
 */
export function parseTrace(directives: readonly Directive[], { problems }: ParseContext): TraceConfig {
  const directive = singleDirective(directives, problems);
  if (directive === undefined) return nothing;
  let { every, service } = nothing;
  const url = parseEndpoint(directive, problems);
  readOptionBlock(directive, 'trace', options, problems, (option: OptionForm, { name, args }) => {
    if (option === options.every) every = integer(args[0]!, 'every', sampleRange, problems) ?? every;
    else if (option === options.service) service = args[0]!.text;
    else {
      const message = `'${name.text}' of trace is not built: it is for Zipkin or Datadog, and spans are sent by OTLP only; leave the line out`;
      problems.error('COREFILE_OPTION', name.position, message);
    }
  });
  return { url, service, every };
}

function parseEndpoint(directive: Directive, problems: Problems): string {
  if (!takes(directive, { min: 1, max: 2 }, "'otlp' and the endpoint of a collector", problems)) return nothing.url;
  const [type, endpoint] = directive.args;
  if (type!.text !== 'otlp') {
    const message = `found ${quote(type!.text)}, expected 'otlp': spans are sent to an OpenTelemetry collector, which hands them on to Zipkin, Datadog and others`;
    problems.error('COREFILE_ARGUMENT', type!.position, message);
    return nothing.url;
  }
  return endpoint === undefined ? nothing.url : (tracesUrl(endpoint, problems) ?? nothing.url);
}

/** The address of a collector, to which its path is added where it has none. */
function tracesUrl({ text, position }: Token, problems: Problems): string | undefined {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.hash !== '') {
    const message = `found ${quote(text)}, expected the URL of a collector, such as ${defaultEndpoint}`;
    problems.error('COREFILE_ARGUMENT', position, message);
    return undefined;
  }
  if (!url.pathname.endsWith(tracesPath)) url.pathname = url.pathname.replace(/\/$/, '') + tracesPath;
  return url.href;
}
