import http from 'node:http';
import https, { type AgentOptions } from 'node:https';
import { isDeepStrictEqual } from 'node:util';
import type { ApiResponse, WritingApiClient } from './api-client.ts';
import type { Access, Credentials } from './credentials.ts';
import { Secrets } from './secrets.ts';

/** TCP keep-alive. The watchdog is for what the kernel cannot see. */
const keepAliveMs = 15_000;

/** HTTP/1.1, with one agent as long as the TLS material stays the same, so that connections and sessions are reused. */
export class HttpApiClient implements WritingApiClient {
  readonly #credentials: Credentials;
  readonly #secrets = new Secrets();
  #agent: { readonly uses: object; readonly agent: http.Agent } | undefined;

  constructor(credentials: Credentials) {
    this.#credentials = credentials;
  }

  get(path: string, signal: AbortSignal): Promise<ApiResponse> {
    return this.#request('GET', path, undefined, signal);
  }

  send(method: 'POST' | 'PUT', path: string, body: unknown, signal: AbortSignal): Promise<ApiResponse> {
    return this.#request(method, path, JSON.stringify(body), signal);
  }

  redact(text: string): string {
    return this.#secrets.redact(text);
  }

  reloadCredentials(): void {
    this.#credentials.reload();
  }

  close(): void {
    this.#agent?.agent.destroy();
    this.#agent = undefined;
  }

  async #request(method: string, path: string, body: string | undefined, signal: AbortSignal): Promise<ApiResponse> {
    // An exec plugin may hang.
    const access = await orAborted(this.#credentials.forRequest(), signal);
    const url = new URL(access.server + path);
    const agent = access.usesProxy ? access.options.agent : this.#agentFor(url, access);
    const given = access.authorization === undefined ? {} : { authorization: access.authorization };
    const written =
      body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const headers = { ...given, ...written, accept: 'application/json', 'user-agent': 'serviceentry-dns' };
    if (access.authorization !== undefined) this.#secrets.add(access.authorization);
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const request = (url.protocol === 'https:' ? https : http).request(
        url,
        { method, agent, headers, signal },
        (response) => {
          resolve({
            status: response.statusCode ?? 0,
            retryAfterMs: retryAfterMs(response.headers['retry-after']),
            body: response,
          });
        },
      );
      request.on('socket', (socket) => socket.setKeepAlive(true, keepAliveMs));
      request.on('error', reject);
      request.end(body);
    });
  }

  #agentFor({ protocol }: URL, { options }: Access): http.Agent {
    const { ca, cert, key, passphrase, rejectUnauthorized, servername } = options;
    const all = Object.entries({ ca, cert, key, passphrase, rejectUnauthorized, servername });
    const tls = Object.fromEntries(all.filter(([, value]) => value !== undefined));
    if (!this.#agent || !isDeepStrictEqual(this.#agent.uses, { protocol, tls })) {
      // Watches keep the connections of the previous agent; its idle ones are closed by the server.
      const agentOptions: AgentOptions = { keepAlive: true, keepAliveMsecs: keepAliveMs, ...tls };
      const agent = protocol === 'https:' ? new https.Agent(agentOptions) : new http.Agent(agentOptions);
      this.#agent = { uses: { protocol, tls }, agent };
    }
    return this.#agent.agent;
  }
}

/** From seconds. The form with a date is rare, and the back-off is enough for it. */
function retryAfterMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined;
}

function orAborted<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(new Error('no credentials came in time'));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
