import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import {
  createServer as createTlsServer,
  type SecureContextOptions,
  type Server as TlsServer,
  type TlsOptions,
  TLSSocket,
} from 'node:tls';
import { decode, encode, RECURSION_AVAILABLE, type Answer, type DecodedPacket, type Packet } from 'dns-packet';

/** A query as the upstream got it. */
export interface UpstreamQuery {
  readonly transport: 'udp' | 'tcp' | 'tls';
  readonly bytes: Buffer;
  readonly packet: DecodedPacket;
  readonly name: string;
  readonly id: number;
  /** Port of the sender; for TCP it tells connections apart. */
  readonly port: number;
  /** How many queries came before it. */
  readonly index: number;
  /** Sends octets back as a message, as often as it is called. */
  send(message: Uint8Array): void;
  /** Sends raw octets, over TCP without a length before them. */
  sendRaw(octets: Uint8Array): void;
  /** Ends the TCP connection: FIN, behind what was sent. */
  disconnect(): void;
  /** Breaks the TCP connection: RST, behind what was sent; over TLS it is closed without a word. */
  reset(): void;
}

export type Behaviour = (query: UpstreamQuery) => void;

/**
 * A DNS server for tests, on one ephemeral port of UDP and TCP, that does what a script says. `queries` keeps what came. With
 * `tls` it speaks TLS in place of TCP.
 */
export class FakeUpstream {
  readonly queries: UpstreamQuery[] = [];
  behaviour: Behaviour;
  readonly address: string;
  port = 0;
  /** TCP connections that were ever opened; of TLS those whose handshake ended well. */
  connections = 0;
  /** Messages that came together, over TLS in one record, for each time that some came over a connection. */
  readonly together: number[] = [];
  /** Connections that resumed a TLS session. */
  resumed = 0;
  /** What a TCP connection gets at once, or that it is closed. */
  greeting: Uint8Array | 'close' | undefined;
  readonly #udp: UdpSocket;
  readonly #tcp: Server;
  readonly #tls: TlsServer | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #onChange: (() => void)[] = [];
  readonly #waiting: { count: number; resolve: () => void }[] = [];

  private constructor(behaviour: Behaviour, address: string, tls: TlsOptions | undefined) {
    this.behaviour = behaviour;
    this.address = address;
    this.#udp = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    const accept = (socket: Socket): void => this.#accept(socket);
    this.#tls = tls && createTlsServer(tls, accept);
    this.#tcp = this.#tls ?? createServer(accept);
    this.#tls?.on('tlsClientError', () => undefined);
  }

  static async start(behaviour = answer(), address = '127.0.0.1', tls?: TlsOptions): Promise<FakeUpstream> {
    for (let tries = 0; ; tries++) {
      const upstream = new FakeUpstream(behaviour, address, tls);
      try {
        await upstream.#listen();
        return upstream;
      } catch (error) {
        // Another program may hold the TCP port of the same number.
        await upstream.stop();
        if (tries === 20) throw error;
      }
    }
  }

