import { decode } from 'dns-packet';
import { describe, expect, it } from 'vitest';
import { askUdp } from '../../support/dns-client.ts';
import { freePorts } from '../../support/free-ports.ts';
import { encodeQuery } from '../../support/query.ts';
import { get, startServer } from '../../support/running.ts';

describe('a server with dns64', () => {
  it('gives names that have but A records AAAA records, and counts them', async () => {
    const [port = 0, http = 0] = await freePorts(2);
    const template = 'template IN A a.test {\nanswer "{{ .Name }} 60 A 192.0.2.1"\n}';
    await startServer(
      `.:${port} {\nbind 127.0.0.1\nprometheus 127.0.0.1:${http}\ndns64 64:1::/96 {\nallow_ipv4\n}\n${template}\n}`,
    );
    for (const name of ['x.a.test', 'Y.a.test']) {
      expect(decode(await askUdp(port, encodeQuery(name, 'AAAA'))).answers).toMatchObject([
        { name, type: 'AAAA', ttl: 60, data: '64:1::c000:201' },
      ]);
      expect(decode(await askUdp(port, encodeQuery(name, 'A'))).answers).toMatchObject([{ name, type: 'A' }]);
    }
    expect((await get(http, '/metrics')).body).toContain(
      `\ncoredns_dns64_requests_translated_total{server="dns://127.0.0.1:${port}"} 2\n`,
    );
  });
});
