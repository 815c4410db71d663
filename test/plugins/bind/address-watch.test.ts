import { expect, test } from 'vitest';
import { AddressWatch } from '../../../src/plugins/bind/address-watch.ts';
import type { Interfaces } from '../../../src/plugins/plugin.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { RecordingLogger } from '../../support/quiet-logger.ts';

type List = ReturnType<Interfaces>;

const entry = (address: string, scopeid = 0) => ({
  address,
  family: address.includes(':') ? 'IPv6' : 'IPv4',
  internal: false,
  ...(address.includes(':') ? { scopeid } : {}),
});
const lo = { lo: [entry('127.0.0.1'), entry('::1')] };
const eth0 = (index: number): List => ({ eth0: [entry('192.0.2.1'), entry('2001:db8::1'), entry('fe80::1', index)] });

function open(addresses: readonly string[], first: List) {
  const state: { list: List | undefined } = { list: first };
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const moved: string[] = [];
  const watch = new AddressWatch({
    interfaces: () => {
      if (!state.list) throw new Error('uv_interface_addresses returned Unknown system error 1');
      return state.list;
    },
    clock,
    logger,
    onMoved: (address) => moved.push(address),
  });
  watch.start(addresses);
  /** What is said and done when the machine has these from now on. */
  const next = (list: List | undefined): string[] => {
    state.list = list;
    clock.advance(5000);
    return [...logger.lines.splice(0).map(({ level, message }) => `${level}: ${message}`), ...moved.splice(0)];
  };
  return { watch, clock, next };
}

const gone = (address: string): string =>
  `warning: plugin/bind: this machine does not have ${address} any more, or its interface is down: nobody is answered there until it is back`;
const back = (address: string): string => `info: plugin/bind: ${address} is back`;

test('an address that goes away and comes back is told of, once each', () => {
  const { next } = open(['127.0.0.1', '192.0.2.1', '2001:db8::1'], { ...lo, ...eth0(2) });
  expect(next({ ...lo, ...eth0(2) })).toEqual([]);
  expect(next(lo)).toEqual([gone('192.0.2.1'), gone('2001:db8::1')]);
  expect(next(lo)).toEqual([]);
  expect(next({ ...lo, ...eth0(3) })).toEqual([back('192.0.2.1'), back('2001:db8::1')]);
  expect(next({ ...lo, ...eth0(3) })).toEqual([]);
  expect(next(lo)).toEqual([gone('192.0.2.1'), gone('2001:db8::1')]);
});

test('a link-local address is opened anew where its interface is another one', () => {
  const address = 'fe80::1%eth0';
  const { next } = open([address], eth0(2));
  expect(next(lo)).toEqual([gone(address)]);
  expect(next(eth0(3))).toEqual([back(address), address]);
  expect(next(eth0(3))).toEqual([]);
  // It may have been away and come back between two looks.
  expect(next(eth0(4))).toEqual([address]);
  // The same number: it was only down.
  expect(next(lo)).toEqual([gone(address)]);
  expect(next(eth0(4))).toEqual([back(address)]);
});

test('only addresses that an interface has at the start are watched', () => {
  const { next, clock } = open(['', '127.0.0.2', '192.0.2.1', 'fe80::1%eth1', '::'], lo);
  expect(clock.pending).toBe(0);
  expect(next(eth0(2))).toEqual([]);
});

test('what the system does not tell has not changed', () => {
  const { next } = open(['192.0.2.1'], eth0(2));
  expect(next(undefined)).toEqual([]);
  expect(next(lo)).toEqual([gone('192.0.2.1')]);
  expect(open(['192.0.2.1'], undefined as unknown as List).clock.pending).toBe(0);
});

test('nothing is looked at behind the end', () => {
  const { watch, clock } = open(['192.0.2.1'], eth0(2));
  clock.advance(20_000);
  watch.stop();
  expect(clock.pending).toBe(0);
});
