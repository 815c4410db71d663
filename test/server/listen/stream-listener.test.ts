import { createServer, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { counter } from '../../../src/server/counters.ts';
import type { Connection } from '../../../src/server/listen/connection.ts';
import { connectionBacklog, StreamListener } from '../../../src/server/listen/stream-listener.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { RecordingLogger } from '../../support/quiet-logger.ts';
import { FakeSocket } from '../../sockets/fake-socket.ts';
import { makeListenerEnvironment, ScriptedChain } from '../harness.ts';

test('connections that cannot be accepted are warned of every 10 s, however many there are', () => {
  const server = createServer();
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const { environment } = makeListenerEnvironment(new ScriptedChain());
  const at = { address: '192.0.2.1', family: 4, port: 53, reusePort: true } as const;
  new StreamListener(server, 'tcp', at, { ...environment, clock, logger });
  const fail = (): void => void server.emit('error', new Error('accept ENOMEM'));
  for (let i = 0; i < 1000; i++) fail();
  expect(logger.lines.map(({ message }) => message)).toEqual(['TCP 192.0.2.1: accept ENOMEM']);
  clock.advance(10_000);
  fail();
  expect(logger.lines).toHaveLength(2);
});

test.each([
  [1, 1],
  [3, 1],
  [100, 50],
  [1000, 500],
  [5000, 512],
])('where %i connections may be open, %i wait to be accepted', (maxConnections, backlog) => {
  expect(connectionBacklog(maxConnections)).toBe(backlog);
});

describe('where there are as many connections as there may be', () => {
  interface Row {
    readonly title: string;
    /** `[has asked, is busy, deadline]` of each, in the order in which they came. */
    readonly connections: readonly (readonly [asked: boolean, busy: boolean, deadline: number])[];
    /** Which one makes room; the newcomer where none does. */
    readonly leaves: number | undefined;
  }

  const rows: Row[] = [
    {
      title: 'where more than half never asked, the oldest of these',
      connections: [
        [true, false, 1],
        [false, false, 9],
        [false, false, 2],
      ],
      leaves: 1,
    },
    {
      title: 'where half or fewer never asked, one that has',
      connections: [
        [false, false, 1],
        [true, false, 9],
        [true, false, 8],
        [false, false, 2],
      ],
      leaves: 2,
    },
    {
      title: 'one that never asked where the others have queries in flight',
      connections: [
        [true, true, 1],
        [true, true, 2],
        [false, false, 9],
      ],
      leaves: 2,
    },
    {
      title: 'where all have asked, the one that is given up first',
      connections: [
        [true, false, 5],
        [true, false, 3],
        [true, false, 4],
      ],
      leaves: 1,
    },
    {
      title: 'never one with queries in flight',
      connections: [
        [true, true, 1],
        [true, true, 2],
        [true, false, 9],
      ],
      leaves: 2,
    },
    {
      title: 'the newcomer where all have',
      connections: [
        [true, true, 1],
        [true, true, 2],
        [true, true, 3],
      ],
      leaves: undefined,
    },
  ];

  test.each(rows)('$title makes room', ({ connections, leaves }) => {
    const { environment, counters } = makeListenerEnvironment(new ScriptedChain(), connections.length);
    const at = { address: '127.0.0.1', family: 4, port: 53, reusePort: true } as const;
    const listener = new StreamListener(createServer(), 'tcp', at, environment);
    const left: number[] = [];
    const connection = (hasQueried: boolean, isBusy: boolean, deadline: number, index: number): Connection => ({
      hasQueried,
      isBusy,
      deadline,
      finish: () => undefined,
      destroy: () => void left.push(index),
    });
    const admit = (each: Connection): boolean => listener.admit(each, new FakeSocket() as unknown as Socket);
    for (const [index, [asked, busy, deadline]] of connections.entries())
      admit(connection(asked, busy, deadline, index));
    expect(admit(connection(false, false, 10, -1))).toBe(leaves !== undefined);
    expect(left).toEqual(leaves === undefined ? [] : [leaves]);
    expect(counters[counter.closedConnections]).toBe(1);
  });
});
