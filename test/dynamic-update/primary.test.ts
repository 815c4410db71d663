import { createHmac } from 'node:crypto';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import dnsPacket from 'dns-packet';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PrimaryServer } from '../../src/dynamic-update/primary.ts';
import { parseTsigKey, type TsigKey } from '../../src/dynamic-update/tsig-key.ts';
import { FakeClock } from '../support/fake-clock.ts';

const key = parseTsigKey(
  'key "publisher" { algorithm hmac-sha256; secret "c2VydmljZWVudHJ5LWRucy10ZXN0LWtleS0wMTIzNDU="; };',
) as TsigKey;
const zone = 'example.org.';
const clock = new FakeClock();
const keyName = Buffer.from('\x09publisher\x00', 'latin1');
const algorithm = Buffer.from('\x0bhmac-sha256\x00', 'latin1');

const uint16 = (value: number): Buffer => Buffer.of(value >> 8, value & 255);
const withLength = (octets: Buffer): Buffer => Buffer.concat([uint16(octets.length), octets]);

interface Signing {
  readonly error?: number;
  readonly other?: Buffer;
  readonly secret?: Uint8Array;
  readonly timeS?: number;
  readonly isUnsignedMac?: boolean;
}

/** Signs replies as RFC 8945 section 5.3 says, written from there. */
class Signer {
  #mac: Buffer;
  #isFirst = true;
  #unsigned: Buffer[] = [];

  constructor(request: Buffer) {
    this.#mac = macOf(request);
  }

  unsigned(message: Buffer): Buffer {
    this.#unsigned.push(message);
    return message;
  }

