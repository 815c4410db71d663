import { execFile } from 'node:child_process';
import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { constants, networkInterfaces } from 'node:os';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { decode } from 'dns-packet';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Listen, Listener } from '../../../src/server/listen/listener.ts';
import { loadAddon } from '../../../src/runtime/addon.ts';
import { makeListenBatched } from '../../../src/server/listen/batched-udp.ts';
import { MessageVector } from '../../../src/sockets/message-vector.ts';
import { Slots } from '../../../src/sockets/slots.ts';
import { DatagramSocket } from '../../../src/sockets/socket.ts';
import { bindSystemCalls, type SystemCalls } from '../../../src/sockets/system-calls.ts';
import { listenUdp } from '../../../src/server/listen/udp.ts';
import { encodeQuery } from '../../support/query.ts';
import { makeListenerEnvironment, oneWorker, ScriptedChain, startListener } from '../harness.ts';
import { describeUdpListener } from './listener-conformance.ts';
import { UdpClient } from './udp-client.ts';

const calls = bindSystemCalls(loadAddon());
const listenBatched = makeListenBatched(calls, oneWorker);
const { EAGAIN, EINTR, EMFILE, ENOBUFS, EPERM } = constants.errno;
const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

describeUdpListener('UDP in batches', listenBatched);

function closeLater({ listener, chain }: { listener: Listener; chain: ScriptedChain }): void {
  onTestFinished(async () => {
    chain.releaseAll();
    await listener.close();
  });
}

describe('on all addresses of the machine', () => {
  /** Opens a listener, asks it at `address` from another one, and tells what came back from where. */
  async function ask(family: 4 | 6, address: string, name: string): Promise<[number, RemoteInfo]> {
    const chain = new ScriptedChain();
    const any = family === 4 ? '0.0.0.0' : '::';
    const { environment } = makeListenerEnvironment(chain);
    const listener = await listenBatched({ address: any, family, port: 0, reusePort: false }, environment);
    closeLater({ listener, chain });
    const client = createSocket(family === 4 ? 'udp4' : 'udp6');
    onTestFinished(() => new Promise<void>((resolve) => client.close(() => resolve())));
    const received = once(client, 'message') as Promise<[Buffer, RemoteInfo]>;
    client.send(encodeQuery(name, 'A', { id: 3 }), listener.local.port, address);
    await chain.until(() => chain.seen.length > 0);
    chain.releaseAll();
    const [reply, remote] = await received;
    expect(listener.local).toEqual({ address: any, family, port: remote.port });
    return [reply.readUInt16BE(0), remote];
  }

  // Without more ado the reply to both would leave from 127.0.0.1.
  test.each(['now', 'wait'])('a reply that comes %s leaves from the address that was asked', async (name) => {
    for (const address of ['127.0.0.2', '127.3.4.5']) {
      expect(await ask(4, address, name)).toMatchObject([3, { address }]);
    }
  });

  test.runIf(hasIpv6)('over IPv6 as well', async () => {
    for (const name of ['now', 'wait']) expect(await ask(6, '::1', name)).toMatchObject([3, { address: '::1' }]);
  });
});

test('what has come when it is closed is answered', async () => {
  const { listener, chain } = await startListener(listenBatched);
  const client = createSocket('udp4');
  onTestFinished(() => new Promise<void>((resolve) => client.close(() => resolve())));
  client.connect(listener.local.port, listener.local.address);
  await once(client, 'connect');
  const replies: number[] = [];
  const received = new Promise<void>((resolve) =>
    client.on('message', (reply) => {
      replies.push(reply.readUInt16BE(0));
      if (replies.length === 2) resolve();
    }),
  );
  // A connected socket sends at once: what is sent waits at the listener, whose turn it is not.
  client.send(encodeQuery('now', 'A', { id: 1 }));
  client.send(encodeQuery('wait', 'A', { id: 2 }));
  const closed = listener.close();
  chain.releaseAll();
  await closed;
  await received;
  expect(replies.sort()).toEqual([1, 2]);
});

