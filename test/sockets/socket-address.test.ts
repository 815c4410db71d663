import { describe, expect, test } from 'vitest';
import { encodeSocketAddress, SocketPeer, socketAddressSize } from '../../src/sockets/socket-address.ts';
import { writeMapped } from '../../src/wire/address.ts';
import { PeerOctets } from '../../src/wire/peer.ts';
import { controlSize, turnAround, writeAnySource } from '../../src/sockets/source-address.ts';

const indexOf = (name: string): number => (name === 'eth0' ? 3 : 0);
const nameOf = (index: number): string => (index === 3 ? 'eth0' : String(index));

describe('a socket address', () => {
  test.each([
    ['127.0.0.1', 4],
    ['255.254.253.0', 4],
    ['0.0.0.0', 4],
    ['::', 6],
    ['::1', 6],
    ['2001:db8::1:0:0:1', 6],
    ['::ffff:192.0.2.1', 6],
    ['fe80::1', 6],
    ['fe80::1%eth0', 6],
    ['febf::1%9', 6],
  ] as const)('%s is read as it was written', (address, family) => {
    const bytes = encodeSocketAddress({ address, family, port: 5353 }, indexOf);
    expect(bytes).toHaveLength(socketAddressSize[family]);
    const memory = new Uint8Array(64).fill(0xaa);
    memory.set(bytes, 32);
    const peer = new SocketPeer(memory, 32, family, nameOf);
    expect([peer.address, peer.port, peer.family]).toEqual([address, 5353, family]);
    const octets = [new Uint8Array(17), new Uint8Array(17)] as const;
    expect(new PeerOctets(octets[0], 1).write(peer) && writeMapped(address, octets[1], 1)).toBe(true);
    expect(octets[0]).toEqual(octets[1]);
  });

  test('a scope is told with link-local addresses only', () => {
    const bytes = encodeSocketAddress({ address: '2001:db8::1%eth0', family: 6, port: 1 }, indexOf);
    expect(new SocketPeer(bytes, 0, 6, nameOf).address).toBe('2001:db8::1');
  });

  test('a peer that is kept stays who it was when the memory has another', () => {
    const memory = encodeSocketAddress({ address: '192.0.2.1', family: 4, port: 53 }, indexOf);
    const peer = new SocketPeer(memory, 0, 4, nameOf);
    expect(peer.keep(16)).toEqual(memory);
    memory.set(encodeSocketAddress({ address: '192.0.2.2', family: 4, port: 54 }, indexOf));
    expect([peer.address, peer.port]).toEqual(['192.0.2.1', 53]);
  });

  test('the text is made anew for the next sender', () => {
    const memory = encodeSocketAddress({ address: '192.0.2.1', family: 4, port: 53 }, indexOf);
    const peer = new SocketPeer(memory, 0, 4, nameOf);
    expect(peer.address).toBe('192.0.2.1');
    memory[7] = 9;
    peer.renew();
    expect(peer.address).toBe('192.0.2.9');
  });
});

describe('the address that was asked', () => {
  /** A control message as the kernel writes it, between other octets. */
  function control(family: 4 | 6, address: readonly number[], index: number): Uint8Array {
    const bytes = new Uint8Array(controlSize[family] + 2);
    writeAnySource(bytes, 1, family);
    if (family === 4) bytes.set([index, 0, 0, 0, ...address, ...address], 17);
    else bytes.set([...address, index, 0, 0, 0], 17);
    return bytes;
  }
  const global = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
  const linkLocal = [0xfe, 0x80, ...global.slice(2)];
  const group = [0xff, 2, ...global.slice(2)];

  test('is where the reply leaves from, by whichever interface', () => {
    for (const [family, address] of [[4, [127, 0, 0, 2]] as const, [6, global] as const]) {
      const bytes = control(family, address, 7);
      turnAround(bytes, 1, family);
      expect(bytes).toEqual(control(family, address, 0));
    }
  });

  test('keeps its interface where it means nothing without', () => {
    const bytes = control(6, linkLocal, 7);
    turnAround(bytes, 1, 6);
    expect(bytes).toEqual(control(6, linkLocal, 7));
  });

  test('is left to the kernel where it is a group', () => {
    const bytes = control(6, group, 7);
    turnAround(bytes, 1, 6);
    expect(bytes).toEqual(control(6, new Array<number>(16).fill(0), 0));
  });
});
