import { expect, test } from 'vitest';
import { withHint } from '../../src/server/hint.ts';

test.each([
  ['bind EADDRINUSE 0.0.0.0:53', 'stop that one, or name another port with -dns.port'],
  ['bind EACCES 0.0.0.0:53', 'CAP_NET_BIND_SERVICE'],
  ['listen EADDRNOTAVAIL: address not available 192.0.2.1:53', 'bring its interface up'],
  ['Worker initialization failure: EMFILE', 'ulimit -n'],
  ['accept ENFILE', 'ulimit -n'],
  ['no thread can be made: EAGAIN', 'ulimit -u'],
])('%s: says what to do', (message, hint) => {
  const told = withHint(message);
  expect(told.startsWith(`${message}; `)).toBe(true);
  expect(told).toContain(hint);
  expect(withHint(told)).toBe(told);
});

test.each(['cannot read the Corefile', 'read EAGAIN', 'EAGAIN'])('%s: nothing is known to do', (message) => {
  expect(withHint(message)).toBe(message);
});
