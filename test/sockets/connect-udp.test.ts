import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadAddon } from '../../src/runtime/addon.ts';
import { makeConnectBatched } from '../../src/sockets/connect-batched.ts';
import { connectDgram } from '../../src/sockets/connect-dgram.ts';
import type { ConnectedSocket, ConnectUdp } from '../../src/sockets/connect-udp.ts';
import { bindSystemCalls } from '../../src/sockets/system-calls.ts';

const forms: [string, () => ConnectUdp][] = [
  ['node:dgram', () => connectDgram],
  ['batches', () => makeConnectBatched(bindSystemCalls(loadAddon()), false)],
  ['batches that are joined', () => makeConnectBatched(bindSystemCalls(loadAddon()), true)],
];

/** Echoes each message, with `!` behind it, to who has sent it. */
async function startPeer(address = '127.0.0.1'): Promise<{ socket: Socket; port: number; senders: Set<string> }> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  const senders = new Set<string>();
  socket.on('message', (message, { address: from, port }) => {
    senders.add(`${from} ${port}`);
    socket.send(`${message.toString()}!`, port, from);
  });
  socket.bind(0, address);
  await once(socket, 'listening');
  return { socket, port: socket.address().port, senders };
}

describe.each(forms)('a connected socket on %s', (_form, make) => {
  const open: (ConnectedSocket | Socket)[] = [];
  let connect: ConnectUdp;

  beforeEach(() => {
    connect = make();
  });

  afterEach(() => {
    for (const each of open.splice(0)) each.close();
  });

  /** Opens one that collects what comes; `until` waits for so many messages. */
  function openTo(port: number, options: { address?: string; from?: string } = {}) {
    const { address = '127.0.0.1', from } = options;
    const texts: string[] = [];
    const errors: Error[] = [];
    let wake = (): void => undefined;
    const socket = connect({ address, port, family: address.includes(':') ? 6 : 4 }, from, {
      received(bytes, start, end) {
        texts.push(Buffer.from(bytes.subarray(start, end)).toString());
        wake();
      },
      failed(error) {
        errors.push(error);
        wake();
      },
    });
    open.push(socket);
    const until = async (isEnough: () => boolean): Promise<void> => {
      while (!isEnough()) await new Promise<void>((resolve) => (wake = resolve));
    };
    const send = (text: string): void => socket.send(Buffer.from(`${text}....`), text.length);
    return { socket, send, texts, errors, until };
  }

  test('sends and receives, many messages in one tick', async () => {
    const peer = await startPeer();
    open.push(peer.socket);
    const { send, texts, until } = openTo(peer.port);
    const sent = Array.from({ length: 150 }, (_, i) => `message ${i}`);
    for (const text of sent) send(text);
    await until(() => texts.length === 150);
    // Those that are as long may leave together, before others.
    expect(texts.toSorted()).toEqual(sent.map((text) => `${text}!`).sort());
    expect(peer.senders.size).toBe(1);
  });

  test('copies a message when it is sent', async () => {
    const peer = await startPeer();
    open.push(peer.socket);
    const { socket, texts, until } = openTo(peer.port);
    const memory = Buffer.from('first');
    socket.send(memory, 5);
    memory.write('later');
    await until(() => texts.length === 1);
    expect(texts).toEqual(['first!']);
  });

  test('speaks IPv6, and leaves from the address that it was given', async () => {
    const [six, four] = [await startPeer('::1'), await startPeer()];
    open.push(six.socket, four.socket);
    const one = openTo(six.port, { address: '::1' });
    const other = openTo(four.port, { from: '127.0.0.2' });
    one.send('a');
    other.send('b');
    await one.until(() => one.texts.length === 1);
    await other.until(() => other.texts.length === 1);
    expect([...four.senders][0]).toMatch(/^127\.0\.0\.2 /);
  });

  test('hears nothing from anybody else', async () => {
    const peer = await startPeer();
    const stranger = await startPeer();
    open.push(peer.socket, stranger.socket);
    const { send, texts, until } = openTo(peer.port);
    send('a');
    await until(() => texts.length === 1);
    const [, port] = [...peer.senders][0]!.split(' ');
    stranger.socket.send('forged', Number(port), '127.0.0.1');
    await new Promise<void>((resolve) => stranger.socket.send('x', stranger.port, '127.0.0.1', () => resolve()));
    send('b');
    await until(() => texts.length === 2);
    expect(texts).toEqual(['a!', 'b!']);
  });

  test('fails where the peer refuses, once, and is closed then', async () => {
    const peer = await startPeer();
    await new Promise<void>((resolve) => peer.socket.close(() => resolve()));
    const { socket, send, errors, until } = openTo(peer.port);
    send('a');
    await until(() => errors.length > 0);
    expect(errors.map((error) => (error as NodeJS.ErrnoException).code)).toEqual(['ECONNREFUSED']);
    send('b');
    socket.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(errors).toHaveLength(1);
  });

  test('that is closed sends and receives nothing more', async () => {
    const peer = await startPeer();
    open.push(peer.socket);
    const { socket, send, texts, until } = openTo(peer.port);
    send('a');
    await until(() => texts.length === 1);
    socket.close();
    send('b');
    const other = openTo(peer.port);
    other.send('c');
    await other.until(() => other.texts.length === 1);
    expect(texts).toEqual(['a!']);
    expect(peer.senders.size).toBe(2);
  });

  test('cannot be opened from an address that is not there', async () => {
    const { errors, until, failure } = await new Promise<{
      errors: Error[];
      until: () => Promise<void>;
      failure?: unknown;
    }>((resolve) => {
      try {
        const opened = openTo(53, { from: '192.0.2.1' });
        resolve({ errors: opened.errors, until: () => opened.until(() => opened.errors.length > 0) });
      } catch (failure) {
        resolve({ errors: [], until: () => Promise.resolve(), failure });
      }
    });
    await until();
    expect((failure ?? errors[0]) as NodeJS.ErrnoException).toMatchObject({ code: 'EADDRNOTAVAIL' });
  });
});
