import { getSystemErrorName } from 'node:util';
import type { Addon, Poll, PollCallback } from '../runtime/addon.ts';

/** C functions of the system. They return -1 where they fail, with the reason in `errno`. Addresses are numbers. */
export interface SystemCalls {
  socket(family: number, type: number, protocol: number): number;
  setsockopt(socket: number, level: number, name: number, value: Uint8Array, length: number): number;
  getsockopt(socket: number, level: number, name: number, value: Uint8Array, length: Uint8Array): number;
  bind(socket: number, address: Uint8Array, length: number): number;
  connect(socket: number, address: Uint8Array, length: number): number;
  getsockname(socket: number, address: Uint8Array, length: Uint8Array): number;
  dup3(from: number, to: number, flags: number): number;
  close(descriptor: number): number;
  if_nametoindex(name: string): number;
  if_indextoname(index: number, name: Uint8Array): number;
  recvmmsg(socket: number, messages: number, count: number, flags: number, timeout: number): number;
  sendmmsg(socket: number, messages: number, count: number, flags: number): number;
  usleep(us: number): number;
  prctl(option: number, value: number, a: number, b: number, c: number): number;
  poll(descriptors: Uint8Array, count: number, timeoutMs: number): number;
  errno(): number;
  /** Where the memory of an array is: it does not move, and stays as long as the array. */
  addressOf(array: Uint8Array): number;
  /** Watches a descriptor, from now on. The callback runs outside of any tick. */
  watch(descriptor: number, callback: PollCallback): Poll;
}

export function bindSystemCalls(addon: Addon): SystemCalls {
  const library = addon.load(null);
  const polls = new Set<Poll>();
  // The event loop of a worker goes round once more after its end, and the addon must not call then.
  process.once('exit', () => polls.forEach((poll) => poll.close()));
  return {
    socket: library.func('int socket(int, int, int)'),
    setsockopt: library.func('int setsockopt(int, int, int, const void *, uint32_t)'),
    getsockopt: library.func('int getsockopt(int, int, int, void *, void *)'),
    bind: library.func('int bind(int, const void *, uint32_t)'),
    connect: library.func('int connect(int, const void *, uint32_t)'),
    getsockname: library.func('int getsockname(int, void *, void *)'),
    dup3: library.func('int dup3(int, int, int)'),
    close: library.func('int close(int)'),
    if_nametoindex: library.func('uint32_t if_nametoindex(const char *)'),
    if_indextoname: library.func('uintptr_t if_indextoname(uint32_t, void *)'),
    recvmmsg: library.func('int recvmmsg(int, uintptr_t, uint32_t, int, uintptr_t)'),
    sendmmsg: library.func('int sendmmsg(int, uintptr_t, uint32_t, int)'),
    usleep: library.func('int usleep(uint32_t)'),
    prctl: library.func('int prctl(int, ulong, ulong, ulong, ulong)'),
    poll: library.func('int poll(void *, ulong, int)'),
    errno: () => addon.errno(),
    addressOf: (array) => Number(addon.address(array)),
    watch(descriptor, callback) {
      const poll = addon.node.poll(descriptor, callback);
      polls.add(poll);
      return {
        close() {
          polls.delete(poll);
          poll.close();
        },
      };
    },
  };
}

/** An error of the system as Node has them: `bind EADDRINUSE 127.0.0.1:53`. */
export function systemError(call: string, errno: number, where = ''): Error {
  const code = getSystemErrorName(-errno);
  return Object.assign(new Error(`${call} ${code}${where && ` ${where}`}`), { code, errno: -errno, syscall: call });
}

/** What `poll` takes for one descriptor: `struct pollfd`. */
export function pollRequest(descriptor: number, events: number): Uint8Array {
  const request = new DataView(new ArrayBuffer(8));
  request.setInt32(0, descriptor, true);
  request.setInt16(4, events, true);
  return new Uint8Array(request.buffer);
}