  /** Resolves when so many TCP connections are open. */
  async open(count: number): Promise<void> {
    while (this.#sockets.size !== count) await new Promise<void>((resolve) => this.#onChange.push(resolve));
  }

  /** Resolves when so many queries have come in all. */
  async received(count: number): Promise<void> {
    if (this.queries.length >= count) return;
    await new Promise<void>((resolve) => this.#waiting.push({ count, resolve }));
  }

  /** New TLS connections get this certificate. */
  useCertificate(options: SecureContextOptions): void {
    this.#tls?.setSecureContext(options);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all([
      new Promise<void>((resolve) => this.#udp.close(() => resolve())),
      new Promise<void>((resolve) => this.#tcp.close(() => resolve())),
    ]);
  }

  async #listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#udp.once('error', reject);
      this.#udp.bind(0, this.address, resolve);
    });
    this.port = this.#udp.address().port;
    this.#udp.on('message', (message, peer) => this.#onDatagram(message, peer));
    await new Promise<void>((resolve, reject) => {
      this.#tcp.once('error', reject);
      this.#tcp.listen(this.port, this.address, resolve);
    });
  }

  #onDatagram(bytes: Buffer, peer: RemoteInfo): void {
    const send = (message: Uint8Array): void => this.#udp.send(message, peer.port, peer.address);
    this.#receive('udp', bytes, peer.port, send, send);
  }

  #accept(socket: Socket): void {
    this.connections++;
    const transport = socket instanceof TLSSocket ? 'tls' : 'tcp';
    if (socket instanceof TLSSocket && socket.isSessionReused()) this.resumed++;
    this.#sockets.add(socket);
    this.#changed();
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#changed();
    });
    socket.on('error', () => socket.destroy());
    if (this.greeting === 'close') socket.end();
    else if (this.greeting) socket.write(this.greeting);
    let buffered = Buffer.alloc(0);
    const port = socket.remotePort ?? 0;
    socket.on('data', (chunk: Buffer) => {
      buffered = Buffer.concat([buffered, chunk]);
      const before = this.queries.length;
      while (buffered.length >= 2 && buffered.length >= 2 + buffered.readUInt16BE(0)) {
        const end = 2 + buffered.readUInt16BE(0);
        const bytes = buffered.subarray(2, end);
        buffered = buffered.subarray(end);
        const send = (message: Uint8Array): void => void socket.write(framed(message));
        const sendRaw = (octets: Uint8Array): void => void socket.write(octets);
        this.#receive(transport, bytes, port, send, sendRaw, socket);
      }
      this.together.push(this.queries.length - before);
    });
  }

  #changed(): void {
    for (const resolve of this.#onChange.splice(0)) resolve();
  }

  #receive(
    transport: UpstreamQuery['transport'],
    bytes: Buffer,
    port: number,
    send: (message: Uint8Array) => void,
    sendRaw: (octets: Uint8Array) => void,
    socket?: Socket,
  ): void {
    const disconnect = (): void => void socket?.end();
    // What was written is with the kernel by then.
    const reset = (): void => {
      setImmediate(() => (socket instanceof TLSSocket ? socket.destroy() : socket?.resetAndDestroy()));
    };
    let packet: ReturnType<typeof decode>;
    try {
      packet = decode(bytes);
    } catch {
      // Another test may send what it likes to a port that was its server's before. A query of ours that is none lacks its reply.
      return;
    }
    const name = packet.questions?.[0]?.name ?? '';
    const index = this.queries.length;
    const id = bytes.readUInt16BE(0);
    const query: UpstreamQuery = { transport, bytes, packet, name, id, port, index, send, sendRaw, disconnect, reset };
    this.queries.push(query);
    for (const waiter of this.#waiting) if (waiter.count <= this.queries.length) waiter.resolve();
    this.behaviour(query);
  }
}

/** The octets of a message with its length before them, as TCP wants them. */
export function framed(message: Uint8Array): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

/** A reply to the query: NOERROR with one address, and an OPT record if it had one, but for what `changes` says. */
export function replyTo(query: UpstreamQuery, changes: Partial<Packet> = {}, rcode = 0): Buffer {
  const hadOpt = query.packet.additionals?.some((record) => record.type === 'OPT') ?? false;
  const { flags = RECURSION_AVAILABLE, ...others } = changes;
  return encode({
    type: 'response',
    id: query.id,
    flags: flags | rcode,
    questions: query.packet.questions ?? [],
    answers: [addressRecord(query.name, '192.0.2.1')],
    additionals: hadOpt ? [optRecord()] : [],
    ...others,
  });
}

export function addressRecord(name: string, address: string): Answer {
  return { type: 'A', name, ttl: 60, data: address };
}

export function optRecord(): Answer {
  return {
    type: 'OPT',
    name: '.',
    udpPayloadSize: 4096,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [],
  };
}

/** Answers each query as `replyTo` does. */
export function answer(changes: Partial<Packet> = {}, rcode = 0): Behaviour {
  return (query) => query.send(replyTo(query, changes, rcode));
}

/** Says nothing. */
export const silence: Behaviour = () => undefined;
