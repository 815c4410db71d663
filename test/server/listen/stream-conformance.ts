import { connect, type Socket } from 'node:net';
import { decode } from 'dns-packet';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Listen } from '../../../src/server/listen/listener.ts';
import type { TcpClient } from '../../support/dns-client.ts';
import { encodeQuery } from '../../support/query.ts';
import { random, randomBytes } from '../../wire/random-packets.ts';
import { loopback, makeListenerEnvironment, ScriptedChain, startListener, type ListenerHarness } from '../harness.ts';

/** A way to speak with a listener for streams. */
export interface StreamKind {
  readonly protocol: 'tcp' | 'tls';
  listen(): Listen;
  connect(port: number): Promise<TcpClient>;
  /** What is written and read goes through this socket; `secure` resolves when that can be. */
  wrap(raw: Socket): Promise<Socket>;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function framed(message: Uint8Array): Buffer {
  return Buffer.from([message.length >>> 8, message.length & 0xff, ...message]);
}

async function nextId(client: TcpClient): Promise<number> {
  return (await client.next()).readUInt16BE(0);
}

/** What every listener for streams must do (RFC 7766, RFC 7858). */
export function describeStreamListener(title: string, kind: StreamKind): void {
  const { protocol } = kind;

  async function start(family: 4 | 6 = 4): Promise<ListenerHarness> {
    const harness = await startListener(kind.listen(), family);
    onTestFinished(async () => {
      harness.chain.releaseAll();
      const closed = harness.listener.close();
      harness.clock.advance(20_000);
      await closed;
    });
    return harness;
  }

  async function clientOf({ listener }: ListenerHarness): Promise<TcpClient> {
    const client = await kind.connect(listener.local.port);
    onTestFinished(() => client.close());
    return client;
  }

  /** A socket that does not close by itself when the server does, and what it is made of. */
  async function halfOpenSocket(port: number, family: 4 | 6 = 4): Promise<{ socket: Socket; raw: Socket }> {
    const raw = connect({ port, host: loopback[family], allowHalfOpen: true });
    onTestFinished(() => void raw.destroy());
    await new Promise<void>((resolve) => raw.once('connect', resolve));
    return { raw, socket: await kind.wrap(raw) };
  }

  function describeLimit(): void {
    test('of 1,000 connections the idlest makes room for one more', async () => {
      const harness = await start();
      const clients: TcpClient[] = [];
      for (const id of range(1000)) {
        const client = await clientOf(harness);
        client.send(encodeQuery(id === 0 ? 'wait' : 'now', 'A', { id }));
        if (id > 0) await client.next();
        clients.push(client);
        if (id % 100 === 0) harness.clock.advance(1);
      }
      // Connection 0 has a query in flight, 1 has asked since: 2 is the one that has waited longest.
      clients[1]!.send(encodeQuery('now', 'A', { id: 1 }));
      await clients[1]!.next();
      const more = await clientOf(harness);
      more.send(encodeQuery('now', 'A', { id: 1000 }));
      expect(await nextId(more)).toBe(1000);
      await clients[2]!.ended();
      expect([harness.count('connections'), harness.count('closedConnections')]).toEqual([1001, 1]);
      harness.chain.releaseAll();
      expect(await nextId(clients[0]!)).toBe(0);
      for (const id of [1, 3, 999]) {
        clients[id]!.send(encodeQuery('now', 'A', { id }));
        expect(await nextId(clients[id]!)).toBe(id);
      }
    });

    test('connections with half a message, again and again, take no place of one that asks', async () => {
      const harness = await start();
      const { port } = harness.listener.local;
      const half = framed(encodeQuery('now', 'A')).subarray(0, 9);
      const asking = await clientOf(harness);
      asking.send(encodeQuery('now', 'A', { id: 1 }));
      expect(await nextId(asking)).toBe(1);
      for (const id of range(30)) {
        const burst = await Promise.all(range(id === 0 ? 1000 : 50).map(() => halfOpenSocket(port)));
        for (const { socket } of burst) socket.on('error', () => undefined).write(half);
        const fresh = await clientOf(harness);
        fresh.send(encodeQuery('now', 'A', { id }));
        expect(await nextId(fresh)).toBe(id);
        fresh.close();
      }
      asking.send(encodeQuery('now', 'A', { id: 2 }));
      expect(await nextId(asking)).toBe(2);
    });

    test('where all 1,000 have a query in flight the newcomer is closed', async () => {
      const harness = await start();
      const { chain } = harness;
      for (const id of range(1000)) (await clientOf(harness)).send(encodeQuery(`wait${id}`, 'A'));
      await chain.until(() => chain.waiting === 1000);
      const more = await clientOf(harness);
      await more.ended();
      expect(harness.count('closedConnections')).toBe(1);
    });

    test('many that come at once each take the place of another', async () => {
      const harness = await start();
      const clients: TcpClient[] = [];
      for (const id of range(1000)) {
        const client = await clientOf(harness);
        client.send(encodeQuery('now', 'A', { id }));
        await client.next();
        clients.push(client);
      }
      harness.clock.advance(1);
      const burst = await Promise.all(range(100).map(() => clientOf(harness)));
      await Promise.all(clients.slice(0, 100).map((client) => client.ended()));
      for (const client of [...burst, ...clients.slice(100)]) {
        client.send(encodeQuery('now', 'A', { id: 5 }));
        expect(await nextId(client)).toBe(5);
      }
      expect(harness.count('closedConnections')).toBe(100);
    });
  }

  describe(title, () => {
    test('answers over one connection, one query after the other, and says who asked', async () => {
      const harness = await start();
      const client = await clientOf(harness);
      for (const id of range(3)) {
        client.send(encodeQuery('Example.org', 'A', { id }));
        expect(decode(await client.next())).toMatchObject({
          id,
          rcode: 'NXDOMAIN',
          questions: [{ name: 'Example.org' }],
        });
      }
      const { listener, chain, count } = harness;
      expect(chain.seen[0]).toMatchObject({
        name: 'example.org.',
        transport: protocol,
        peer: { address: '127.0.0.1', family: 4 },
        local: { address: '127.0.0.1', port: listener.local.port, family: 4 },
      });
      expect(chain.seen.map(({ transport }) => transport)).toEqual([protocol, protocol, protocol]);
      expect([listener.protocol, count('connections')]).toEqual([protocol, 1]);
    });

    test('over IPv6', async () => {
      const { listener } = await start(6);
      const { socket } = await halfOpenSocket(listener.local.port, 6);
      const reply = new Promise<Buffer>((resolve) => socket.once('data', resolve));
      socket.write(framed(encodeQuery('a', 'A', { id: 6 })));
      expect((await reply).readUInt16BE(2)).toBe(6);
    });

    test('answers a pipeline of queries, out of order where some wait', async () => {
      const harness = await start();
      const { chain } = harness;
      const client = await clientOf(harness);
      client.send(...range(10).map((id) => encodeQuery(id < 3 ? `wait${id}` : 'now', 'A', { id })));
      for (const id of range(7)) expect(await nextId(client)).toBe(id + 3);
      for (const id of [2, 0, 1]) {
        chain.release(`wait${id}.`);
        expect(await nextId(client)).toBe(id);
      }
    });

    test('a reply is never cut below 65,535 octets', async () => {
      const client = await clientOf(await start());
      client.send(encodeQuery('size65535', 'A', { edns: false }));
      const reply = await client.next();
      expect(reply).toHaveLength(65_535);
      expect(decode(reply).flag_tc).toBe(false);
    });

    test('a client that has closed its side gets all its answers, and then the end', async () => {
      const harness = await start();
      const { chain } = harness;
      const client = await clientOf(harness);
      client.send(encodeQuery('wait', 'A', { id: 1 }), encodeQuery('now', 'A', { id: 2 }));
      client.end();
      expect(await nextId(client)).toBe(2);
      chain.releaseAll();
      expect(await nextId(client)).toBe(1);
      await client.ended();
    });

    test('a client that sends nothing for 10 s is closed', async () => {
      const harness = await start();
      const client = await clientOf(harness);
      client.send(encodeQuery('a', 'A'));
      await client.next();
      harness.clock.advance(9_999);
      expect(harness.count('closedConnections')).toBe(0);
      harness.clock.advance(251);
      expect(harness.count('closedConnections')).toBe(1);
      await client.ended();
    });

    test('a message that is not complete after 3 s closes its connection, and no other', async () => {
      const harness = await start();
      const [client, other] = [await clientOf(harness), await clientOf(harness)];
      const whole = framed(encodeQuery('a', 'A', { id: 1 }));
      client.sendRaw(Buffer.concat([whole, whole.subarray(0, 9)]));
      await client.next();
      other.send(encodeQuery('a', 'A'));
      await other.next();
      harness.clock.advance(2_999);
      expect(harness.count('closedConnections')).toBe(0);
      harness.clock.advance(251);
      expect(harness.count('closedConnections')).toBe(1);
      await client.ended();
      other.send(encodeQuery('a', 'A', { id: 2 }));
      expect(await nextId(other)).toBe(2);
    });

    test('time-outs are not looked at where nobody is connected', async () => {
      const harness = await start();
      expect(harness.clock.pending).toBe(0);
      const client = await clientOf(harness);
      client.send(encodeQuery('a', 'A'));
      await client.next();
      expect(harness.clock.pending).toBe(1);
      harness.clock.advance(10_250);
      await client.ended();
      harness.clock.advance(1000);
      expect(harness.clock.pending).toBe(0);
    });

    // A thousand handshakes take too long for a test; what counts connections knows nothing of them.
    if (protocol === 'tcp') describeLimit();

    test('a connection that is reset while its query waits disturbs nobody', async () => {
      const harness = await start();
      const { chain } = harness;
      const { socket, raw } = await halfOpenSocket(harness.listener.local.port);
      socket.on('error', () => undefined);
      socket.write(framed(encodeQuery('wait', 'A')));
      await chain.until(() => chain.waiting === 1);
      raw.resetAndDestroy();
      const client = await clientOf(harness);
      client.send(encodeQuery('a', 'A', { id: 1 }));
      expect(await nextId(client)).toBe(1);
      chain.releaseAll();
      client.send(encodeQuery('a', 'A', { id: 2 }));
      expect(await nextId(client)).toBe(2);
    });

    test('a client that asks and never reads is not answered without end, and closed when its time is over', async () => {
      const harness = await start();
      const { socket } = await halfOpenSocket(harness.listener.local.port);
      socket.pause();
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      socket.on('error', () => undefined);
      const chunk = Buffer.concat(range(1000).map((id) => framed(encodeQuery('size60000', 'A', { id }))));
      // 10,000 answers of 60 kB are more than the kernel takes for one connection.
      for (let i = 0; i < 10; i++) socket.write(chunk);
      const client = await clientOf(harness);
      // What is answered comes to a stop.
      for (let before = -1; before !== harness.chain.seen.length;) {
        before = harness.chain.seen.length;
        for (const id of range(50)) {
          client.send(encodeQuery('a', 'A', { id }));
          await client.next();
        }
        before += 50;
      }
      expect(harness.chain.seen.filter(({ name }) => name === 'size60000.').length).toBeLessThan(2000);
      harness.clock.advance(10_250);
      // The client only learns of it when it reads.
      socket.resume();
      await closed;
    });

    test('garbage closes nothing but its own connection, and a good query behind it is answered', async () => {
      const harness = await start();
      const next = random(4711);
      for (let round = 0; round < 100; round++) {
        const client = await clientOf(harness);
        for (const length of range(10)) client.send(randomBytes(next, length * 7));
        client.sendRaw(randomBytes(next, next() % 1000));
        client.close();
      }
      const client = await clientOf(harness);
      client.send(encodeQuery('a', 'A', { id: 3 }));
      expect(await nextId(client)).toBe(3);
      expect([harness.count('panics'), harness.logger.lines]).toEqual([0, []]);
    });

    test('close answers what is in flight, ends idle clients, and takes nobody new', async () => {
      const harness = await startListener(kind.listen());
      const { chain, listener } = harness;
      const [busy, idle] = [await clientOf(harness), await clientOf(harness)];
      busy.send(encodeQuery('wait', 'A', { id: 1 }));
      idle.send(encodeQuery('a', 'A'));
      await idle.next();
      await chain.until(() => chain.waiting === 1);
      let isClosed = false;
      const closed = listener.close().then(() => (isClosed = true));
      await idle.ended();
      await expect(kind.connect(listener.local.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      expect(isClosed).toBe(false);
      chain.releaseAll();
      expect(await nextId(busy)).toBe(1);
      await busy.ended();
      // No time passes: clients that close their side are not waited for.
      await closed;
      expect(harness.clock.pending).toBe(0);
    });

    test('close gives a client that does not close its side 3 s', async () => {
      const harness = await startListener(kind.listen());
      const { socket } = await halfOpenSocket(harness.listener.local.port);
      socket.write(framed(encodeQuery('a', 'A')));
      await new Promise((resolve) => socket.once('data', resolve));
      const ended = new Promise((resolve) => socket.once('end', resolve));
      const closed = harness.listener.close();
      await ended;
      harness.clock.advance(3_250);
      await closed;
      expect(harness.count('closedConnections')).toBe(1);
    });

    test('an address that is taken is refused with the error of the system', async () => {
      const { listener } = await start();
      const { environment } = makeListenerEnvironment(new ScriptedChain());
      const at = { address: '127.0.0.1', family: 4, port: listener.local.port, reusePort: false } as const;
      await expect(kind.listen()(at, environment)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    });
  });
}