  signed(message: Buffer, { error = 0, other = Buffer.alloc(0), secret = key.secret, ...rest }: Signing = {}): Buffer {
    const timers = Buffer.alloc(8);
    timers.writeUIntBE(rest.timeS ?? Math.floor(clock.wall() / 1000), 0, 6);
    timers.writeUInt16BE(300, 6);
    const tail = Buffer.concat([uint16(error), withLength(other)]);
    const variables = Buffer.concat([keyName, Buffer.of(0, 255, 0, 0, 0, 0), algorithm, timers, tail]);
    const hmac = createHmac('sha256', secret).update(withLength(this.#mac));
    for (const each of this.#unsigned) hmac.update(each);
    const mac = rest.isUnsignedMac
      ? Buffer.alloc(0)
      : hmac
          .update(message)
          .update(this.#isFirst ? variables : timers)
          .digest();
    this.#unsigned = [];
    this.#isFirst = false;
    this.#mac = mac;
    const rdata = Buffer.concat([algorithm, timers, withLength(mac), message.subarray(0, 2), tail]);
    const record = Buffer.concat([keyName, Buffer.of(0, 250, 0, 255, 0, 0, 0, 0), withLength(rdata)]);
    const whole = Buffer.concat([message, record]);
    whole.writeUInt16BE(whole.readUInt16BE(10) + 1, 10);
    return whole;
  }
}

/** The MAC of a request: 32 octets before original ID, error and other length. */
function macOf(request: Buffer): Buffer {
  return Buffer.from(request.subarray(-38, -6));
}

function reply(request: Buffer, rcode: number, answers: dnsPacket.Answer[] = []): Buffer {
  const message = dnsPacket.encode({ type: 'response', id: request.readUInt16BE(0), answers });
  message[3] = rcode;
  return message;
}

const soa: dnsPacket.Answer = {
  type: 'SOA',
  name: 'example.org',
  data: { mname: 'ns.example.org', rname: 'h.example.org', serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 1 },
};
const a = (name: string): dnsPacket.Answer => ({ type: 'A', name: `${name}.example.org`, ttl: 30, data: '192.0.2.1' });

/** A server that answers each request with these messages, or does something else with the connection. */
async function serve(answer: (request: Buffer, socket: Socket) => readonly Buffer[]): Promise<PrimaryServer> {
  const server = createServer((socket) => {
    let request = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      request = Buffer.concat([request, chunk]);
      if (request.length < 2 || request.length < 2 + request.readUInt16BE(0)) return;
      for (const message of answer(request.subarray(2), socket)) socket.write(withLength(message));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return primaryAt(port);
}

function primaryAt(port: number, signal = new AbortController().signal): PrimaryServer {
  return new PrimaryServer({ host: '127.0.0.1', port, readKey: () => key, clock, randomUint16: () => 4711, signal });
}

describe('a transfer', () => {
  it('comes in several messages, of which not all are signed', async () => {
    const primary = await serve((request) => {
      const signer = new Signer(request);
      return [
        signer.signed(reply(request, 0, [soa, a('one')])),
        signer.unsigned(reply(request, 0, [a('two')])),
        signer.unsigned(reply(request, 0, [a('three')])),
        signer.signed(reply(request, 0, [a('four'), soa])),
      ];
    });
    const { foreign } = await primary.transfer(zone, 'us');
    expect([...foreign].sort()).toEqual(['four', 'one', 'three', 'two'].map((label) => `${label}.example.org. A`));
  });

  it.each<[string, string, (signer: Signer, request: Buffer) => readonly Buffer[]]>([
    [
      'whose unsigned message was changed',
      'key',
      (signer, request) => {
        const first = signer.signed(reply(request, 0, [soa]));
        signer.unsigned(reply(request, 0, [a('two')]));
        return [first, reply(request, 0, [a('evil')]), signer.signed(reply(request, 0, [soa]))];
      },
    ],
    [
      'that ends without a signature',
      'malformed',
      (signer, request) => [signer.signed(reply(request, 0, [soa])), signer.unsigned(reply(request, 0, [soa]))],
    ],
    ['that is unsigned', 'key', (_, request) => [reply(request, 0, [soa, soa])]],
    ['that begins with another record', 'malformed', (signer, request) => [signer.signed(reply(request, 0, [a('x')]))]],
    [
      'with records behind its end',
      'malformed',
      (signer, request) => [signer.signed(reply(request, 0, [soa, soa, a('x')]))],
    ],
    [
      'with more unsigned messages than there may be',
      'malformed',
      (signer, request) => [
        signer.signed(reply(request, 0, [soa])),
        ...Array.from({ length: 101 }, () => signer.unsigned(reply(request, 0, [a('x')]))),
      ],
    ],
  ])('%s is refused', async (_, failure, answer) => {
    const primary = await serve((request) => answer(new Signer(request), request));
    await expect(primary.transfer(zone, 'us')).rejects.toMatchObject({ failure });
  });

  it.each([
    [5, 'refused', "let the key 'publisher.' transfer and update it"],
    [9, 'not-authoritative', 'it is not a primary server of it'],
    [2, 'server', 'see its log'],
  ])('that is refused with %i', async (code, failure, text) => {
    const primary = await serve((request) => [new Signer(request).signed(reply(request, code))]);
    await expect(primary.transfer(zone, 'us')).rejects.toMatchObject({
      failure,
      message: expect.stringContaining(text) as string,
    });
  });
});

describe('the reply to an update', () => {
  const update = (): Uint8Array => Buffer.concat([Buffer.of(0, 0, 0x28, 0, 0, 0, 0, 0, 0, 0, 0, 0)]);

  it.each([0, 2, 6, 7, 8])('has the code %i', async (code) => {
    const primary = await serve((request) => [new Signer(request).signed(reply(request, code))]);
    expect(await primary.update(zone, update())).toBe(code);
  });

  it('may come in pieces', async () => {
    const primary = await serve((request, socket) => {
      const whole = withLength(new Signer(request).signed(reply(request, 0)));
      socket.setNoDelay(true);
      for (const octet of whole) socket.write(Buffer.of(octet));
      return [];
    });
    expect(await primary.update(zone, update())).toBe(0);
  });

  const now = (): number => Math.floor(clock.wall() / 1000);
  const serverTime = Buffer.alloc(6);
  serverTime.writeUIntBE(now() + 4000, 0, 6);
  it.each<[string, string, string, (signer: Signer, request: Buffer) => Buffer]>([
    ['another secret', 'key', 'is the secret', (s, r) => s.signed(reply(r, 0), { secret: Buffer.alloc(32) })],
    ['no MAC', 'key', 'is the secret', (s, r) => s.signed(reply(r, 0), { isUnsignedMac: true })],
    ['BADKEY', 'key', "no key 'publisher.'", (s, r) => s.signed(reply(r, 9), { error: 17, isUnsignedMac: true })],
    ['BADSIG', 'key', 'another secret', (s, r) => s.signed(reply(r, 9), { error: 16, isUnsignedMac: true })],
    ['BADTIME', 'time', '4000 s from ours', (s, r) => s.signed(reply(r, 9), { error: 18, other: serverTime })],
    ['an old time', 'time', '-1000 s from ours', (s, r) => s.signed(reply(r, 0), { timeS: now() - 1000 })],
    ['no signature', 'key', 'is not signed', (_, r) => reply(r, 0)],
    ['no signature, and REFUSED', 'refused', 'let the key', (_, r) => reply(r, 5)],
    [
      'another ID',
      'malformed',
      'no reply to the request',
      (s, r) => Buffer.concat([Buffer.of(1, 2), s.signed(reply(r, 0)).subarray(2)]),
    ],
    ['no message', 'malformed', 'no reply', () => Buffer.of(1, 2, 3)],
    [
      'a record that runs over its end',
      'malformed',
      'malformed',
      (_, r) => Buffer.concat([reply(r, 0, [a('x')]).subarray(0, -2)]),
    ],
  ])('with %s is refused', async (_, failure, text, answer) => {
    const primary = await serve((request) => [answer(new Signer(request), request)]);
    await expect(primary.update(zone, update())).rejects.toMatchObject({
      failure,
      message: expect.stringContaining(text) as string,
    });
  });

  it('is not waited for when the connection is closed', async () => {
    const primary = await serve((_, socket) => {
      socket.destroy();
      return [];
    });
    await expect(primary.update(zone, update())).rejects.toMatchObject({ failure: 'unreachable' });
  });

  it('is not waited for when it is told to stop', async () => {
    const abort = new AbortController();
    const server = createServer(() => abort.abort());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const primary = primaryAt((server.address() as AddressInfo).port, abort.signal);
    await expect(primary.update(zone, update())).rejects.toMatchObject({ failure: 'unreachable' });
  });

  it('is waited for 15 seconds', async () => {
    const own = new FakeClock();
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => own.advance(15_000));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const { signal } = new AbortController();
    const options = { host: '127.0.0.1', port, readKey: () => key, clock: own, randomUint16: () => 1, signal };
    await expect(new PrimaryServer(options).update(zone, update())).rejects.toMatchObject({ failure: 'timeout' });
  });
});
