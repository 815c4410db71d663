import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CoreDns } from '../deploy/core-dns.ts';
import { coreDns, provide } from '../deploy/go-tool.ts';
import { RunningServer } from '../../src/server/control/server.ts';
import { askUdp } from '../support/dns-client.ts';
import { decodeMessage, type DnsMessage } from '../support/dns-message.ts';
import { FakeUpstream } from '../support/fake-upstream.ts';
import { freePorts } from '../support/free-ports.ts';
import { encodeQuery, type QueryOptions, type TypeOption } from '../support/query.ts';
import { configOfText, environmentFor } from '../support/running.ts';
import { encodeRecord, parseRecord, zoneLines } from '../support/zone-text.ts';

const program = await provide(coreDns);

/** What upstream says to one name, and what both caches make of it. */
interface Case {
  readonly name: string;
  readonly type?: TypeOption;
  readonly options?: QueryOptions;
  readonly code?: number;
  readonly ad?: true;
  readonly answer?: string;
  readonly authority?: string;
  /** Why ours is not what CoreDNS gives; each stands in the README of the plugin. */
  readonly difference?: string;
}

const soa = 'example. 300 IN SOA ns.example. admin.example. 1 2 3 4 60';
const expiredSignature = `0001050200000e105e0000005d00000000010000`;

const cases: readonly Case[] = [
  { name: 'one.example', answer: 'one.example. 300 IN A 192.0.2.1' },
  { name: 'two.example', answer: 'two.example. 300 IN A 192.0.2.1\ntwo.example. 300 IN A 192.0.2.2' },
  {
    name: 'mixed.example',
    answer: 'mixed.example. 3000 IN CNAME one.example.\none.example. 300 IN A 192.0.2.1',
    difference: 'each record has its own TTL',
  },
  { name: 'capped.example', answer: 'capped.example. 86400 IN A 192.0.2.1' },
  { name: 'zero.example', answer: 'zero.example. 0 IN A 192.0.2.1' },
  {
    name: 'negative.example',
    answer: 'negative.example. 4294967295 IN A 192.0.2.1',
    difference: 'a TTL with its highest bit set counts as 0',
  },
  { name: 'alias.example', answer: 'alias.example. 300 IN CNAME one.example.\none.example. 300 IN A 192.0.2.1' },
  { name: 'dangling.example', answer: 'dangling.example. 300 IN CNAME one.example.' },
  { name: 'dangling-soa.example', answer: 'dangling-soa.example. 60 IN CNAME one.example.', authority: soa },
  { name: 'text.example', type: 'TXT', answer: 'text.example. 300 IN TXT "x"' },
  { name: 'any.example', type: 'ANY', answer: 'any.example. 300 IN A 192.0.2.1\nany.example. 300 IN TXT "x"' },
  {
    name: 'missing.example',
    code: 3,
    authority: soa,
    difference: 'a denial holds for the MINIMUM of the SOA, where that is less than its TTL',
  },
  { name: 'missing-short.example', code: 3, authority: soa.replace('300', '60') },
  { name: 'missing-bare.example', code: 3 },
  { name: 'nodata.example', authority: soa.replace('300', '60') },
  { name: 'nodata-bare.example', difference: 'without SOA nothing says for how long' },
  { name: 'failed.example', code: 2 },
  { name: 'refused.example', code: 5 },
  { name: 'referral.example', authority: 'example. 300 IN NS ns.example.', difference: 'a referral is no answer' },
  { name: 'other.example', answer: 'one.example. 300 IN A 192.0.2.1' },
  { name: 'authentic.example', ad: true, answer: 'authentic.example. 300 IN A 192.0.2.1' },
  {
    name: 'authentic-do.example',
    ad: true,
    options: { edns: { dnssecOk: true } },
    answer: 'authentic-do.example. 300 IN A 192.0.2.1',
  },
  { name: 'edns.example', options: { edns: true }, answer: 'edns.example. 300 IN A 192.0.2.1' },
  { name: 'cd.example', options: { cd: true }, answer: 'cd.example. 300 IN A 192.0.2.1' },
  {
    name: 'expired.example',
    options: { edns: { dnssecOk: true } },
    answer: `expired.example. 300 IN A 192.0.2.1\nexpired.example. 300 IN TYPE46 \\# 20 ${expiredSignature}`,
    difference: 'what is not kept has the TTLs that it came with',
  },
];

describe.skipIf(program === undefined)('beside the cache of CoreDNS', () => {
  let directory: string;
  let upstream: FakeUpstream;
  let theirs: CoreDns;
  let theirPort = 0;
  let ours: RunningServer;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'cache-'));
    upstream = await FakeUpstream.start((query) => query.send(replyTo(query.bytes, query.name)));
    [theirPort = 0] = await freePorts(1);
    const corefile = '.:53 {\n cache\n forward . /etc/resolv.conf\n}\n';
    const options = { program: program!, directory, port: 0, upstreamPort: upstream.port, listen: theirPort };
    theirs = await CoreDns.start(corefile, options);
    const text = `.:0 {\n bind 127.0.0.1\n cache\n forward . 127.0.0.1:${upstream.port}\n}\n`;
    ours = await RunningServer.start(configOfText(text), environmentFor());
  });

  afterAll(async () => {
    await theirs.stop();
    await ours.stop();
    await upstream.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  test.each(cases)('$name', async ({ name, type = 'A', options = {}, difference }) => {
    const [first, second] = [await twice(theirPort), await twice(ours.listeners[0]!.port)];
    if (difference === undefined) expect(second).toEqual(first);
    else expect(second).not.toEqual(first);

    /** What a server says to the same query twice, and how often upstream is asked for that. */
    async function twice(port: number): Promise<object> {
      const before = upstream.queries.length;
      const replies: DnsMessage[] = [];
      for (let i = 0; i < 2; i++) replies.push(decodeMessage(await askUdp(port, encodeQuery(name, type, options))));
      return { upstream: upstream.queries.length - before, hit: compared(replies[1]!) };
    }
  });
});

/** What has to be the same; a second may pass between two queries. */
function compared({ rcode, flags, answer, authority, opt }: DnsMessage): object {
  const [records, soas] = [answer, authority].map((lines) =>
    lines
      .map((line) => line.replace(/ (\d+) IN/, (_, ttl: string) => ` ${Math.ceil(Number(ttl) / 5) * 5} IN`))
      .toSorted(),
  );
  return { rcode, flags, records, soas, opt: opt && { ...opt, payload: 0, options: 0 } };
}

function replyTo(query: Buffer, name: string): Buffer {
  const found = cases.find((each) => each.name === name.toLowerCase());
  const end = query.indexOf(0, 12) + 5;
  const [answer, authority] = [found?.answer, found?.authority].map((text = '') => zoneLines(text));
  const header = Buffer.from(query.subarray(0, 12));
  const ad = found?.ad === true ? 0x20 : 0;
  header.writeUInt16BE(0x8080 | (query.readUInt16BE(2) & 0x0110) | ad | (found?.code ?? 0), 2);
  header.writeUInt16BE(answer!.length, 6);
  header.writeUInt16BE(authority!.length, 8);
  const opt = header.readUInt16BE(10) > 0 ? query.subarray(end) : Buffer.alloc(0);
  const records = [...answer!, ...authority!].map((line) => encodeRecord(parseRecord(line)));
  return Buffer.concat([header, query.subarray(12, end), ...records, opt]);
}
