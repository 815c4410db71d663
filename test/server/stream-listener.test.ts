import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { StreamListener } from '../../src/server/listen/stream-listener.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { RecordingLogger } from '../support/quiet-logger.ts';
import { makeListenerEnvironment, ScriptedChain } from './harness.ts';

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
