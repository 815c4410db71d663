import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { cert, certPath, key } from './tls/files.ts';

/** An object as the API has it. */
export interface ApiObject {
  apiVersion?: string;
  kind?: string;
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    labels?: Record<string, string>;
    [field: string]: unknown;
  };
  [field: string]: unknown;
}

interface Event {
  readonly version: number;
  readonly line: string;
  readonly namespace: string;
}

/** What a request asked for. */
export interface ApiRequest {
  readonly path: string;
  /** `serviceentries`, `pods`. */
  readonly plural: string;
  readonly namespace: string | undefined;
  readonly query: URLSearchParams;
  readonly isWatch: boolean;
  readonly authorization: string | undefined;
}

/** Answers a request itself (and returns true), or leaves it to the server. */
export type Script = (request: ApiRequest, response: ServerResponse) => boolean;

/**
 * The part of a Kubernetes API server that a reflector speaks with: collections that can be listed in pages and watched,
 * with bookmarks on demand, and scripts that misbehave.
 */
export class FakeApiServer {
  readonly requests: ApiRequest[] = [];
  /** Asked before each answer; the first that returns true has answered. */
  readonly scripts: Script[] = [];
  /** Collections that are known, `apis/networking.istio.io/v1/serviceentries`; all others are 404. */
  readonly installed = new Set(
    ['serviceentries', 'workloadentries', 'sidecars']
      .map((plural) => `apis/networking.istio.io/v1/${plural}`)
      .concat(['pods', 'services', 'namespaces', 'nodes'].map((plural) => `api/v1/${plural}`)),
  );
  /** `unmarked`: a server that does not know streamed lists takes them for watches. */
  streamedLists: 'served' | 'refused' | 'unmarked' = 'served';
  /** That were accepted since the start. */
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #objects = new Map<string, Map<string, ApiObject>>();
  readonly #events = new Map<string, Event[]>();
  readonly #watches = new Set<{ plural: string; namespace: string | undefined; response: ServerResponse }>();
  readonly #pages = new Map<string, { items: ApiObject[]; version: number }>();
  #version = 100;
  #uids = 0;
  /** A watch from before this is 410. */
  #oldest = 0;
  #tokens = 0;

  readonly #isSecure: boolean;

