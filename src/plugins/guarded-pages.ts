import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import type { Reply } from '../runtime/http/connections.ts';
import { plainJson, sendText } from '../runtime/http/server.ts';
import { InspectError } from './inspection.ts';

/** Answers the URLs of a plugin that shows what the server is and does, and changes nothing. */
export interface GuardedPages {
  /** Methods that are answered, in upper case. */
  readonly methods: readonly string[];
  /** Requests that are answered at a time: a reply may be large, and is made on the thread that keeps the registry. */
  readonly maxRequests: number;
  /** Names that the Host header may have beside `localhost` and IP addresses: lower-case, without trailing dot. */
  readonly names: readonly string[];
  /** Headers of all replies. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Rejects with an InspectError for what makes no sense. */
  answer(url: URL, response: ServerResponse): Promise<void>;
}

/**
 * Keeps strangers out: the Host header must be an IP address, localhost or a name that the Corefile gives, so that a web page
 * cannot ask through a name of its own (DNS rebinding), and no CORS headers are sent, so that none can read what is answered.
 */
export function guarded(pages: GuardedPages): (request: IncomingMessage) => Reply {
  const { methods, maxRequests, names, headers = {} } = pages;
  const allowed = new Set(['localhost', ...names]);
  let running = 0;

  const answer = async ({ headers: sent, method = '', url = '/' }: IncomingMessage, response: ServerResponse) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (!isAllowedHost(sent.host, allowed)) {
      const own = names.length === 0 ? '' : `, or one of ${names.join(', ')}`;
      sendError(response, 403, `the Host header must be an IP address or localhost${own}`);
    } else if (!methods.includes(method)) {
      response.setHeader('allow', methods.join(', '));
      sendError(response, 405, `only ${methods.join(' and ')} ${methods.length > 1 ? 'are' : 'is'} answered`);
    } else if (!URL.canParse(absolute(url))) {
      sendError(response, 400, 'the URL makes no sense');
    } else if (running >= maxRequests) {
      response.setHeader('retry-after', '1');
      sendError(response, 503, `${maxRequests} requests are being answered; ask again`);
    } else {
      running++;
      try {
        await pages.answer(new URL(absolute(url)), response);
      } catch (error) {
        if (response.headersSent) response.destroy();
        else if (error instanceof InspectError) sendError(response, 400, error.message);
        else sendError(response, 500, 'this is a defect of the server');
      } finally {
        running--;
      }
    }
  };
  return (request) => (response) => void answer(request, response);
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  sendText(response, status, plainJson, `${JSON.stringify(value)}\n`);
}

export function sendError(response: ServerResponse, status: number, error: string): void {
  sendJson(response, status, { error });
}

/** The target of a request is a path, or a URL for a proxy. */
function absolute(url: string): string {
  return url.startsWith('/') ? `http://localhost${url}` : url;
}

/** `localhost`, `127.0.0.1:9154`, `[::1]:9154`, `dns.example.org`. */
function isAllowedHost(host: string | undefined, names: ReadonlySet<string>): boolean {
  const [, bracketed, bare] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/i.exec(host ?? '') ?? [];
  if (bracketed !== undefined) return isIP(bracketed) === 6;
  return bare !== undefined && (names.has(bare.toLowerCase()) || isIP(bare) === 4);
}
