import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import type { Reply } from '../../runtime/http/connections.ts';
import { InspectError, type InspectionBackend } from '../inspection.ts';

/** Requests that are answered at a time; a reply may be large, and is made on the thread that keeps the registry. */
const maxRequests = 4;
export const maxAdminConnections = 32;
/** Pieces are joined to this many characters before they are written. */
const pieceSize = 65_536;

/**
 * The HTTP side of `admin`: GET /explain, /records and /status, as JSON. It answers only where the Host header is an IP
 * address or localhost, so that a web page cannot ask through a name of its own (DNS rebinding), and sends no CORS
 * headers, so that none can read what it answers.
 */
export class AdminPages {
  readonly #backend: InspectionBackend;
  #running = 0;

  constructor(backend: InspectionBackend) {
    this.#backend = backend;
  }

  /** Takes a request, and says how to answer it when it is its turn. */
  readonly accept = (request: IncomingMessage): Reply => {
    return (response) => void this.#answer(request, response);
  };

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isLocalName(request.headers.host)) {
      sendError(response, 403, 'the Host header must be an IP address or localhost');
    } else if (request.method !== 'GET') {
      response.setHeader('allow', 'GET');
      sendError(response, 405, 'only GET is answered');
    } else if (this.#running >= maxRequests) {
      response.setHeader('retry-after', '1');
      sendError(response, 503, `${maxRequests} requests are being answered; ask again`);
    } else {
      this.#running++;
      try {
        await this.#route(request.url ?? '/', response);
      } catch (error) {
        if (response.headersSent) response.destroy();
        else if (error instanceof InspectError) sendError(response, 400, error.message);
        else sendError(response, 500, 'this is a defect of the server');
      } finally {
        this.#running--;
      }
    }
  }

  async #route(url: string, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    switch (pathname) {
      case '/explain':
        sendJson(response, 200, await this.#backend.explain(searchParams));
        return;
      case '/records':
        await stream(response, searchParams.get('output') ?? 'json', this.#backend.records(searchParams));
        return;
      case '/status':
        sendJson(response, 200, this.#backend.status());
        return;
      default:
        sendError(response, 404, 'nothing is here; there are /explain, /records and /status');
    }
  }
}

/** `localhost`, `127.0.0.1:9154`, `[::1]:9154`. */
function isLocalName(host: string | undefined): boolean {
  const [, bracketed, bare] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/i.exec(host ?? '') ?? [];
  if (bracketed !== undefined) return isIP(bracketed) === 6;
  return bare !== undefined && (bare.toLowerCase() === 'localhost' || isIP(bare) === 4);
}

/** Writes as fast as the client takes it, and lets the thread do other things between pieces. */
async function stream(response: ServerResponse, output: string, pieces: Iterable<string>): Promise<void> {
  let text = '';
  const flush = async (): Promise<boolean> => {
    if (!response.headersSent) writeHead(response, 200, output === 'json' ? 'application/json' : 'text/plain');
    const goesOn = response.write(text);
    text = '';
    if (goesOn) await new Promise((resolve) => setImmediate(resolve));
    else await drained(response);
    return !response.destroyed;
  };
  for (const piece of pieces) {
    text += piece;
    if (text.length >= pieceSize && !(await flush())) return;
  }
  if (await flush()) response.end();
}

/** The client has taken what was written, or is gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      response.off('drain', finish);
      response.off('close', finish);
      resolve();
    };
    response.on('drain', finish);
    response.on('close', finish);
    if (response.destroyed) finish();
  });
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  writeHead(response, status, 'application/json');
  response.end(`${JSON.stringify(value)}\n`);
}

function sendError(response: ServerResponse, status: number, error: string): void {
  sendJson(response, status, { error });
}

function writeHead(response: ServerResponse, status: number, type: string): void {
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
}