test('listeners that share their memory do not see what is in it', async () => {
  const listen = makeListenBatched(calls, oneWorker);
  const harnesses = await Promise.all([4, 4].map(() => startListener(listen)));
  harnesses.forEach(closeLater);
  const clients = await Promise.all(harnesses.map(({ listener }) => UdpClient.open(listener.local.port)));
  onTestFinished(async () => {
    await Promise.all(clients.map((client) => client.close()));
  });
  for (let round = 0; round < 20; round++) {
    await Promise.all(
      clients.map((client, index) =>
        client.send(...[0, 1, 2].map((id) => encodeQuery(`${id === 1 ? 'wait' : 'c'}${index}-${round}`, 'A', { id }))),
      ),
    );
    await Promise.all(clients.map((client) => client.take(2)));
    for (const { chain } of harnesses) {
      await chain.until(() => chain.waiting === 1);
      chain.releaseAll();
    }
    const late = await Promise.all(clients.map((client) => client.next()));
    for (const [index, reply] of late.entries()) {
      expect(decode(reply)).toMatchObject({ id: 1, questions: [{ name: `wait${index}-${round}` }] });
    }
  }
});

describe('what the kernel says of a reply', () => {
  /** Sends 4 replies; each call of sendmmsg comes to what the script says: so many taken, or an error. */
  function send(script: (number | 'EAGAIN' | 'EINTR' | 'ENOBUFS' | 'EPERM')[], isWritable = true) {
    const starts: number[] = [];
    const log: string[] = [];
    let error = 0;
    let first = NaN;
    const scripted: SystemCalls = {
      ...calls,
      sendmmsg(_socket, address, count) {
        if (Number.isNaN(first)) first = address;
        starts.push((address - first) / 64);
        const result = script.shift() ?? count;
        if (typeof result === 'number') return Math.min(result, count);
        error = { EAGAIN, EINTR, ENOBUFS, EPERM }[result];
        return -1;
      },
      poll() {
        log.push('waited');
        return isWritable ? 1 : 0;
      },
      errno: () => error,
    };
    const vector = new MessageVector(scripted, new Slots(scripted, 4), 4, { usesGso: true });
    // To four peers, so that none are joined.
    for (let slot = 0; slot < 4; slot++)
      vector.fill(slot, Uint8Array.of(2, 0, 20, slot, 127, 0, 0, 1), new Uint8Array(30), 0, 30);
    return { failed: vector.send(0, 0, 4), starts, waits: log.length };
  }

  test.each<[string, Parameters<typeof send>, ReturnType<typeof send>]>([
    ['all are taken', [[]], { failed: 0, starts: [0], waits: 0 }],
    ['some are taken, then the others', [[1, 2]], { failed: 0, starts: [0, 1, 3], waits: 0 }],
    ['a signal came', [['EINTR']], { failed: 0, starts: [0, 0], waits: 0 }],
    ['the buffer was full', [[2, 'EAGAIN']], { failed: 0, starts: [0, 2, 2], waits: 1 }],
    ['the buffer stays full', [[1, 'EAGAIN'], false], { failed: 3, starts: [0, 1], waits: 1 }],
    [
      'the buffer is full again and again',
      [['EAGAIN', 'EAGAIN', 'EAGAIN', 'EAGAIN', 'EAGAIN']],
      { failed: 4, starts: [0, 0, 0, 0, 0], waits: 4 },
    ],
    ['no memory for a moment', [['ENOBUFS']], { failed: 0, starts: [0, 0], waits: 0 }],
    ['no memory for one', [[1, 'ENOBUFS', 'ENOBUFS']], { failed: 1, starts: [0, 1, 1, 2], waits: 0 }],
    ['a filter drops one', [[2, 'EPERM']], { failed: 1, starts: [0, 2, 3], waits: 0 }],
    ['a filter drops all', [['EPERM', 'EPERM', 'EPERM', 'EPERM']], { failed: 4, starts: [0, 1, 2, 3], waits: 0 }],
  ])('%s', (_title, args, expected) => {
    expect(send(...args)).toEqual(expected);
  });
});

