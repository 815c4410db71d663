import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorMessage } from '../errors.ts';
import { formatHttpAddress, type HttpAddress } from './address.ts';
import { HttpConnections, type Reply } from './connections.ts';
import type { HttpMeter } from './meter.ts';

/** For a request's head, for a client that takes nothing of the reply, and for a connection that is idle. */
const timeoutMs = 5000;
const maxHeaderBytes = 16_384;
/** Connections that wait to be accepted while the thread is busy. One that finds no room is tried again by its client, after 1 s. */
const backlog = 4096;

export interface HttpServerOptions {
  /** Directive that it is opened for, for messages. */
  readonly plugin: string;
  readonly at: HttpAddress;
  readonly maxConnections: number;
  readonly meter: HttpMeter;
  /** Another server of this process may have an address that overlaps this one (SO_REUSEPORT). */
  readonly reusePort?: boolean;
  /** Takes a request when it comes, and says how to answer it when it is its turn. Its body is thrown away. Never throws. */
  readonly accept: (request: IncomingMessage) => Reply;
}

/**
 * The HTTP server of a plugin: small requests without a body, and 5 seconds for each step, as in CoreDNS. Of each connection
 * one request is answered at a time.
 */
export class HttpServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Resolves when it listens; rejects with the plugin and the address in the message. */
  static async start({
    plugin,
    at,
    maxConnections,
    meter,
    accept,
    reusePort = false,
  }: HttpServerOptions): Promise<HttpServer> {
    meter.open(plugin);
    const connections = new HttpConnections(maxConnections, () => meter.count(plugin));
    const server = createServer(
      {
        maxHeaderSize: maxHeaderBytes,
        headersTimeout: timeoutMs,
        requestTimeout: timeoutMs,
        keepAliveTimeout: timeoutMs,
        connectionsCheckingInterval: 1000,
      },
      (request, response) => {
        request.resume();
        connections.queue(request.socket, response, accept(request));
      },
    );
    server.on('connection', (socket) => connections.admit(socket));
    server.setTimeout(timeoutMs, (socket) => socket.destroy());
    try {
      const host = at.address === '' ? {} : { host: at.address };
      server.listen({ ...host, port: at.port, exclusive: !reusePort, reusePort, backlog });
      await once(server, 'listening');
    } catch (error) {
      throw cannotListen(plugin, at, error);
    }
    // A connection that fails concerns its client only.
    server.on('error', () => undefined);
    return new HttpServer(server);
  }

  /** The port that it listens on. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Where it answers, `http://127.0.0.1:9154`. */
  get url(): string {
    const { address, family } = this.#server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${this.port}`;
  }

  /** Cuts what is in flight; once, however often it is called. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

/** Why a plugin cannot listen at an address, and what to do about it. */
export function cannotListen(plugin: string, at: HttpAddress, error: unknown): Error {
  const reason = errorMessage(error);
  const hint = reason.includes('EADDRINUSE') ? `; something else has it: name another address behind ${plugin}` : '';
  return new Error(`${plugin} cannot listen on ${formatHttpAddress(at)}: ${reason}${hint}`, { cause: error });
}

/** Writes status, headers and body of a reply that no cache may keep. */
export function sendText(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}

/** Answers GET and HEAD of one path by what `accept` gives, and says what is wrong with all other requests. */
export function onePath(path: string, accept: () => Reply): (request: IncomingMessage) => Reply {
  return ({ method, url = '/' }) => {
    if (url.split('?', 1)[0] !== path) {
      return (response) => sendText(response, 404, plainText, `nothing is here; there is ${path}\n`);
    }
    if (method === 'GET' || method === 'HEAD') return accept();
    return (response) => {
      response.setHeader('allow', 'GET, HEAD');
      sendText(response, 405, plainText, 'only GET and HEAD are answered\n');
    };
  };
}

export const plainText = 'text/plain; charset=utf-8';
export const plainJson = 'application/json; charset=utf-8';
