import { decode } from 'dns-packet';
import { describe, expect, it } from 'vitest';
import { rcode, rrClass } from '../../../src/wire/codes.ts';
import { allRepliesUdp, askTcp, askUdp, askUdpFrom, TcpClient } from '../../support/dns-client.ts';
import { freePorts } from '../../support/free-ports.ts';
import { encodeQuery } from '../../support/query.ts';
import { get, startServer } from '../../support/running.ts';
import { cert, certPath, keyPath } from '../../support/tls/files.ts';

const edns = { edns: true } as const;

function codeOf(reply: Buffer): number {
  return reply[3]! & 15;
}

describe('a server with acl', () => {
  it.each([1, 2])('tells clients apart by their address over UDP and TCP, with %i CPUs', async (cpus) => {
    const [port = 0] = await freePorts(1);
    await startServer(`.:${port} {\nbind 127.0.0.1\nchaos\nany\nacl {\nallow net 127.0.0.1\nblock\n}\nwhoami\n}`, {
      cpus,
    });
    const query = encodeQuery('x.test', 'A', edns);
    expect(codeOf(await askUdpFrom(port, query, '127.0.0.1'))).toBe(rcode.NOERROR);
    expect(codeOf(await askTcp(port, query, '127.0.0.1'))).toBe(rcode.NOERROR);
    for (const reply of [await askUdpFrom(port, query, '127.0.0.2'), await askTcp(port, query, '127.0.0.2')]) {
      expect(codeOf(reply)).toBe(rcode.REFUSED);
      expect(decode(reply).additionals).toMatchObject([{ options: [{ code: 15, data: Buffer.from([0, 15]) }] }]);
    }
    // What answers everybody else answers this client neither.
    for (const other of [encodeQuery('version.bind', 'TXT', { class: rrClass.CH }), encodeQuery('x.test', 'ANY')]) {
      expect(codeOf(await askUdpFrom(port, other, '127.0.0.1'))).toBe(rcode.NOERROR);
      expect(codeOf(await askUdpFrom(port, other, '127.0.0.2'))).toBe(rcode.REFUSED);
    }
  });

  it('is the same over TLS', async () => {
    const [port = 0] = await freePorts(1);
    const tls = `tls ${certPath('server')} ${keyPath('server')}`;
    await startServer(`tls://.:${port} {\nbind 127.0.0.1\n${tls}\nacl {\nblock type A net 127.0.0.1\n}\nwhoami\n}`);
    const client = await TcpClient.connectTls(port, { ca: cert('ca'), servername: 'dns.example' });
    client.send(encodeQuery('x.test', 'A'), encodeQuery('x.test', 'AAAA'));
    expect([codeOf(await client.next()), codeOf(await client.next())]).toEqual([rcode.REFUSED, rcode.NOERROR]);
    client.close();
  });

  it('gives no reply to what it drops, and the connection lives on', async () => {
    const [port = 0] = await freePorts(1);
    await startServer(`.:${port} {\nbind 127.0.0.1\nacl drop.test {\ndrop\n}\nwhoami\n}`);
    const dropped = encodeQuery('drop.test', 'A', { id: 1 });
    const other = encodeQuery('other.test', 'A', { id: 2 });
    expect(await allRepliesUdp(port, dropped, other)).toEqual([]);
    const client = await TcpClient.connect(port);
    client.send(dropped, other);
    expect((await client.next()).readUInt16BE(0)).toBe(2);
    client.close();
  });

  it('counts what it does', async () => {
    const [port = 0, http = 0] = await freePorts(2);
    const blocks = ['a.test', 'b.test'].map(
      (zone) =>
        `${zone}:${port} {\nbind 127.0.0.1\nprometheus 127.0.0.1:${http}\nacl . {\nblock type MX\nfilter type TXT\n}\nwhoami\n}`,
    );
    await startServer(blocks.join('\n'));
    for (const [name, type] of [
      ['a.test', 'A'],
      ['b.test', 'A'],
      ['a.test', 'MX'],
      ['b.test', 'TXT'],
      ['b.test', 'TXT'],
    ] as const)
      await askUdp(port, encodeQuery(name, type));
    const { body } = await get(http, '/metrics');
    const server = `dns://127.0.0.1:${port}`;
    expect(body.split('\n').filter((line) => line.startsWith('coredns_acl_'))).toEqual([
      `coredns_acl_blocked_requests_total{server="${server}",zone=".",view=""} 1`,
      `coredns_acl_filtered_requests_total{server="${server}",zone=".",view=""} 2`,
      `coredns_acl_dropped_requests_total{server="${server}",zone=".",view=""} 0`,
      `coredns_acl_allowed_requests_total{server="${server}",view=""} 2`,
    ]);
  });
});
