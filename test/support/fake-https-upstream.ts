import { once } from 'node:events';
import {
  createSecureServer,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type SecureServerOptions,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { type Answer, decode, type DecodedPacket, encode, RECURSION_AVAILABLE } from 'dns-packet';
import { addressRecord, optRecord } from './fake-upstream.ts';

/** A query as the upstream got it. */
export interface HttpsQuery {
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly packet: DecodedPacket;
  readonly name: string;
  readonly id: number;
  /** How many queries came before it. */
  readonly index: number;
  readonly stream: ServerHttp2Stream;
  readonly session: ServerHttp2Session;
  /** Sends a message, with these headers in place of those that belong to one. */
  send(message: Uint8Array, headers?: OutgoingHttpHeaders): void;
}

export type HttpsBehaviour = (query: HttpsQuery) => void;

/** A DNS server over HTTP/2 for tests, on an ephemeral port, that does what a script says. `queries` keeps what came. */
export class FakeHttpsUpstream {
  readonly queries: HttpsQuery[] = [];
  readonly address = '127.0.0.1';
  behaviour: HttpsBehaviour;
  port = 0;
  /** Sessions of HTTP/2 that were ever opened. */
  connections = 0;
  /** Connections that resumed a TLS session. */
  resumed = 0;
  readonly #server: Http2SecureServer;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #onChange: (() => void)[] = [];

  private constructor(behaviour: HttpsBehaviour, options: SecureServerOptions) {
    this.behaviour = behaviour;
    this.#server = createSecureServer(options);
    this.#server.on('session', (session) => this.#accept(session));
    this.#server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) =>
      this.#receive(stream, headers),
    );
    this.#server.on('tlsClientError', () => undefined);
    this.#server.on('sessionError', () => undefined);
  }

  static async start(behaviour: HttpsBehaviour, options: SecureServerOptions): Promise<FakeHttpsUpstream> {
    const upstream = new FakeHttpsUpstream(behaviour, options);
    upstream.#server.listen(0, upstream.address);
    await once(upstream.#server, 'listening');
    upstream.port = (upstream.#server.address() as AddressInfo).port;
    return upstream;
  }

  /** Resolves when so many queries have come in all. */
  async received(count: number): Promise<void> {
    while (this.queries.length < count) await this.#change();
  }

  /** Resolves when so many connections are open. */
  async open(count: number): Promise<void> {
    while (this.#sessions.size !== count) await this.#change();
  }

  async stop(): Promise<void> {
    for (const session of this.#sessions) session.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#onChange.push(resolve));
  }

  #changed(): void {
    for (const resolve of this.#onChange.splice(0)) resolve();
  }

  #accept(session: ServerHttp2Session): void {
    this.connections++;
    if (session.socket instanceof TLSSocket && session.socket.isSessionReused()) this.resumed++;
    this.#sessions.add(session);
    session.on('error', () => undefined);
    session.on('close', () => {
      this.#sessions.delete(session);
      this.#changed();
    });
    this.#changed();
  }

  #receive(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const chunks: Buffer[] = [];
    stream.on('error', () => undefined);
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const url = new URL(`https://upstream${headers[':path'] ?? ''}`);
      const inUrl = Buffer.from(url.searchParams.get('dns') ?? '', 'base64url');
      const bytes = headers[':method'] === 'GET' ? inUrl : Buffer.concat(chunks);
      const packet = decode(bytes);
      const query: HttpsQuery = {
        headers,
        bytes,
        packet,
        name: packet.questions?.[0]?.name ?? '',
        id: bytes.readUInt16BE(0),
        index: this.queries.length,
        stream,
        session: stream.session as ServerHttp2Session,
        send: (message, changes = {}) => {
          if (stream.destroyed) return;
          stream.respond({ ':status': 200, 'content-type': 'application/dns-message', ...changes });
          stream.end(message);
        },
      };
      this.queries.push(query);
      this.#changed();
      this.behaviour(query);
    });
  }
}

/** A reply to the query: NOERROR with one address, and an OPT record if it had one. */
export function httpsReplyTo(query: HttpsQuery, answers: Answer[] = [addressRecord(query.name, '192.0.2.1')]): Buffer {
  const hadOpt = query.packet.additionals?.some((record) => record.type === 'OPT') ?? false;
  return encode({
    type: 'response',
    id: query.id,
    flags: RECURSION_AVAILABLE,
    questions: query.packet.questions ?? [],
    answers,
    additionals: hadOpt ? [optRecord()] : [],
  });
}
