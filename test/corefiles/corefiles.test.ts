import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, describe, it, onTestFinished } from 'vitest';
import { loadCorefile } from '../../src/cli/load.ts';
import { formatProblem } from '../../src/corefile/problem.ts';
import { explainNotBuilt, notBuiltDirectives } from '../../src/plugins/not-built.ts';
import { decodeMessage } from '../support/dns-message.ts';
import { askTcp, askUdp } from '../support/dns-client.ts';
import { addressRecord, FakeUpstream, replyTo } from '../support/fake-upstream.ts';
import { freePorts } from '../support/free-ports.ts';
import { encodeQuery } from '../support/query.ts';
import { get, startServer } from '../support/running.ts';
import { corefileOf, distributions } from './distributions.ts';
import { onLoopback, withoutKubernetes, withPaths, writeFiles, type Ports } from './loopback.ts';

const proper = 0x0180;

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'corefiles-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

async function answersOf(
  port: number,
  name: string,
  type: 'A' | 'TXT' = 'A',
  queryClass = 1,
): Promise<(readonly string[])[]> {
  const query = encodeQuery(name, type, { class: queryClass });
  const replies = [await askUdp(port, query), await askTcp(port, query)];
  return replies.map((reply) => decodeMessage(reply).answer);
}

it('has all files in the table, and no others', () => {
  const files = readdirSync('test/corefiles/files').map((file) => file.replace(/\.Corefile$/, ''));
  expect(files.sort()).toEqual(distributions.map(({ name }) => name).sort());
});

describe.each(distributions)('$of, $version ($name)', (distribution) => {
  it('has one error for each directive that is not built, and nothing else', () => {
    const directory = temporaryDirectory();
    writeFiles(directory, { upstream: 9, dns: 53 });
    const text = withPaths(corefileOf(distribution), directory);
    const { problems } = loadCorefile({ file: 'Corefile', text }, 53, {});
    const lines = text.split('\n');
    const expected = lines.flatMap((line, i) => {
      const column = line.indexOf('kubernetes ') + 1;
      if (column === 0) return [];
      const why = explainNotBuilt(notBuiltDirectives.kubernetes!);
      return [`Corefile:${i + 1}:${column}: error: directive 'kubernetes' ${why} [COREFILE_DIRECTIVE]`];
    });
    expect(problems.sorted().map(formatProblem)).toEqual(expected);
  });

  it('starts without it, and answers over UDP and TCP', async () => {
    const upstream = await FakeUpstream.start((query) =>
      query.send(replyTo(query, { flags: proper, answers: [addressRecord(query.name, '198.51.100.7')] })),
    );
    onTestFinished(() => upstream.stop());
    const [dns, health, ready, metrics] = (await freePorts(4)) as [number, number, number, number];
    const ports: Ports = { dns, health, ready, metrics, upstream: upstream.port };
    const directory = temporaryDirectory();
    writeFiles(directory, ports);
    const text = onLoopback(withoutKubernetes(withPaths(corefileOf(distribution), directory)), ports);
    await startServer(text);

    const forwarded = [['www.example. 60 IN A 198.51.100.7'], ['www.example. 60 IN A 198.51.100.7']];
    const withoutTtl = (lines: (readonly string[])[]) =>
      lines.map((each) => each.map((line) => line.replace(/ \d+ IN/, ' 60 IN')));
    expect(withoutTtl(await answersOf(dns, 'www.example.'))).toEqual(forwarded);
    expect(upstream.queries.map(({ name }) => name)).toContain('www.example');
    for (const [name, address] of Object.entries(distribution.answers ?? {})) {
      expect(withoutTtl(await answersOf(dns, name))).toEqual([
        [`${name} 60 IN A ${address}`],
        [`${name} 60 IN A ${address}`],
      ]);
    }
    if (/^hostname\.bind/m.test(text)) {
      expect((await answersOf(dns, 'hostname.bind.', 'TXT', 3))[0]).toHaveLength(1);
    }
    if (/\bcustom\b/.test(text)) {
      expect(withoutTtl(await answersOf(dns, 'a.hello.example.'))[0]).toEqual([
        'a.hello.example. 60 IN A 198.51.100.7',
      ]);
      expect(upstream.queries.map(({ name }) => name)).toContain('a.default.svc.cluster.local');
    }
    if (/^ +health/m.test(text)) expect(await get(health, '/health')).toMatchObject({ status: 200, body: 'OK' });
    if (/^ +ready/m.test(text)) expect(await get(ready, '/ready')).toMatchObject({ status: 200, body: 'OK' });
    if (/^ +prometheus/m.test(text))
      expect((await get(metrics, '/metrics')).body).toContain('coredns_dns_requests_total');
  });
});