test('what the kernel does not take is counted, and others go on', async () => {
  const harness = await startListener(listenBatched);
  closeLater(harness);
  const client = await UdpClient.open(harness.listener.local.port);
  onTestFinished(() => client.close());
  // With its headers it is longer than a datagram may be.
  await client.send(
    encodeQuery('size65520', 'A', { id: 1, edns: { payload: 65_535 } }),
    encodeQuery('a', 'A', { id: 2 }),
  );
  expect((await client.next()).readUInt16BE(0)).toBe(2);
  expect(harness.count('sendErrors')).toBe(1);
});

describe('replies to one peer', () => {
  /**
   * A listener that takes all queries of its client in one batch. `sent` has how many messages each call of sendmmsg gave;
   * `refuse` makes the call fail.
   */
  async function startCounting(family: 4 | 6 = 4, address?: string, options = oneWorker) {
    const sent: number[] = [];
    const refusals: (number | undefined)[] = [];
    let error = 0;
    let ready: (status: number) => void = () => undefined;
    const listen = makeListenBatched(
      {
        ...calls,
        watch(_descriptor, callback) {
          ready = callback;
          return { close: () => undefined };
        },
        sendmmsg(socket, messages, count, flags) {
          sent.push(count);
          error = refusals.shift() ?? 0;
          return error === 0 ? calls.sendmmsg(socket, messages, count, flags) : -1;
        },
        errno: () => error || calls.errno(),
      },
      options,
    );
    const harness = await startListener(listen, family, address);
    closeLater(harness);
    const { port } = harness.listener.local;
    async function ask(...askers: readonly [UdpClient, readonly Uint8Array[]][]): Promise<void> {
      for (const [client, queries] of askers) await client.send(...queries);
      ready(0);
      await turn();
    }
    return { ...harness, port, sent, refusals, ask };
  }

  async function openClient(port: number, family: 4 | 6 = 4): Promise<UdpClient> {
    const client = await UdpClient.open(port, family);
    onTestFinished(() => client.close());
    return client;
  }

  const queries = (names: readonly string[]): Uint8Array[] => names.map((name, id) => encodeQuery(name, 'A', { id }));
  const received = async (client: UdpClient, count: number): Promise<[number, string][]> =>
    (await client.take(count)).map((reply) => {
      const { id, questions } = decode(reply);
      return [id!, questions![0]!.name];
    });
  const families = hasIpv6 ? ([4, 6] as const) : ([4] as const);

  test.each(families)('go as one message, the longest first, over IPv%i', async (family) => {
    const { port, sent, ask } = await startCounting(family);
    const client = await openClient(port, family);
    await ask([client, queries(['aa', 'bb', 'c', 'dd', 'e'])]);
    expect(await received(client, 5)).toEqual([
      [0, 'aa'],
      [1, 'bb'],
      [3, 'dd'],
      // Only the last one may be shorter.
      [2, 'c'],
      [4, 'e'],
    ]);
    expect(sent).toEqual([2]);
  });

  test('go one by one where GSO is turned off', async () => {
    const { port, sent, ask } = await startCounting(4, undefined, { ...oneWorker, tunings: new Set() });
    const client = await openClient(port);
    await ask([client, queries(['aa', 'bb', 'c'])]);
    expect((await received(client, 3)).map(([id]) => id)).toEqual([0, 1, 2]);
    expect(sent).toEqual([3]);
  });

  test('of which others want some too', async () => {
    const { port, sent, ask } = await startCounting();
    const [first, second, third] = [await openClient(port), await openClient(port), await openClient(port)];
    await ask(
      [first, queries(['aa', 'bb'])],
      [second, queries(['cc'])],
      [third, queries(['dd', 'ee', 'ff'])],
      [first, queries(['gg'])],
    );
    expect(await received(first, 3)).toEqual([
      [0, 'aa'],
      [1, 'bb'],
      [0, 'gg'],
    ]);
    expect(await received(second, 1)).toEqual([[0, 'cc']]);
    expect(await received(third, 3)).toEqual([
      [0, 'dd'],
      [1, 'ee'],
      [2, 'ff'],
    ]);
    expect(sent).toEqual([3]);
  });

  test('that are too long for one packet go alone', async () => {
    const { port, sent, ask } = await startCounting();
    const client = await openClient(port);
    const long = [1, 2, 3].map((id) => encodeQuery('size1222', 'A', { id, edns: { payload: 4096 } }));
    await ask([client, long]);
    expect((await client.take(3)).map((reply) => [reply.readUInt16BE(0), reply.length])).toEqual([
      [1, 1233],
      [2, 1233],
      [3, 1233],
    ]);
    expect(sent).toEqual([3]);
  });

  test('leave each from the address that was asked', async () => {
    const { port, sent, ask } = await startCounting(4, '0.0.0.0');
    const client = createSocket('udp4');
    onTestFinished(() => new Promise<void>((resolve) => client.close(() => resolve())));
    const got: string[] = [];
    client.on('message', (message, { address }) => got.push(`${decode(message).questions![0]!.name} ${address}`));
    for (const [name, to] of [
      ['aa', '127.0.0.2'],
      ['bb', '127.0.0.3'],
      ['cc', '127.0.0.2'],
    ] as const) {
      await new Promise((resolve) => client.send(encodeQuery(name, 'A', { id: 1 }), port, to, resolve));
    }
    await ask();
    await expect.poll(() => got).toEqual(['aa 127.0.0.2', 'cc 127.0.0.2', 'bb 127.0.0.3']);
    expect(sent).toEqual([2]);
  });

  test.each(['EIO', 'EINVAL'] as const)('go one by one for a while where the kernel says %s', async (code) => {
    const { port, sent, refusals, ask, count } = await startCounting();
    const client = await openClient(port);
    refusals.push(constants.errno[code]);
    await ask([client, queries(['aa', 'bb'])]);
    expect(sent.splice(0)).toEqual([1, 1, 1]);
    expect(await received(client, 2)).toEqual([
      [0, 'aa'],
      [1, 'bb'],
    ]);
    for (let run = 0; run < 1000; run++) {
      await ask([client, queries(['aa', 'bb'])]);
      expect(sent.splice(0)).toEqual([2]);
      await client.take(2);
    }
    await ask([client, queries(['aa', 'bb'])]);
    expect(sent).toEqual([1]);
    expect(count('sendErrors')).toBe(0);
  });

  test('that a filter drops are counted one by one', async () => {
    const { port, refusals, ask, count } = await startCounting();
    const client = await openClient(port);
    refusals.push(EPERM, EPERM, EPERM);
    await ask([client, queries(['aa', 'bb', 'cc'])]);
    expect(await received(client, 1)).toEqual([[2, 'cc']]);
    expect(count('sendErrors')).toBe(2);
  });

  test('are all counted where the buffer stays full', async () => {
    const { port, sent, refusals, ask, count } = await startCounting();
    const [first, second] = [await openClient(port), await openClient(port)];
    refusals.push(EAGAIN, EAGAIN, EAGAIN, EAGAIN, EAGAIN);
    await ask([first, queries(['aa', 'bb', 'cc'])], [second, queries(['dd', 'e'])]);
    expect(sent).toEqual([2, 2, 2, 2, 2]);
    expect(count('sendErrors')).toBe(5);
  });
});

