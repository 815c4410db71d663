import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { formatHttpAddress, type HttpAddress } from './http-address.ts';

/** For a request's head, for a client that takes nothing of the reply, and for a connection that is idle. */
const timeoutMs = 5000;
const maxHeaderBytes = 16_384;

export interface HttpServerOptions {
  /** Directive that it is opened for, for messages. */
  readonly plugin: string;
  readonly at: HttpAddress;
  readonly maxConnections: number;
  /** Answers a request; its body is thrown away. Never throws or rejects. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
}

/** The HTTP server of a plugin: small requests without a body, and 5 seconds for each step, as in CoreDNS. */
export class HttpServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Resolves when it listens; rejects with the plugin and the address in the message. */
  static async start({ plugin, at, maxConnections, answer }: HttpServerOptions): Promise<HttpServer> {
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
        answer(request, response);
      },
    );
    server.maxConnections = maxConnections;
    server.setTimeout(timeoutMs, (socket) => socket.destroy());
    try {
      server.listen({ ...(at.address === '' ? {} : { host: at.address }), port: at.port, exclusive: true });
      await once(server, 'listening');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const hint = reason.includes('EADDRINUSE')
        ? `; something else has it: name another address behind ${plugin}`
        : '';
      throw new Error(`${plugin} cannot listen on ${formatHttpAddress(at)}: ${reason}${hint}`, { cause: error });
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

  /** Cuts what is in flight. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

/** Writes status, headers and body of a reply that no cache may keep. */
export function sendText(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}

/** Answers GET and HEAD of one path by `reply`, and says what is wrong with all other requests. */
export function onePath(
  path: string,
  reply: (response: ServerResponse) => void,
): (request: IncomingMessage, response: ServerResponse) => void {
  return ({ method, url = '/' }, response) => {
    if (url.split('?', 1)[0] !== path) sendText(response, 404, plainText, `nothing is here; there is ${path}\n`);
    else if (method !== 'GET' && method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      sendText(response, 405, plainText, 'only GET and HEAD are answered\n');
    } else reply(response);
  };
}

export const plainText = 'text/plain; charset=utf-8';
