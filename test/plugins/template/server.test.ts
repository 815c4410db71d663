import { decode } from 'dns-packet';
import { describe, expect, it } from 'vitest';
import { rcode, rrClass } from '../../../src/wire/codes.ts';
import { askTcp, askUdp } from '../../support/dns-client.ts';
import { freePorts } from '../../support/free-ports.ts';
import { encodeQuery } from '../../support/query.ts';
import { get, startServer } from '../../support/running.ts';

const addresses = `template IN A ip.test {
  match ^ip-(?P<a>[0-9]+)-(?P<b>[0-9]+)-(?P<c>[0-9]+)-(?P<d>[0-9]+)[.]ip[.]test[.]$
  answer "{{ .Name }} 60 IN A {{ .Group.a }}.{{ .Group.b }}.{{ .Group.c }}.{{ .Group.d }}"
}`;

describe('a server with template', () => {
  it('answers over UDP and TCP, and knows a name for all types', async () => {
    const [port = 0] = await freePorts(1);
    await startServer(`.:${port} {\nbind 127.0.0.1\n${addresses}\n}`);
    const good = encodeQuery('IP-10-1-2-3.ip.test', 'A');
    for (const reply of [await askUdp(port, good), await askTcp(port, good)]) {
      expect(decode(reply).answers).toMatchObject([
        { name: 'IP-10-1-2-3.ip.test', type: 'A', ttl: 60, data: '10.1.2.3' },
      ]);
    }
    const nodata = await askUdp(port, encodeQuery('ip-10-1-2-3.ip.test', 'AAAA'));
    expect([nodata[3]! & 15, decode(nodata).authorities]).toMatchObject([
      rcode.NOERROR,
      [{ name: 'ip.test', type: 'SOA' }],
    ]);
    expect((await askUdp(port, encodeQuery('ip-300-1-2-3.ip.test', 'A')))[3]! & 15).toBe(rcode.SERVFAIL);
  });

  it('finds the target of an alias in whichever server block has it', async () => {
    const [port = 0] = await freePorts(1);
    const alias = 'template IN A {\nanswer "{{ .Name }} 60 IN CNAME ip-10-1-2-3.ip.test."\n}';
    await startServer(
      `alias.test:${port} {\nbind 127.0.0.1\n${alias}\n}\nip.test:${port} {\nbind 127.0.0.1\n${addresses}\n}`,
    );
    expect(decode(await askUdp(port, encodeQuery('x.alias.test', 'A'))).answers).toMatchObject([
      { name: 'x.alias.test', type: 'CNAME', data: 'ip-10-1-2-3.ip.test' },
      { name: 'ip-10-1-2-3.ip.test', type: 'A', data: '10.1.2.3' },
    ]);
  });

  it('serves class CH where a line is for it', async () => {
    const [port = 0] = await freePorts(1);
    const lines =
      'template CH TXT a.test {\nanswer "{{ .Name }} 0 CH TXT here"\n}\ntemplate IN ANY . {\nrcode NXDOMAIN\n}';
    await startServer(`.:${port} {\nbind 127.0.0.1\n${lines}\n}`);
    const code = async (name: string, qclass: number): Promise<number> =>
      (await askUdp(port, encodeQuery(name, 'TXT', { class: qclass })))[3]! & 15;
    expect(await code('a.test', rrClass.CH)).toBe(rcode.NOERROR);
    expect(await code('b.test', rrClass.CH)).toBe(rcode.REFUSED);
    expect(await code('a.test', rrClass.IN)).toBe(rcode.NXDOMAIN);
    expect(await code('a.test', rrClass.HS)).toBe(rcode.REFUSED);
  });

  it('counts what it does', async () => {
    const [port = 0, http = 0] = await freePorts(2);
    const lines = `prometheus 127.0.0.1:${http}\n${addresses}\ntemplate IN A ip.test\ntemplate ANY ANY b.test {\nanswer "{{ .Nane }}"\n}`;
    await startServer(`.:${port} {\nbind 127.0.0.1\n${lines}\n}`);
    for (const name of ['ip-10-1-2-3', 'ip-10-1-2-4', 'ip-300-1-2-3', 'other']) {
      await askUdp(port, encodeQuery(`${name}.ip.test`, 'A'));
    }
    await askUdp(port, encodeQuery('x.b.test', 65_280));
    const text = '{{ .Name }} 60 IN A {{ .Group.a }}.{{ .Group.b }}.{{ .Group.c }}.{{ .Group.d }}';
    const labels = `server="dns://127.0.0.1:${port}",zone="ip.test.",view="",class="IN",type="A"`;
    const other = `server="dns://127.0.0.1:${port}",zone="b.test.",view="",class="IN",type="other"`;
    expect(
      (await get(http, '/metrics')).body.split('\n').filter((line) => line.startsWith('coredns_template_')),
    ).toEqual([
      `coredns_template_matches_total{${labels}} 3`,
      `coredns_template_matches_total{${other}} 1`,
      `coredns_template_template_failures_total{${other},section="answer",template="{{ .Nane }}"} 1`,
      `coredns_template_rr_failures_total{${labels},section="answer",template="${text}"} 1`,
    ]);
  });
});