  private constructor(isSecure: boolean) {
    const listener = (request: IncomingMessage, response: ServerResponse): void => this.#onRequest(request, response);
    this.#isSecure = isSecure;
    const pair = { cert: cert('server'), key: key('server') };
    this.#server = isSecure ? createSecureServer(pair, listener) : createServer(listener);
    this.#server.on('connection', (socket) => {
      this.connections++;
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => undefined);
    });
  }

  /** With TLS it is `dns.example`, as `cluster` says. */
  static async start(isSecure = false): Promise<FakeApiServer> {
    const server = new FakeApiServer(isSecure);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `http${this.#isSecure ? 's' : ''}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Of a kubeconfig. */
  get cluster(): Readonly<Record<string, string>> {
    const tls = { 'certificate-authority': certPath('ca'), 'tls-server-name': 'dns.example' };
    return { server: this.url, ...(this.#isSecure ? tls : {}) };
  }

  get watches(): number {
    return this.#watches.size;
  }

  get version(): number {
    return this.#version;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Creates an object, or changes it where it exists; it keeps its uid then. */
  put(plural: string, object: ApiObject): void {
    const objects = this.#collection(plural);
    const key = keyOf(object);
    const old = objects.get(key);
    const uid = old?.metadata.uid ?? `uid-${++this.#uids}`;
    const stored = { ...object, metadata: { uid, ...object.metadata, resourceVersion: String(++this.#version) } };
    objects.set(key, stored);
    this.#tell(plural, old ? 'MODIFIED' : 'ADDED', stored);
  }

  delete(plural: string, namespace: string, name: string): void {
    const objects = this.#collection(plural);
    const object = objects.get(`${namespace}/${name}`);
    if (!object) return;
    objects.delete(`${namespace}/${name}`);
    const gone = { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#version) } };
    this.#tell(plural, 'DELETED', gone);
  }

  /** Forgets past events: older watches are 410 from now on. */
  compact(): void {
    this.#oldest = ++this.#version;
    this.#events.clear();
  }

  bookmark(): void {
    for (const { plural, response } of this.#watches) {
      const object = { kind: plural, metadata: { resourceVersion: String(this.#version) } };
      response.write(lineOf('BOOKMARK', object));
    }
  }

  /** Writes raw text into the watches of a collection. */
  write(plural: string, text: string): void {
    for (const watch of this.#watches) if (watch.plural === plural) watch.response.write(text);
  }

  /** Ends the watches of a collection as a timeout does. */
  endWatches(plural: string): void {
    for (const watch of [...this.#watches]) if (watch.plural === plural) watch.response.end();
  }

  /** Cuts all connections with a TCP reset. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  requestsFor(plural: string, isWatch: boolean): ApiRequest[] {
    return this.requests.filter((request) => request.plural === plural && request.isWatch === isWatch);
  }

  #onRequest(incoming: IncomingMessage, response: ServerResponse): void {
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    const match = /^\/(.*?)(?:\/namespaces\/([^/]+))?\/([a-z]+)$/.exec(url.pathname);
    const [, group = '', namespace, plural = ''] = match ?? [];
    const isWatch = url.searchParams.get('watch') === 'true';
    const { authorization } = incoming.headers;
    const request = { path: url.pathname, plural, namespace, query: url.searchParams, isWatch, authorization };
    this.requests.push(request);
    for (const script of [...this.scripts]) if (script(request, response)) return;
    if (!this.installed.has(`${group}/${plural}`)) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found\n');
    } else if (isWatch) this.#watch(request, response);
    else this.#list(request, response);
  }

  #list({ plural, namespace, query }: ApiRequest, response: ServerResponse): void {
    const limit = Number(query.get('limit') ?? 0);
    const token = query.get('continue') ?? '';
    let page = this.#pages.get(token);
    if (token !== '' && !page) {
      sendStatus(response, 410, 'The provided continue parameter is too old');
      return;
    }
    page ??= { items: this.#matching(plural, namespace, query), version: this.#version };
    const items = limit > 0 ? page.items.slice(0, limit) : page.items;
    const rest = page.items.slice(items.length);
    let next = '';
    if (rest.length > 0) {
      next = `token-${++this.#tokens}`;
      this.#pages.set(next, { items: rest, version: page.version });
    }
    const metadata = { resourceVersion: String(page.version), ...(next === '' ? {} : { continue: next }) };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ kind: 'List', apiVersion: 'v1', metadata, items }));
  }

  #watch(request: ApiRequest, response: ServerResponse): void {
    const { plural, namespace, query } = request;
    const isStreamedList = query.get('sendInitialEvents') === 'true';
    if (isStreamedList && this.streamedLists === 'refused') {
      sendStatus(
        response,
        422,
        'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled',
      );
      return;
    }
    const from = isStreamedList ? this.#version : Number(query.get('resourceVersion'));
    if (from < this.#oldest) {
      sendStatus(response, 410, 'too old resource version');
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    if (isStreamedList) this.#streamList(request, response);
    for (const event of this.#events.get(plural) ?? []) {
      if (event.version > from && (namespace === undefined || event.namespace === namespace))
        response.write(event.line);
    }
    const watch = { plural, namespace, response };
    this.#watches.add(watch);
    response.on('close', () => this.#watches.delete(watch));
    response.on('error', () => undefined);
  }

  #streamList({ plural, namespace, query }: ApiRequest, response: ServerResponse): void {
    for (const object of this.#matching(plural, namespace, query)) response.write(lineOf('ADDED', object));
    if (this.streamedLists !== 'served') return;
    const annotations = { 'k8s.io/initial-events-end': 'true' };
    response.write(lineOf('BOOKMARK', { metadata: { resourceVersion: String(this.#version), annotations } }));
  }

  #tell(plural: string, type: string, object: ApiObject): void {
    const line = lineOf(type, object);
    const namespace = object.metadata.namespace ?? '';
    const events = this.#events.get(plural) ?? [];
    events.push({ version: this.#version, line, namespace });
    this.#events.set(plural, events);
    for (const watch of this.#watches) {
      if (watch.plural !== plural || (watch.namespace !== undefined && watch.namespace !== namespace)) continue;
      watch.response.write(line);
    }
  }

  #matching(plural: string, namespace: string | undefined, query: URLSearchParams): ApiObject[] {
    const [label, value] = (query.get('labelSelector') ?? '').split('=');
    return [...this.#collection(plural).values()].filter(
      ({ metadata }) =>
        (namespace === undefined || metadata.namespace === namespace) &&
        (label === undefined || label === '' || metadata.labels?.[label] === value),
    );
  }

  #collection(plural: string): Map<string, ApiObject> {
    let objects = this.#objects.get(plural);
    if (!objects) {
      objects = new Map();
      this.#objects.set(plural, objects);
    }
    return objects;
  }
}

function lineOf(type: string, object: object): string {
  return `${JSON.stringify({ type, object })}\n`;
}

/** A Status object as an error. */
export function sendStatus(
  response: ServerResponse,
  code: number,
  message: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code }));
}

function keyOf({ metadata }: ApiObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}
