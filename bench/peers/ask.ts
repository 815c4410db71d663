import { createSocket } from 'node:dgram';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { decodeMessage, type DnsMessage } from '../../test/support/dns-message.ts';
import { encodeQuery } from '../../test/support/query.ts';
import type { Question } from './questions.ts';
import type { Transport } from './servers/kind.ts';

const host = '127.0.0.1';
const patienceMs = 1000;

/** One question to a server on this machine; rejects where there is no reply in time, by default a second. */
export async function ask(
  port: number,
  transport: Transport,
  { name, type }: Question,
  timeoutMs = patienceMs,
): Promise<DnsMessage> {
  const query = encodeQuery(name, type);
  return decodeMessage(
    await (transport === 'udp'
      ? exchangeUdp(port, query, timeoutMs)
      : exchangeStream(port, transport, query, timeoutMs)),
  );
}

function exchangeUdp(port: number, query: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      socket.close();
      settle();
    };
    const timer = setTimeout(() => finish(() => reject(new Error('no reply over UDP'))), timeoutMs);
    socket.once('message', (reply) => finish(() => resolve(reply)));
    socket.once('error', (error) => finish(() => reject(error)));
    socket.send(query, port, host);
  });
}

function exchangeStream(
  port: number,
  transport: 'tcp' | 'tls',
  query: Uint8Array,
  timeoutMs: number,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const socket: Socket =
      transport === 'tcp' ? connectTcp(port, host) : connectTls({ port, host, rejectUnauthorized: false });
    let received: Buffer = Buffer.alloc(0);
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(timeoutMs, () => fail(new Error(`no reply over ${transport}`)));
    socket.once('error', fail).once('close', () => fail(new Error('closed without a reply')));
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      resolve(received.subarray(2, 2 + received.readUInt16BE(0)));
      socket.destroy();
    });
    const length = Buffer.alloc(2);
    length.writeUInt16BE(query.length);
    socket.write(Buffer.concat([length, query]));
  });
}
