import type { Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { QueryPool } from '../../../src/server/listen/query-pool.ts';
import { ReplyBuffers } from '../../../src/server/listen/reply-buffers.ts';
import { batchBytes, replyBufferBytes, StreamConnection } from '../../../src/server/listen/stream-connection.ts';
import { TickFlusher } from '../../../src/server/listen/tick-flusher.ts';
import type { StreamTimeouts } from '../../../src/plugins/plugin.ts';
import { encodeQuery } from '../../support/query.ts';
import { FakeSocket, settled as called } from '../../sockets/fake-socket.ts';
import { makeListenerEnvironment, ScriptedChain } from '../harness.ts';

function framed(...messages: Uint8Array[]): Buffer {
  return Buffer.concat(
    messages.map((message) => Buffer.from([message.length >>> 8, message.length & 0xff, ...message])),
  );
}

function ask(name: string, id: number): Buffer {
  return framed(encodeQuery(name, 'A', { id }));
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function open(timeouts?: StreamTimeouts) {
  const chain = new ScriptedChain();
  const { environment, clock, counters } = makeListenerEnvironment(chain);
  const socket = new FakeSocket();
  const ends: (() => void)[] = [];
  const endTurn = (): void => {
    for (const end of ends.splice(0)) end();
  };
  const buffers = new ReplyBuffers(replyBufferBytes);
  const connection = new StreamConnection(socket as unknown as Socket, {
    transport: 'tcp',
    local: { address: '192.0.2.53', port: 53, family: 4 },
    environment: { ...environment, timeouts },
    queries: new QueryPool(environment.hashSeed),
    buffers,
    flusher: new TickFlusher((end) => ends.push(end)),
  });
  /** Chunks that arrive in one turn of the event loop. */
  const receiveAtOnce = (...chunks: Uint8Array[]): void => {
    for (const chunk of chunks) socket.emit('data', Buffer.from(chunk));
    endTurn();
  };
  /** Chunks that each have a turn of their own. */
  const receive = (...chunks: Uint8Array[]): void => {
    for (const chunk of chunks) receiveAtOnce(chunk);
  };
  /** Promises and stream callbacks that are due have been called, and what was collected is written. */
  const settled = async (): Promise<void> => {
    await called();
    endTurn();
    await called();
  };
  return { chain, clock, counters, buffers, socket, connection, receive, receiveAtOnce, settled };
}

describe('messages in a stream', () => {
  test('however it is cut into chunks, each query has its answer, in order', () => {
    const message = fc.oneof(
      fc.constantFrom('a', 'www.example.org', 'size1500', 'size60000', 'mute').map((name) => ({ name, isQuery: true })),
      fc.constantFrom({ name: 'empty', isQuery: false }, { name: 'junk', isQuery: false }),
    );
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 12 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 90 })),
        (asked, sizes) => {
          const { socket, receive, connection } = open();
          const messages = asked.map(({ name, isQuery }, id) => {
            if (isQuery) return ask(name, id);
            return name === 'empty' ? Buffer.alloc(2) : framed(Buffer.from('no header'));
          });
          const stream = Buffer.concat(messages);
          for (let at = 0; at < stream.length;) {
            const size = sizes.next().value as number;
            receive(stream.subarray(at, at + size));
            at += size;
          }
          const expected = asked.flatMap(({ name, isQuery }, id) => (isQuery && name !== 'mute' ? [id] : []));
          expect(socket.ids).toEqual(expected);
          expect([connection.isBusy, connection.hasQueried]).toEqual([false, messages.length > 0]);
        },
      ),
    );
  });

  test('octet by octet', () => {
    const { socket, receive } = open();
    const stream = Buffer.concat([ask('a', 1), Buffer.alloc(2), ask('example.org', 2)]);
    receive(...range(stream.length).map((at) => stream.subarray(at, at + 1)));
    expect(socket.ids).toEqual([1, 2]);
  });

  test('all that is answered at once goes out in one write', () => {
    const { socket, receive } = open();
    receive(Buffer.concat(range(100).map((id) => ask('example.org', id))));
    expect(socket.written).toHaveLength(1);
    expect(socket.ids).toEqual(range(100));
  });

  test('chunks of one turn are answered in one write, as the records of TLS come', () => {
    const { socket, receiveAtOnce, receive } = open();
    receiveAtOnce(...range(100).map((id) => ask('example.org', id)));
    expect(socket.written).toHaveLength(1);
    receive(ask('a', 100), ask('a', 101));
    expect(socket.written).toHaveLength(3);
    expect(socket.ids).toEqual(range(102));
  });

  test('memory of replies is used again, but not before it was taken', async () => {
    const { socket, receive, buffers, settled } = open();
    receive(ask('first', 1));
    await settled();
    const buffer = buffers.take();
    buffers.give(buffer);
    socket.stick();
    receive(ask('second', 2));
    const other = buffers.take();
    expect(other).not.toBe(buffer);
    await socket.unstick();
    expect(buffers.take()).toBe(buffer);
  });

  test('the longest message and the longest reply', () => {
    const { socket, receive } = open();
    const longest = Buffer.alloc(65_535);
    longest.set(encodeQuery('size65535', 'A', { id: 1 }));
    receive(framed(longest), framed(longest).subarray(0, 40_000), framed(longest).subarray(40_000));
    expect(socket.replies.map(({ length }) => length)).toEqual([65_535, 65_535]);
  });

  test('what was answered is not changed by what is answered later', async () => {
    const { socket, receive, settled } = open();
    socket.stick();
    receive(ask('first', 1), ask('second', 2));
    await socket.unstick();
    await settled();
    expect(socket.ids).toEqual([1, 2]);
  });
});

