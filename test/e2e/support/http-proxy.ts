import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Agent, request } from 'node:https';
import type { Access } from './api-client.ts';

/** Answers in place of the API server. */
export interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Speaks plain HTTP in front of an API server, as a user that it knows, and can answer in its place. */
export class HttpProxy {
  readonly #server: Server;
  readonly #access: Access;
  readonly #agent: Agent;
  readonly #open = new Set<ServerResponse>();
  #refusal: Refusal | undefined;
  /** The paths of all requests since the start, with their queries. */
  readonly asked: string[] = [];
  /** Of bodies that the API server has answered with since the start. */
  octets = 0;
  /** Requests that were answered here since the start. */
  refused = 0;

  private constructor(access: Access) {
    this.#access = access;
    this.#agent = new Agent({ ca: access.ca, keepAlive: true });
    this.#server = createServer((incoming, response) => this.#handle(incoming, response));
  }

  static async start(access: Access): Promise<HttpProxy> {
    const proxy = new HttpProxy(access);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  /** Ends what is open, and answers with this until it is told otherwise. */
  set refusal(refusal: Refusal | undefined) {
    this.#refusal = refusal;
    if (refusal) this.cut();
  }

  /** Ends what is open. */
  cut(): void {
    for (const response of this.#open) response.destroy();
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #handle(incoming: IncomingMessage, response: ServerResponse): void {
    this.asked.push(incoming.url!);
    if (this.#refusal) {
      const { status, headers } = this.#refusal;
      this.refused++;
      const failure = {
        kind: 'Status',
        apiVersion: 'v1',
        status: 'Failure',
        code: status,
        message: 'a test wants this',
      };
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(failure));
      return;
    }
    this.#open.add(response);
    const headers = { ...incoming.headers, authorization: `Bearer ${this.#access.token}` };
    const options = { method: incoming.method, headers, agent: this.#agent };
    const outgoing = request(`${this.#access.url}${incoming.url!}`, options, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.on('error', () => response.destroy());
      answer.on('data', (piece: Buffer) => (this.octets += piece.length));
      answer.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    response.on('close', () => {
      this.#open.delete(response);
      outgoing.destroy();
    });
    incoming.pipe(outgoing);
  }
}