/** What was put off until the event loop goes on is done. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

interface Watch {
  readonly callback: (status: number) => void;
  state: string;
}

/** A listener whose socket is watched by the test. */
async function startWatched(more: Partial<SystemCalls>, options = oneWorker) {
  const watches: Watch[] = [];
  const memory: Uint8Array[] = [];
  const listen: Listen = makeListenBatched(
    {
      ...calls,
      watch(_descriptor, callback) {
        const watch: Watch = { callback, state: 'open' };
        watches.push(watch);
        return { close: () => void (watch.state = 'closed') };
      },
      addressOf(array) {
        memory.push(array);
        return calls.addressOf(array);
      },
      ...more,
    },
    options,
  );
  const harness = await startListener(listen);
  closeLater(harness);
  return { ...harness, watches, memory };
}

test('a datagram from port 0, which any host can send, is dropped: nothing can be sent there', async () => {
  const found = [1];
  const { watches, memory, count, chain } = await startWatched({
    recvmmsg() {
      // The envelopes of the batch come first.
      memory[1]!.set([2, 0, 0, 0, 127, 0, 0, 1], 0);
      return found.shift() ?? 0;
    },
  });
  watches[0]!.callback(0);
  await turn();
  expect(count('dropped')).toBe(1);
  expect(chain.seen).toEqual([]);
});