describe('time limits', () => {
  const whole = ask('example.org', 1);

  test('10 s for the next message, from the last one', () => {
    const { connection, clock, receive } = open();
    expect(connection.deadline).toBe(10_000);
    clock.advance(4000);
    receive(whole);
    expect(connection.deadline).toBe(14_000);
  });

  test('3 s for the rest of a message, which octets that trickle in do not extend', () => {
    const { connection, clock, receive } = open();
    clock.advance(1000);
    receive(whole.subarray(0, 1));
    expect(connection.deadline).toBe(4000);
    for (let at = 1; at < whole.length - 1; at++) {
      clock.advance(50);
      receive(whole.subarray(at, at + 1));
      expect(connection.deadline).toBe(4000);
    }
    receive(whole.subarray(-1));
    expect(connection.deadline).toBe(clock.now() + 10_000);
  });

  test.each(['example.org', 'wait', 'mute'])(
    'a message that begins where another (%s) ended has 3 s of its own',
    (name) => {
      const { connection, clock, receive } = open();
      const asked = ask(name, 1);
      receive(asked.subarray(0, 5));
      clock.advance(2000);
      receive(Buffer.concat([asked.subarray(5), whole.subarray(0, 7)]));
      expect(connection.deadline).toBe(5000);
    },
  );

  test('an answer that took long leaves time for the next query', async () => {
    const { connection, clock, chain, receive, settled } = open();
    receive(ask('wait', 1));
    clock.advance(9000);
    chain.release('wait.');
    await settled();
    expect(connection.deadline).toBe(12_000);
  });
});

describe('queries that wait', () => {
  test('128 of a connection at most: no more is read until one is answered', async () => {
    const { chain, socket, receive, settled } = open();
    const stream = Buffer.concat(range(300).map((id) => ask(`wait${id}`, id)));
    receive(stream.subarray(0, 4000), stream.subarray(4000));
    expect([chain.waiting, socket.isPaused()]).toEqual([128, true]);
    chain.release('wait5.');
    await settled();
    expect([chain.waiting, chain.seen.at(-1)!.name, socket.ids]).toEqual([128, 'wait128.', [5]]);
    while (chain.waiting > 0) {
      chain.releaseAll();
      await settled();
    }
    expect(socket.ids.sort((a, b) => a - b)).toEqual(range(300));
    expect(socket.isPaused()).toBe(false);
  });

  test('what is behind them is answered, and they are when they can be', async () => {
    const { chain, socket, receive, settled } = open();
    receive(Buffer.concat([ask('wait1', 1), ask('now', 2), ask('wait3', 3), ask('now', 4)]));
    expect(socket.ids).toEqual([2, 4]);
    chain.release('wait3.');
    await settled();
    chain.release('wait1.');
    await settled();
    expect(socket.ids).toEqual([2, 4, 3, 1]);
  });

  test('those that are answered in one turn go out in one write', async () => {
    const { chain, socket, receive, settled } = open();
    receive(...range(50).map((id) => ask(`wait${id}`, id)));
    chain.releaseAll();
    await settled();
    expect([socket.written.length, socket.ids]).toEqual([1, range(50)]);
  });

  test('a connection that is gone asks nothing more', async () => {
    const { chain, socket, receive, settled } = open();
    receive(Buffer.concat(range(300).map((id) => ask(`wait${id}`, id))));
    socket.destroy();
    chain.releaseAll();
    await settled();
    expect([chain.seen.length, chain.waiting, socket.written.length]).toEqual([128, 0, 0]);
  });
});

