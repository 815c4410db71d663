import type { ServerResponse } from 'node:http';
import { plainText, sendText } from '../../runtime/http/server.ts';
import type { RunningCorefile } from '../control.ts';
import { sendError, sendJson, type GuardedPages } from '../guarded-pages.ts';
import { InspectError, type InspectionBackend } from '../inspection.ts';
import type { Family } from '../../runtime/metrics/family.ts';
import type { Configuration, History as HistoryReply } from './api.ts';
import type { Assets } from './assets.ts';
import { withoutSecrets } from './corefile.ts';
import { Counters } from './counters.ts';
import { spanMs, type History } from './history.ts';
import { upstreamsIn } from './upstreams.ts';

/** A browser with several tabs asks for some things at a time. */
const maxRequests = 16;
export const maxDashboardConnections = 64;

/** Nothing is loaded from elsewhere, nothing is sent elsewhere, and no other page shows this one or reads of it. */
const headers = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
} as const;

const types: Readonly<Record<string, string>> = Object.freeze({
  'index.html': 'text/html; charset=utf-8',
  'app.js': 'text/javascript; charset=utf-8',
  'app.css': 'text/css; charset=utf-8',
});

/** What the pages show. */
export interface Shown {
  readonly inspection: InspectionBackend;
  readonly history: Pick<History, 'since'>;
  readonly families: () => readonly Family[];
  readonly corefile: Pick<RunningCorefile, 'hash' | 'loadedMs' | 'files'>;
  /** Unix time in milliseconds. */
  readonly wall: () => number;
}

type Answer = (parameters: URLSearchParams, response: ServerResponse) => void | Promise<void>;

/** The page and what it asks for: a fixed list of paths, GET and HEAD. */
export class DashboardPages implements GuardedPages {
  readonly methods = ['GET', 'HEAD'];
  readonly maxRequests = maxRequests;
  readonly headers = headers;
  readonly names: readonly string[];
  readonly #paths: ReadonlyMap<string, Answer>;

  /** `names` may stand in the Host header. */
  constructor(assets: Assets, shown: Shown, names: readonly string[]) {
    this.names = names;
    const { inspection } = shown;
    const asset =
      (name: string): Answer =>
      (_, response) =>
        sendText(response, 200, types[name]!, assets.get(name)!);
    const json =
      (valueOf: (parameters: URLSearchParams) => unknown): Answer =>
      (parameters, response) =>
        sendJson(response, 200, valueOf(parameters));
    this.#paths = new Map<string, Answer>([
      ['/', asset('index.html')],
      ['/app.js', asset('app.js')],
      ['/app.css', asset('app.css')],
      ['/api/status', json(() => inspection.status())],
      ['/api/hosts', json((parameters) => inspection.hosts(parameters))],
      ['/api/changes', json(() => inspection.changes())],
      ['/api/left-out', json((parameters) => inspection.leftOut(parameters))],
      ['/api/upstreams', json(() => upstreamsIn(new Counters(shown.families())))],
      ['/api/history', json((parameters) => historyReply(shown, parameters))],
      ['/api/configuration', json(() => configurationOf(shown.corefile))],
      [
        '/api/explain',
        async (parameters, response) => {
          const asked = new URLSearchParams(parameters);
          asked.set('output', 'text');
          sendText(response, 200, plainText, String(await inspection.explain(asked)));
        },
      ],
    ]);
  }

  async answer({ pathname, searchParams }: URL, response: ServerResponse): Promise<void> {
    const answer = this.#paths.get(pathname);
    if (answer) await answer(searchParams, response);
    else sendError(response, 404, 'nothing is here');
  }
}

function historyReply({ history, wall }: Shown, parameters: URLSearchParams): HistoryReply {
  const since = parameters.get('since') ?? '0';
  if (!/^\d{1,15}$/.test(since)) throw new InspectError(`'${since}' is no time; expected Unix time in milliseconds`);
  return { nowMs: wall(), spanMs, points: history.since(Number(since)) };
}

function configurationOf({ hash, loadedMs, files }: Shown['corefile']): Configuration {
  const shown = files.map(({ path, text }) => ({ path, text: text === undefined ? null : withoutSecrets(text) }));
  return { hash, loadedMs, files: shown };
}