test('a flood leaves others their turn', async () => {
  let received = 0;
  const { watches, count } = await startWatched({
    recvmmsg(_socket, _messages, slots) {
      received++;
      return slots;
    },
  });
  for (const batches of [8, 16, 24]) {
    // As long as there is something to read, each round of the event loop says so; more than once makes one turn.
    watches[0]!.callback(0);
    watches[0]!.callback(0);
    expect(received).toBe(batches - 8);
    await turn();
    expect(received).toBe(batches);
    expect(count('dropped')).toBe(batches * 64);
  }
  await turn();
  expect(received).toBe(24);
});

test('where many queries arrive it pauses, and takes what arrived meanwhile', async () => {
  const found: number[] = [];
  let steps = '';
  const script: Partial<SystemCalls> = {
    recvmmsg() {
      const count = found.shift() ?? 0;
      steps += `${count} `;
      return count;
    },
    usleep(us) {
      steps += `${us} us `;
      return 0;
    },
  };
  async function turnWith({ watches }: { watches: readonly Watch[] }, ...messages: number[]): Promise<string> {
    found.splice(0, found.length, ...messages);
    steps = '';
    watches[0]!.callback(0);
    await turn();
    return steps.trimEnd();
  }
  const server = await startWatched(script);
  expect(await turnWith(server, 9, 5), 'the first batch').toBe('9');
  expect(await turnWith(server, 9, 5, 20, 8)).toBe('9 90 us 5 50 us 20');
  expect(await turnWith(server, 9)).toBe('9 90 us 0');
  expect(await turnWith(server, 64, 1), 'a full batch leaves some behind it').toBe('64 1 40 us 0');
  expect(await turnWith(server, 0)).toBe('0');
  server.clock.advance(1);
  expect(await turnWith(server, 1, 1), 'it was quiet').toBe('1');
  const without = await startWatched(script, { ...oneWorker, tunings: new Set() });
  for (let batch = 0; batch < 3; batch++) expect(await turnWith(without, 9, 5)).toBe('9');
});

test('where the socket has an error, it says so and listens again', async () => {
  const { watches, clock, logger, listener } = await startWatched({});
  watches[0]!.callback(-9);
  await turn();
  expect(logger.lines).toMatchObject([
    { level: 'warning', message: `UDP 127.0.0.1:${listener.local.port}: an unknown error; it is listened to again` },
  ]);
  expect([watches.length, watches[0]!.state]).toEqual([1, 'closed']);
  clock.advance(100);
  expect(watches).toHaveLength(2);
});

test('where it cannot listen again, it says so and tries later', async () => {
  let refusals = 0;
  let watched = 0;
  let fail: (status: number) => void = () => undefined;
  const listen = makeListenBatched(
    {
      ...calls,
      watch(_descriptor, callback) {
        if (refusals-- > 0) throw new Error('no memory');
        watched++;
        fail = callback;
        return { close: () => undefined };
      },
    },
    oneWorker,
  );
  const harness = await startListener(listen);
  closeLater(harness);
  const { clock, logger, listener } = harness;
  fail(-9);
  await turn();
  logger.lines.splice(0);
  refusals = 2;
  clock.advance(100);
  clock.advance(100);
  const line = {
    level: 'error',
    message: `UDP 127.0.0.1:${listener.local.port}: cannot be listened to: no memory; it is tried again`,
  };
  expect([logger.lines.splice(0), watched]).toEqual([
    [expect.objectContaining(line), expect.objectContaining(line)],
    1,
  ]);
  clock.advance(100);
  expect([logger.lines, watched]).toEqual([[], 2]);
});

