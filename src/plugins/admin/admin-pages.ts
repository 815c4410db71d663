import type { ServerResponse } from 'node:http';
import { plainJson, plainText, sendText } from '../../runtime/http/server.ts';
import { sendError, sendJson, type GuardedPages } from '../guarded-pages.ts';
import type { InspectionBackend } from '../inspection.ts';

const maxRequests = 4;
export const maxAdminConnections = 32;
/** Pieces are joined to this many characters before they are written. */
const pieceSize = 65_536;

/** The HTTP side of `admin`: GET /explain, /records and /status, as JSON. */
export class AdminPages implements GuardedPages {
  readonly methods = ['GET'];
  readonly maxRequests = maxRequests;
  readonly names: readonly string[];
  readonly #backend: InspectionBackend;

  /** `names` may stand in the Host header. */
  constructor(backend: InspectionBackend, names: readonly string[] = []) {
    this.#backend = backend;
    this.names = names;
  }

  async answer({ pathname, searchParams }: URL, response: ServerResponse): Promise<void> {
    switch (pathname) {
      case '/explain':
        sendExplanation(response, await this.#backend.explain(searchParams));
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

function sendExplanation(response: ServerResponse, explanation: unknown): void {
  if (typeof explanation === 'string') sendText(response, 200, plainText, explanation);
  else sendJson(response, 200, explanation);
}

/** Writes as fast as the client takes it, and lets the thread do other things between pieces. */
async function stream(response: ServerResponse, output: string, pieces: Iterable<string>): Promise<void> {
  let text = '';
  const flush = async (): Promise<boolean> => {
    const isJson = output === 'json' || output === 'terraform';
    if (!response.headersSent) writeHead(response, isJson ? plainJson : plainText);
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

function writeHead(response: ServerResponse, type: string): void {
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
}
