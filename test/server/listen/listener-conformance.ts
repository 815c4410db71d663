import { networkInterfaces } from 'node:os';
import { decode } from 'dns-packet';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Listen } from '../../../src/server/listen/listener.ts';
import { encodeQuery } from '../../support/query.ts';
import { randomBytes, random } from '../../wire/random-packets.ts';
import { loopback, makeListenerEnvironment, ScriptedChain, startListener, type ListenerHarness } from '../harness.ts';
import { UdpClient } from './udp-client.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
const families = hasIpv6 ? ([4, 6] as const) : ([4] as const);

function idOf(reply: Buffer): number {
  return reply.readUInt16BE(0);
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** What every listener for UDP must do, however it reads and writes its socket. */
export function describeUdpListener(title: string, listen: Listen): void {
  async function start(family: 4 | 6 = 4): Promise<ListenerHarness> {
    const harness = await startListener(listen, family);
    onTestFinished(async () => {
      harness.chain.releaseAll();
      await harness.listener.close();
    });
    return harness;
  }

  async function clientOf({ listener }: ListenerHarness, family: 4 | 6 = 4): Promise<UdpClient> {
    const client = await UdpClient.open(listener.local.port, family);
    onTestFinished(() => client.close());
    return client;
  }

  describe(title, () => {
    test.each(families)('over IPv%s, answers who asked, and says who that was', async (family) => {
      const harness = await start(family);
      const [client, other] = [await clientOf(harness, family), await clientOf(harness, family)];
      await client.send(encodeQuery('Example.org', 'A', { id: 77 }));
      const reply = decode(await client.next());
      expect(reply).toMatchObject({
        id: 77,
        type: 'response',
        rcode: 'NXDOMAIN',
        questions: [{ name: 'Example.org' }],
      });
      expect(harness.listener.protocol).toBe('udp');
      expect(harness.chain.seen).toMatchObject([
        {
          name: 'example.org.',
          transport: 'udp',
          peer: { address: loopback[family], port: client.port, family },
          local: { address: loopback[family], port: harness.listener.local.port, family },
        },
      ]);
      // The other one gets its own reply, and got none before.
      await other.send(encodeQuery('a', 'A', { id: 78 }));
      expect(idOf(await other.next())).toBe(78);
      expect(client.received).toHaveLength(1);
    });

    test('serves many clients at once, each with its own replies', async () => {
      const harness = await start();
      const clients = await Promise.all(range(20).map(() => clientOf(harness)));
      for (const round of range(10)) {
        await Promise.all(
          clients.map((client, index) =>
            client.send(...range(5).map((i) => encodeQuery(`c${index}`, 'A', { id: index * 100 + round * 5 + i }))),
          ),
        );
        const replies = await Promise.all(clients.map((client) => client.take(5)));
        for (const [index, own] of replies.entries()) {
          expect(own.map(idOf).sort((a, b) => a - b)).toEqual(range(5).map((i) => index * 100 + round * 5 + i));
          for (const reply of own) expect(decode(reply).questions![0]!.name).toBe(`c${index}`);
        }
      }
      expect(harness.chain.seen).toHaveLength(1000);
    });

    test('answers queries that wait in any order, and others meanwhile', async () => {
      const harness = await start();
      const { chain } = harness;
      const client = await clientOf(harness);
      await client.send(...range(5).map((id) => encodeQuery(`wait${id}`, 'A', { id })));
      await chain.until(() => chain.waiting === 5);
      // Buffers are used again and again while the five wait.
      for (const round of range(10)) {
        await client.send(...range(20).map((i) => encodeQuery(`now${i}`, 'AAAA', { id: 1000 + round * 20 + i })));
        await client.take(20);
      }
      for (const id of [3, 0, 4, 1, 2]) {
        chain.release(`wait${id}.`);
        expect(decode(await client.next())).toMatchObject({ id, questions: [{ name: `wait${id}`, type: 'A' }] });
      }
    });

    test('of 20,000 queries that wait it answers a few thousand, and the kernel drops the others', async () => {
      const harness = await start();
      const client = await clientOf(harness);
      // All are sent before the listener, on the same thread, gets its turn.
      await client.send(...range(20_000).map((id) => encodeQuery('mute', 'A', { id })));
      await client.send(encodeQuery('now', 'A', { id: 30_000 }));
      while (!client.received.some((reply) => idOf(reply) === 30_000)) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        await client.send(encodeQuery('now', 'A', { id: 30_000 }));
      }
      const taken = harness.chain.seen.filter(({ name }) => name === 'mute.').length;
      expect(taken).toBeGreaterThan(200);
      expect(taken).toBeLessThan(3000);
    });

    test('answers a burst of queries of which some wait and some get no reply', async () => {
      const harness = await start();
      const { chain } = harness;
      const client = await clientOf(harness);
      const labels = range(60).map((id) => ['wait', 'now', 'mute', 'now', 'size400-', 'now'][id % 6]! + String(id));
      await client.send(...labels.map((label, id) => encodeQuery(label, 'A', { id })));
      const early = await client.take(40);
      await chain.until(() => chain.waiting === 10);
      chain.releaseAll();
      const replies = [...early, ...(await client.take(10))];
      const ids = replies.map(idOf).sort((a, b) => a - b);
      expect(ids).toEqual(range(60).filter((id) => id % 6 !== 2));
      for (const reply of replies) expect(decode(reply).questions![0]!.name).toBe(labels[idOf(reply)]);
    });

    test.each<[edns: number | undefined, size: number, cutTo: number | undefined]>([
      [undefined, 512, undefined],
      [undefined, 1600, 0],
      [1232, 1221, undefined],
      [1232, 1222, 1],
      [4096, 4000, undefined],
      [4096, 5000, 4],
      [65_535, 60_000, undefined],
    ])('EDNS size %s, an answer of %s octets: cut to %s records', async (edns, size, cutTo) => {
      const harness = await start();
      const client = await clientOf(harness);
      await client.send(encodeQuery(`size${size}`, 'A', edns === undefined ? {} : { edns: { payload: edns } }));
      const reply = await client.next();
      const questionEnd = 12 + `size${size}`.length + 2 + 4;
      const answer = cutTo === undefined ? size : questionEnd + cutTo * 1000;
      expect(reply.length).toBe(answer + (edns === undefined ? 0 : 11));
      const packet = decode(reply);
      expect(packet.flag_tc).toBe(cutTo !== undefined);
      expect(packet.additionals).toHaveLength(edns === undefined ? 0 : 1);
    });

    test('short replies follow long ones, and long ones short ones', async () => {
      const harness = await start();
      const client = await clientOf(harness);
      const sizes = [60, 1000, 40, 4000, 100, 60_000, 50];
      for (const [id, size] of sizes.entries()) {
        await client.send(encodeQuery(`size${size}`, 'A', { id, edns: { payload: 65_535 } }));
        const reply = await client.next();
        expect([idOf(reply), reply.length]).toEqual([id, size + 11]);
      }
    });

    test('takes datagrams of nothing and of 65,507 octets', async () => {
      const harness = await start();
      const client = await clientOf(harness);
      const huge = Buffer.alloc(65_507, 0xff);
      huge.set(encodeQuery('example.org', 'A', { id: 5 }));
      await client.send(new Uint8Array(0), huge);
      expect(decode(await client.next())).toMatchObject({ id: 5, questions: [{ name: 'example.org' }] });
      expect([harness.count('dropped'), harness.chain.seen.length]).toEqual([1, 1]);
    });

    test('replies to what is malformed, says nothing to what is no query, and goes on', async () => {
      const harness = await start();
      const client = await clientOf(harness);
      const update = encodeQuery('a', 'SOA', { id: 1 });
      update[2] = 0x28;
      const reply = encodeQuery('a', 'A', { id: 2 });
      reply[2] = 0x80;
      const cut = encodeQuery('example.org', 'A', { id: 3 }).subarray(0, -1);
      await client.send(update, reply, cut, encodeQuery('a', 'A', { id: 4 }));
      const replies = (await client.take(3)).sort((a, b) => idOf(a) - idOf(b));
      expect(replies.map((each) => [idOf(each), each.length, each[3]! & 15])).toEqual([
        [1, 12, 4],
        [3, 12, 1],
        [4, 19, 3],
      ]);
    });

    test('answers a good query behind a flood of garbage', async () => {
      const harness = await start();
      const client = await clientOf(harness);
      const next = random(20_260_101);
      for (let sent = 0; sent < 5000; sent += 100) {
        // Never an ID of the good query, which is how its reply is told from others.
        const garbage = range(100).map(() => {
          const octets = randomBytes(next, next() % 600);
          if (octets.length > 0) octets[0] = octets[0]! & 0x7f;
          return octets;
        });
        await client.send(...garbage, encodeQuery('example.org', 'A', { id: 0x8000 + sent }));
        while (idOf(await client.next()) !== 0x8000 + sent);
      }
      expect(harness.count('panics')).toBe(0);
      expect(harness.logger.lines).toEqual([]);
    });

    test('a defect costs one query a SERVFAIL', async () => {
      const harness = await start();
      const client = await clientOf(harness);
      await client.send(encodeQuery('defect', 'A', { id: 1 }), encodeQuery('fine', 'A', { id: 2 }));
      const replies = (await client.take(2)).map((reply) => decode(reply));
      expect(replies).toMatchObject([
        { id: 1, rcode: 'SERVFAIL', questions: [{ name: 'defect' }] },
        { id: 2, rcode: 'NXDOMAIN' },
      ]);
      expect(harness.count('panics')).toBe(1);
    });

    test('a defect behind a hold costs that query a SERVFAIL, and others still wait with memory of their own', async () => {
      const harness = await start();
      const client = await clientOf(harness);
      for (const id of range(10)) {
        await client.send(encodeQuery(`late${id}`, 'A', { id }));
        expect(decode(await client.next())).toMatchObject({
          id,
          rcode: 'SERVFAIL',
          questions: [{ name: `late${id}` }],
        });
      }
      for (const id of range(10)) await client.send(encodeQuery(`wait${id}`, 'A', { id }));
      await harness.chain.until(() => harness.chain.waiting === 10);
      for (const id of range(10)) await client.send(encodeQuery('fine', 'A', { id: 100 + id }));
      await client.take(10);
      harness.chain.releaseAll();
      const names = (await client.take(10)).map((reply) => decode(reply).questions![0]!.name);
      expect(names.sort()).toEqual(range(10).map((id) => `wait${id}`));
    });

    test('a client that is gone when its reply comes disturbs nobody', async () => {
      const harness = await start();
      const { chain } = harness;
      const gone = await UdpClient.open(harness.listener.local.port);
      await gone.send(encodeQuery('wait', 'A'));
      await chain.until(() => chain.waiting === 1);
      await gone.close();
      chain.releaseAll();
      const client = await clientOf(harness);
      // The error of the first reply may come with any call that follows.
      for (const id of range(5)) {
        await client.send(encodeQuery('example.org', 'A', { id }));
        expect(idOf(await client.next())).toBe(id);
      }
    });

    test('close answers what is in flight, and nothing that comes after it', async () => {
      const harness = await startListener(listen);
      const { chain, listener } = harness;
      const client = await clientOf(harness);
      await client.send(encodeQuery('wait1', 'A', { id: 1 }), encodeQuery('wait2', 'A', { id: 2 }));
      await chain.until(() => chain.waiting === 2);
      let isClosed = false;
      const closed = listener.close().then(() => (isClosed = true));
      await client.send(encodeQuery('late', 'A', { id: 3 }));
      chain.release('wait2.');
      expect(idOf(await client.next())).toBe(2);
      expect(isClosed).toBe(false);
      chain.release('wait1.');
      await closed;
      expect(idOf(await client.next())).toBe(1);
      expect(chain.seen.map(({ name }) => name)).not.toContain('late.');
    });

    test('close frees the port at once where nothing is in flight', async () => {
      const { listener } = await startListener(listen);
      await listener.close();
      const { environment } = makeListenerEnvironment(new ScriptedChain());
      const again = await listen(
        { address: '127.0.0.1', family: 4, port: listener.local.port, reusePort: false },
        environment,
      );
      expect(again.local.port).toBe(listener.local.port);
      await again.close();
    });

    test('an address that is taken is refused with the error of the system', async () => {
      const { listener } = await start();
      const { environment } = makeListenerEnvironment(new ScriptedChain());
      const at = { address: '127.0.0.1', family: 4, port: listener.local.port, reusePort: false } as const;
      await expect(listen(at, environment)).rejects.toMatchObject({ code: 'EADDRINUSE' });
      await expect(listen({ ...at, address: '192.0.2.1', port: 0 }, environment)).rejects.toMatchObject({
        code: 'EADDRNOTAVAIL',
      });
    });
  });
}
