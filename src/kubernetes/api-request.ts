import type { Clock } from '../runtime/clock.ts';
import { asFields } from '../runtime/untyped.ts';
import type { ApiClient, ApiResponse } from './api-client.ts';
import { ApiError, printable, SilenceError } from './api-errors.ts';
import { textOf } from './lines.ts';

/** Of the body of an error so much is read. */
const maxStatusBytes = 64 * 1024;
/** Of its message so much is looked at; credentials are removed before it is cut to the length of a log line. */
const maxStatusMessageLength = 4096;

export interface RequestOptions {
  readonly api: ApiClient;
  readonly clock: Clock;
  /** How long the head of the answer may take. */
  readonly responseTimeoutMs: number;
  /** Ends the request. */
  readonly signal: AbortSignal;
}

/** Called when the head of a 200 has arrived; the connection is released when it is done. */
export type ReadBody<Result> = (response: ApiResponse, setSilenceLimit: (limitMs: number) => void) => Promise<Result>;

/**
 * One GET until its body is read. Rejects with ApiError where the status is not 200, with SilenceError on a timeout, and with
 * the error of the connection where that breaks.
 *
 * @param silenceMs how long the body may be silent before the connection is cut; `read` may set another limit
 */
export async function request<Result>(
  { api, clock, responseTimeoutMs, signal }: RequestOptions,
  path: string,
  silenceMs: number,
  read: ReadBody<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  const abort = new AbortController();
  const onStop = (): void => abort.abort();
  signal.addEventListener('abort', onStop, { once: true });
  let expiredMs = undefined as number | undefined;
  let limitMs = responseTimeoutMs;
  let cancelTimeout = (): void => undefined;
  const restartTimeout = (): void => {
    cancelTimeout();
    cancelTimeout = clock.after(limitMs, () => {
      expiredMs = limitMs;
      abort.abort();
    });
  };
  const setSilenceLimit = (ms: number): void => {
    limitMs = ms;
    restartTimeout();
  };
  restartTimeout();
  try {
    const response = await api.get(path, abort.signal);
    abort.signal.throwIfAborted();
    setSilenceLimit(silenceMs);
    const body = eachChunk(response.body, restartTimeout, abort.signal);
    if (response.status === 200) return await read({ ...response, body }, setSilenceLimit);
    const message = await readStatusMessage(body, (text) => api.redact(text));
    throw new ApiError(response.status, `${response.status} ${message}`.trim(), response.retryAfterMs);
  } catch (error) {
    if (expiredMs !== undefined) throw new SilenceError(`nothing came for ${expiredMs / 1000} s`, { cause: error });
    throw error;
  } finally {
    cancelTimeout();
    signal.removeEventListener('abort', onStop);
    // The rest of a body that was not read to its end must not be received.
    abort.abort();
  }
}

async function* eachChunk(
  body: AsyncIterable<Uint8Array>,
  onChunk: () => void,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  for await (const chunk of body) {
    signal.throwIfAborted();
    onChunk();
    yield chunk;
  }
}

/** What the body of an error says: the message of a Status object, or the first line of another text; may be ''. */
export async function readStatusMessage(
  body: AsyncIterable<Uint8Array>,
  redact: (text: string) => string,
): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      parts.push(chunk);
      length += chunk.length;
      if (length > maxStatusBytes) break;
    }
  } catch {
    // The beginning of a body that breaks off is used.
  }
  const text = textOf(parts);
  const message = statusMessage(text) ?? text.split('\n', 1)[0]!;
  return printable(redact(message.slice(0, maxStatusMessageLength)));
}

/** `undefined` where the text is no Status, as that of a proxy. */
function statusMessage(text: string): string | undefined {
  try {
    const message = asFields(JSON.parse(text))?.message;
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}
