import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { isFamilyMissing, socketAddresses, type SocketAddress } from '../addresses.ts';
import type { ListenerConfig } from '../config.ts';
import { errorMessage } from '../../runtime/errors.ts';
import { overlaps } from '../../runtime/http/address.ts';
import { withHint } from '../hint.ts';

const ephemeralTries = 20;

/**
 * Binds every address once without SO_REUSEPORT and lets it go: with that option a second server on the same port
 * would start and take half of the queries. Gives the listeners back, with a real port in place of each 0. Rejects
 * with a message that names the address. `open` are those that this server has open: what they have of an address is its own.
 */
export async function probePorts(
  listeners: readonly ListenerConfig[],
  open: readonly ListenerConfig[] = [],
): Promise<ListenerConfig[]> {
  const probed: ListenerConfig[] = [];
  for (const listener of listeners) probed.push(await realPort(listener, open));
  return probed;
}

async function realPort(listener: ListenerConfig, open: readonly ListenerConfig[]): Promise<ListenerConfig> {
  if (listener.port !== 0) {
    const isOurs = open.some((each) => overlaps(each, listener));
    return isOurs ? listener : { ...listener, port: await probe(listener) };
  }
  const { scheme, address } = listener;
  const same = open.find((each) => each.isChosen && each.scheme === scheme && each.address === address);
  return { ...listener, port: same?.port ?? (await probe(listener)), isChosen: true };
}

async function probe(listener: ListenerConfig): Promise<number> {
  for (let tries = 1; ; tries++) {
    let port = listener.port;
    try {
      for (const at of socketAddresses(listener)) {
        if (listener.scheme === 'dns') port = await optional(at, () => bindUdp(at, port), port);
        port = await optional(at, () => bindTcp(at, port), port);
      }
      return port;
    } catch (error) {
      // The port that UDP was given may be taken for TCP.
      if (listener.port === 0 && tries < ephemeralTries) continue;
      const where = listener.scheme === 'dns' ? 'with -dns.port' : 'in the key';
      throw new Error(withHint(`cannot listen on port ${port}: ${errorMessage(error)}`, where), { cause: error });
    }
  }
}

async function optional(at: SocketAddress, bind: () => Promise<number>, port: number): Promise<number> {
  try {
    return await bind();
  } catch (error) {
    if (at.isOptional && isFamilyMissing(error)) return port;
    throw error;
  }
}

function bindUdp({ address, family }: SocketAddress, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: family === 6 ? 'udp6' : 'udp4', ipv6Only: family === 6 });
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ port, address, exclusive: true }, () => {
      const bound = socket.address().port;
      socket.close(() => resolve(bound));
    });
  });
}

function bindTcp({ address, family }: SocketAddress, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host: address, ipv6Only: family === 6, exclusive: true }, () => {
      const bound = server.address();
      server.close(() => resolve(typeof bound === 'object' && bound ? bound.port : port));
    });
  });
}