test('a listener without memory for its messages leaves no socket', async () => {
  let arrays = 0;
  const listen = makeListenBatched(
    {
      ...calls,
      addressOf(array) {
        // The slots come first.
        if (++arrays === 2) throw new Error('no memory');
        return calls.addressOf(array);
      },
    },
    oneWorker,
  );
  const descriptors = (): number => readdirSync('/proc/self/fd').length;
  const before = descriptors();
  await expect(startListener(listen)).rejects.toThrow('no memory');
  expect(descriptors()).toBe(before);
});

test('where there are too few descriptors, the error says so', async () => {
  const { environment } = makeListenerEnvironment(new ScriptedChain());
  const listen = makeListenBatched({ ...calls, socket: () => -1, errno: () => EMFILE }, oneWorker);
  const at = { address: '127.0.0.1', family: 4, port: 0, reusePort: false } as const;
  await expect(listen(at, environment)).rejects.toMatchObject({ code: 'EMFILE', message: 'socket EMFILE' });
});

test('sockets share an address where they are told to, and only there', async () => {
  const { environment } = makeListenerEnvironment(new ScriptedChain());
  const at = { address: '127.0.0.1', family: 4, port: 0, reusePort: true } as const;
  const first = await listenBatched(at, environment);
  onTestFinished(() => first.close());
  const { port } = first.local;
  const second = await listenBatched({ ...at, port }, environment);
  onTestFinished(() => second.close());
  for (const listen of [listenBatched, listenUdp]) {
    await expect(listen({ ...at, port, reusePort: false }, environment)).rejects.toMatchObject({
      message: `bind EADDRINUSE 127.0.0.1:${port}`,
    });
  }
});

test('a socket that cannot be adopted leaves no descriptor open', () => {
  const failing: SystemCalls = { ...calls, dup3: () => -1, errno: () => constants.errno.EBUSY };
  const at = { address: '127.0.0.1', family: 4, port: 0, reusePort: true } as const;
  const descriptors = (): number => readdirSync('/proc/self/fd').length;
  const before = descriptors();
  expect(() => DatagramSocket.open(failing, at)).toThrow('dup3 EBUSY');
  expect(descriptors()).toBe(before);
});

describe('a worker', () => {
  // Else the kernel would give a share of all queries to a socket that nobody reads.
  test.each(['throws', 'exits', 'closes'] as const)('that %s leaves no socket', async (how) => {
    const worker = new Worker(new URL('../worker/dying-worker.ts', import.meta.url));
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.on('error', () => undefined);
    const [port] = (await once(worker, 'message')) as [number];
    const client = await UdpClient.open(port);
    onTestFinished(() => client.close());
    // What waits keeps a worker from closing.
    if (how !== 'closes') await client.send(encodeQuery('wait', 'A', { id: 1 }));
    await client.send(encodeQuery('a', 'A', { id: 2 }));
    expect((await client.next()).readUInt16BE(0)).toBe(2);
    worker.postMessage(how);
    await ended;
    const { environment } = makeListenerEnvironment(new ScriptedChain());
    const again = await listenBatched({ address: '127.0.0.1', family: 4, port, reusePort: false }, environment);
    expect(again.local.port).toBe(port);
    await again.close();
  });

  // This process has the addon; one that has it in the worker alone would call code that is not there any more.
  test('takes nothing with it that the process needs', async () => {
    const script = `
      const { Worker } = require('node:worker_threads');
      const worker = new Worker(new URL(process.argv[1]), { execArgv: [] });
      worker.once('message', async () => {
        await worker.terminate();
        console.log('goes on');
      });`;
    const file = new URL('../worker/dying-worker.ts', import.meta.url).href;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script, file]);
    expect(stdout).toBe('goes on\n');
  });
});
