import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeUnixAddress, sendTo, ServiceManager } from '../../src/cli/service-manager.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { RecordingLogger } from '../support/quiet-logger.ts';
import { NotifySocket } from './notify-socket.ts';
import { directoryWith, ServerProcess } from './server-process.ts';

const corefile = '.:0 {\n bind 127.0.0.1\n whoami\n}\n';

function manager(send: (message: string) => void = () => undefined) {
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  return { clock, logger, manager: new ServiceManager(send, clock, logger) };
}

describe('the address of the socket', () => {
  test.each([
    ['/run/x', '\x01\0/run/x\0'],
    ['@x y', '\x01\0\0x y'],
  ])('%s', (address, bytes) => expect(Buffer.from(encodeUnixAddress(address)).toString()).toBe(bytes));

  test.each(['', 'vsock:2:1', 'run/x', '@', `/${'x'.repeat(107)}`])("'%s' is refused", (address) => {
    expect(() => encodeUnixAddress(address)).toThrow(RangeError);
  });

  test.each([
    ['a path', (directory: string) => join(directory, 'notify')],
    ['an abstract name', (directory: string) => `@${directory}`],
  ])('%s: a message arrives', async (_, address) => {
    const name = address(directoryWith({}));
    const send = sendTo(name);
    expect(() => send('x')).toThrow(/^connect E(NOENT|CONNREFUSED) /);
    const socket = new NotifySocket(name);
    send('READY=1');
    expect(await socket.has(1)).toEqual(['READY=1']);
  });
});

describe('messages', () => {
  test('one that cannot be sent is logged once, and stops nothing', () => {
    const { logger, manager: failing } = manager(() => {
      throw new Error('nobody is there');
    });
    failing.ready('a');
    failing.stopping();
    expect(logger.lines.map(({ level, message }) => [level, message])).toEqual([
      ['error', 'systemd cannot be told how the server is: nobody is there'],
    ]);
  });

  test('a status is one line', () => {
    const sent: string[] = [];
    manager((message) => sent.push(message)).manager.ready('a\nMAINPID=1');
    expect(sent).toEqual(['READY=1\nSTATUS=a MAINPID=1']);
  });

  test.each([
    [{ WATCHDOG_USEC: '10000000', WATCHDOG_PID: '7' }, 3],
    [{ WATCHDOG_USEC: '10000000' }, 3],
    [{ WATCHDOG_USEC: '10000000', WATCHDOG_PID: '8' }, 0],
    [{ WATCHDOG_USEC: '0' }, 0],
    [{ WATCHDOG_USEC: 'x' }, 0],
    [{}, 0],
  ])('%j: the watchdog hears %i times in the time that it waits, and not after the end', (environment, count) => {
    const sent: string[] = [];
    const { clock, manager: watched } = manager((message) => sent.push(message));
    watched.watch(environment, 7);
    clock.advance(5000);
    clock.advance(5000);
    expect(sent).toEqual(Array.from({ length: count }, () => 'WATCHDOG=1'));
    watched.stopping();
    clock.advance(20_000);
    expect(sent.length).toBe(count + 1);
  });
});

test('a service says when it is ready, reloads and stops', async () => {
  const directory = directoryWith({ Corefile: corefile });
  const address = join(directory, 'notify');
  const socket = new NotifySocket(address);
  const server = new ServerProcess([], directory, '', { by: ['env', `NOTIFY_SOCKET=${address}`] });
  const [ready] = await socket.has(1);
  expect(ready).toMatch(/^READY=1\nSTATUS=\.:\d+ on 127\.0\.0\.1$/);
  server.kill('SIGUSR1');
  const [, reloading, again] = await socket.has(3);
  const [, us] = /^RELOADING=1\nMONOTONIC_USEC=(\d+)\nSTATUS=Reloading$/.exec(reloading!)!;
  expect(Number(us)).toBeLessThanOrEqual(Number(process.hrtime.bigint() / 1000n));
  expect(again).toBe(ready);
  server.kill('SIGTERM');
  const [, , , stopping] = await socket.has(4);
  expect(stopping).toBe('STOPPING=1\nSTATUS=Shutting down');
  expect(await server.exit).toEqual({ code: 0, signal: null });
});

test('a socket that is none is logged, and the server serves', async () => {
  const directory = directoryWith({ Corefile: corefile });
  const server = new ServerProcess([], directory, '', { by: ['env', 'NOTIFY_SOCKET=vsock:2:1'] });
  await server.line(/systemd cannot be told that the server is ready: 'vsock:2:1' is neither/);
  await server.line(/^try: /);
  server.kill('SIGTERM');
  expect(await server.exit).toEqual({ code: 0, signal: null });
});
