import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningServer } from '../../../src/server/control/server.ts';
import { askTcp, askUdp } from '../../support/dns-client.ts';
import { valueOf } from '../../support/exposition.ts';
import { FakeUpstream, optRecord, replyTo } from '../../support/fake-upstream.ts';
import { encodeQuery } from '../../support/query.ts';
import { configOfText, environmentFor, get } from '../../support/running.ts';

const codes = [0, 3, 7, 15, 16, 19, 23, 24, 3000, 4095];

let upstream: FakeUpstream;
let server: RunningServer;
let text: string;

beforeAll(async () => {
  // Gives the code that the name says.
  upstream = await FakeUpstream.start((query) => {
    const code = Number(query.name.split('.')[0]);
    const reply = replyTo(query, { answers: [], additionals: [optRecord()] }, code & 15);
    reply[reply.length - 6] = code >> 4;
    query.send(reply);
  });
  const corefile = `.:0 {\nbind 127.0.0.1\nprometheus localhost:0\nforward . 127.0.0.1:${upstream.port}\n}\n`;
  server = await RunningServer.start(configOfText(corefile), environmentFor({ cpus: 1 }));
  const { port } = server.listeners[0]!;
  for (const code of codes) {
    const query = encodeQuery(`${code}.test`, 'A', { edns: true });
    for (const reply of [await askUdp(port, query), await askTcp(port, query)]) {
      expect((reply[reply.length - 6]! << 4) | (reply[3]! & 15)).toBe(code);
    }
  }
  const badVersion = encodeQuery('example.org', 'A', { edns: true });
  badVersion[badVersion.length - 5] = 1;
  await askUdp(port, badVersion);
  text = (await get(server.httpPorts('prometheus')[0]!, '/metrics')).body;
});

afterAll(async () => {
  await server.stop();
  await upstream.stop();
});

describe('an extended response code has its name', () => {
  const rows: [rcode: string, replies: number][] = [
    ['NOERROR', 2],
    ['NXDOMAIN', 2],
    ['YXRRSET', 2],
    ['15', 2],
    ['BADVERS', 2],
    ['BADMODE', 2],
    ['BADCOOKIE', 2],
    // All that nobody has assigned.
    ['other', 6],
  ];

  it.each(rows)('%s in coredns_dns_responses_total', (rcode, replies) => {
    expect(valueOf(text, 'coredns_dns_responses_total', { zone: '.', rcode })).toBe(replies);
  });

  it.each(rows)('%s in coredns_proxy_request_duration_seconds', (rcode, replies) => {
    // With BADCOOKIE comes the cookie that is wanted, so that each query is asked once more.
    const asked = rcode === 'BADCOOKIE' ? 2 * replies : replies;
    expect(valueOf(text, 'coredns_proxy_request_duration_seconds_count', { rcode })).toBe(asked);
  });

  it('and so has our own BADVERS', () => {
    expect(valueOf(text, 'coredns_dns_responses_total', { zone: 'dropped', rcode: 'BADVERS' })).toBe(1);
  });
});