describe('a client that never reads', () => {
  test('makes no memory grow: what is not read is not answered', async () => {
    const { chain, socket, receive, settled } = open();
    socket.stick();
    const chunk = Buffer.concat(range(2500).map((id) => ask('size60000', id)));
    receive(chunk);
    expect(socket.isPaused()).toBe(true);
    expect(chain.seen.length).toBeLessThan(10);
    expect(socket.writtenBytes).toBeLessThan(2 * batchBytes);
    const before = chain.seen.length;
    // What was under way already is kept, but not answered.
    receive(ask('late', 1));
    expect(chain.seen).toHaveLength(before);
    await socket.unstick();
    await settled();
    // The client reads again: all are answered.
    while (socket.isPaused()) await settled();
    expect(socket.ids).toEqual([...range(2500), 1]);
  });
});

describe('the end', () => {
  test('a client that has sent all gets its answers', async () => {
    const { chain, socket, receive, settled } = open();
    receive(Buffer.concat([ask('wait1', 1), ask('now', 2), ask('cut', 3).subarray(0, 9)]));
    socket.emit('end');
    expect(socket.writableEnded).toBe(false);
    chain.releaseAll();
    await settled();
    expect(socket.ids).toEqual([2, 1]);
    expect(socket.writableEnded).toBe(true);
  });

  test('a client that has sent more than may wait gets all answers', async () => {
    const { chain, socket, receive, settled } = open();
    receive(Buffer.concat(range(200).map((id) => ask(`wait${id}`, id))));
    socket.emit('end');
    while (chain.waiting > 0) {
      chain.releaseAll();
      await settled();
    }
    expect(socket.ids.sort((a, b) => a - b)).toEqual(range(200));
    expect(socket.writableEnded).toBe(true);
  });

  test('when it is finished, what comes is thrown away, and 3 s are left', async () => {
    const { chain, clock, connection, socket, receive, settled } = open();
    receive(ask('wait', 1));
    clock.advance(2000);
    connection.finish();
    receive(ask('late', 2));
    expect(socket.writableEnded).toBe(false);
    chain.releaseAll();
    await settled();
    expect([socket.ids, socket.writableEnded, chain.seen.length]).toEqual([[1], true, 1]);
    expect(connection.deadline).toBe(5000);
    expect(socket.isPaused()).toBe(false);
  });

  test('an error of the socket ends the connection, and nothing else', () => {
    const { socket, receive } = open();
    receive(ask('wait', 1));
    socket.emit('error', new Error('ECONNRESET'));
    expect(socket.destroyed).toBe(true);
  });
});

describe('time-outs of the Corefile', () => {
  const timeouts = { idleMs: 4000, readMs: 2000, writeMs: 1000 };

  test('are those of the connection', () => {
    const { connection, clock, receive } = open(timeouts);
    expect(connection.deadline - clock.now()).toBe(4000);
    receive(ask('example.org', 1).subarray(0, 5));
    expect(connection.deadline - clock.now()).toBe(2000);
    clock.advance(500);
    receive(ask('example.org', 1).subarray(5, 7));
    expect(connection.deadline - clock.now()).toBe(1500);
    receive(ask('example.org', 1).subarray(7));
    expect(connection.deadline - clock.now()).toBe(4000);
  });

  test('a client that takes no replies has its own, which is over when it takes some', async () => {
    const { connection, clock, receive, socket, settled } = open(timeouts);
    socket.stick();
    receive(Buffer.concat([ask('size60000', 1), ask('size60000', 2)]));
    expect(connection.deadline - clock.now()).toBe(1000);
    clock.advance(900);
    receive(ask('example.org', 3));
    expect(connection.deadline - clock.now()).toBe(100);
    await socket.unstick();
    expect(connection.deadline - clock.now()).toBe(4000);
    await settled();
    expect(socket.ids).toEqual([1, 2, 3]);
  });

  test('after so many messages the connection ends, when they are answered', async () => {
    const { receive, socket, chain, settled } = open({ maxQueries: 3 });
    receive(ask('a', 1), Buffer.concat([ask('wait', 2), ask('c', 3), ask('d', 4)]), ask('e', 5));
    await settled();
    expect([socket.ids, socket.writableEnded]).toEqual([[1, 3], false]);
    chain.release('wait.');
    await settled();
    expect([socket.ids, socket.writableEnded]).toEqual([[1, 3, 2], true]);
  });
});
