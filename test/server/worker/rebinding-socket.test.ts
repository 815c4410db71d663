import { expect, test } from 'vitest';
import { RebindingSocket } from '../../../src/server/worker/rebinding-socket.ts';
import type { Listener } from '../../../src/server/listen/listener.ts';
import { ScriptedChain, makeListenerEnvironment } from '../harness.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { RecordingLogger } from '../../support/quiet-logger.ts';
import { settled } from '../../sockets/fake-socket.ts';

function systemError(code: string): Error {
  return Object.assign(new Error(`bind ${code} 192.0.2.1:53`), { code });
}

/** A socket whose attempts to listen end as a test says: with the error of the next code, else they succeed. */
function rig(address = '192.0.2.1') {
  const codes: string[] = [];
  const listeners: { isClosed: boolean; drain: () => void }[] = [];
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const { environment } = makeListenerEnvironment(new ScriptedChain());
  const at = { address, family: address.includes(':') ? 6 : 4, port: 53, reusePort: true } as const;
  const listen = (): Promise<Listener> => {
    const code = codes.shift();
    if (code !== undefined) return Promise.reject(systemError(code));
    const drained = Promise.withResolvers<undefined>();
    const state = { isClosed: false, drain: () => drained.resolve(undefined) };
    listeners.push(state);
    return Promise.resolve({
      protocol: 'udp',
      local: at,
      close() {
        state.isClosed = true;
        return drained.promise;
      },
    });
  };
  const open = (): Promise<RebindingSocket> => RebindingSocket.open(listen, at, { ...environment, clock, logger });
  const advance = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await settled();
  };
  const lines = (): string[] => logger.lines.splice(0).map(({ level, message }) => `${level}: ${message}`);
  return { codes, listeners, clock, open, advance, lines };
}

test('an address that is not there is tried every second until it is', async () => {
  const { codes, listeners, open, advance, lines, clock } = rig();
  codes.push('EADDRNOTAVAIL', 'EADDRNOTAVAIL', 'EMFILE');
  const socket = await open();
  const reason =
    'warning: 192.0.2.1:53 is not listened on, and tried again: bind EADDRNOTAVAIL 192.0.2.1:53; this machine';
  expect(lines()).toEqual([expect.stringContaining(reason)]);
  await advance(1000);
  expect(lines()).toEqual([]);
  await advance(1000);
  expect(lines()).toEqual([expect.stringContaining('bind EMFILE 192.0.2.1:53; too many files')]);
  await advance(1000);
  expect(lines()).toEqual(['info: 192.0.2.1:53 is listened on again']);
  expect([listeners.length, clock.pending]).toEqual([1, 0]);
  const closed = socket.close();
  listeners[0]!.drain();
  await closed;
  expect(listeners[0]!.isClosed).toBe(true);
});

test.each([
  ['192.0.2.1', 'EADDRINUSE'],
  ['192.0.2.1', 'EINVAL'],
  // A machine without IPv6 is another matter: who opens it does without.
  ['::', 'EADDRNOTAVAIL'],
])('%s: %s is no address that has gone', async (address, code) => {
  const { codes, open, clock } = rig(address);
  codes.push(code);
  await expect(open()).rejects.toMatchObject({ code });
  expect(clock.pending).toBe(0);
});

test('a link-local address is not there where its interface is not', async () => {
  const { codes, open, advance, lines } = rig('fe80::1%eth0');
  codes.push('EINVAL');
  await open();
  expect(lines()).toEqual([expect.stringMatching(/^warning: \[fe80::1%eth0\]:53 is not listened on, /)]);
  await advance(1000);
  expect(lines()).toEqual(['info: [fe80::1%eth0]:53 is listened on again']);
});

test('is opened anew at once, while the socket before answers what is in flight', async () => {
  const { codes, listeners, open, advance, lines } = rig();
  const socket = await open();
  codes.push('EADDRNOTAVAIL');
  socket.reopen();
  await settled();
  expect([listeners.length, listeners[0]!.isClosed]).toEqual([1, true]);
  expect(lines()).toHaveLength(1);
  // That is tried anyway.
  socket.reopen();
  await advance(1000);
  expect(lines()).toEqual(['info: 192.0.2.1:53 is listened on again']);
  let isClosed = false;
  const closed = socket.close().then(() => (isClosed = true));
  listeners[1]!.drain();
  await settled();
  expect(isClosed).toBe(false);
  listeners[0]!.drain();
  await closed;
});

test('what is opened while it closes is closed, and nothing is tried any more', async () => {
  const { codes, listeners, open, clock, advance } = rig();
  const socket = await open();
  socket.reopen();
  const closed = socket.close();
  for (const listener of listeners) listener.drain();
  await settled();
  listeners[1]!.drain();
  await closed;
  expect(listeners.map(({ isClosed }) => isClosed)).toEqual([true, true]);
  codes.push('EADDRNOTAVAIL');
  const other = await open();
  await other.close();
  other.reopen();
  await advance(5000);
  expect([listeners.length, clock.pending]).toEqual([2, 0]);
});
