import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { askUdp } from '../../support/dns-client.ts';
import { valueOf } from '../../support/exposition.ts';
import { answer, FakeUpstream } from '../../support/fake-upstream.ts';
import { freePorts } from '../../support/free-ports.ts';
import { encodeQuery } from '../../support/query.ts';
import { get, startServer } from '../../support/running.ts';

interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status?: { readonly code?: number; readonly message?: string };
  readonly service: unknown;
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface TracesBody {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<ReceivedSpan, 'attributes' | 'service'> & {
        readonly attributes: readonly Attribute[];
      })[];
    }[];
  }[];
}

const plain = (attributes: readonly Attribute[]): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

/** What takes spans over HTTP, as a collector does. */
class Collector {
  readonly spans: ReceivedSpan[] = [];
  readonly #server: Server;

  constructor(status = 200) {
    this.#server = createServer((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      request.on('end', () => {
        expect(request.url).toBe('/v1/traces');
        if (status === 200) this.#take(JSON.parse(text) as TracesBody);
        response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
      });
    });
    onTestFinished(() => {
      this.#server.closeAllConnections();
      this.#server.close();
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #take({ resourceSpans }: TracesBody): void {
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = plain(resource.attributes)['service.name'];
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
        this.spans.push({ ...span, attributes: plain(span.attributes), service });
      }
    }
  }
}

test('a query has a span, and one below it for each plugin that handled it', async () => {
  const collector = new Collector();
  const url = await collector.start();
  const upstream = await FakeUpstream.start(answer());
  onTestFinished(() => upstream.stop());
  const [port = 0] = await freePorts(1);
  const corefile = `.:${port} {
    bind 127.0.0.1
    trace otlp ${url} {
      service dns-of-test
    }
    errors
    serviceentry mesh.test {
      file /dev/null
    }
    cache
    forward . 127.0.0.1:${upstream.port}
  }`;
  const { server } = await startServer(corefile);
  await askUdp(port, encodeQuery('WWW.example.org', 'AAAA'));
  await askUdp(port, encodeQuery('gone.mesh.test', 'A'));
  // What is gathered is sent at the end.
  await server.stop();
  const named = (name: string): ReceivedSpan[] => collector.spans.filter((span) => span.name === name);
  const [root] = named('AAAA query');
  expect(root).toMatchObject({
    service: 'dns-of-test',
    attributes: {
      'dns.question.name': 'www.example.org.',
      'dns.question.type': 'AAAA',
      'dns.response.code': 'NOERROR',
      'network.transport': 'udp',
      'client.address': '127.0.0.1',
      'dns.metadata.forward/upstream': `127.0.0.1:${upstream.port}`,
    },
  });
  const steps = collector.spans.filter(({ traceId, parentSpanId }) => traceId === root!.traceId && parentSpanId);
  expect(steps.map(({ name }) => name).sort()).toEqual(['cache', 'errors', 'forward', 'serviceentry']);
  const parentOf = (name: string): string | undefined => {
    const { parentSpanId } = steps.find((each) => each.name === name)!;
    return [root!, ...steps].find(({ spanId }) => spanId === parentSpanId)?.name;
  };
  expect(parentOf('errors')).toBe('AAAA query');
  expect(parentOf('serviceentry')).toBe('errors');
  expect(parentOf('cache')).toBe('serviceentry');
  expect(parentOf('forward')).toBe('cache');
  for (const step of steps) {
    expect(BigInt(step.startTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(root!.startTimeUnixNano));
    expect(BigInt(step.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(step.startTimeUnixNano));
    expect(BigInt(step.endTimeUnixNano)).toBeLessThanOrEqual(BigInt(root!.endTimeUnixNano));
  }
  const [own] = named('A query');
  expect(own!.attributes['dns.response.code']).toBe('NXDOMAIN');
  expect(own!.traceId).not.toBe(root!.traceId);
  expect(named('registry sync')).toHaveLength(1);
});

test('a collector that takes nothing is named once, counted, and stops nothing', async () => {
  const url = await new Collector(400).start();
  const [port = 0, http = 0] = await freePorts(2);
  const { server, logger } = await startServer(
    `.:${port} {\nbind 127.0.0.1\nprometheus 127.0.0.1:${http}\ntrace otlp ${url}\nwhoami\n}`,
  );
  const failed = async (): Promise<number> => {
    const { body } = await get(http, '/metrics');
    return valueOf(body, 'coredns_trace_spans_total', { result: 'failed' });
  };
  await askUdp(port, encodeQuery('one.example', 'A'));
  await expect.poll(failed, { timeout: 20_000 }).toBe(2);
  expect((await askUdp(port, encodeQuery('two.example', 'A')))[3]! & 15).toBe(0);
  await expect.poll(failed, { timeout: 20_000 }).toBe(4);
  const warnings = logger.lines.filter(({ level }) => level === 'warning').map(({ message }) => message);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain(`plugin/trace: 2 spans could not be sent to ${url}/v1/traces: `);
  await server.stop();
});
