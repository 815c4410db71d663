import type { Clock } from '../runtime/clock.ts';
import { ApiError, SilenceError, type ApiClient, type ApiResponse } from './api-client.ts';
import { Deadline } from './deadline.ts';
import { readStatus } from './messages.ts';

export interface ExchangeOptions {
  readonly api: ApiClient;
  readonly clock: Clock;
  /** How long the head of an answer may take. */
  readonly responseTimeoutMs: number;
  /** Ends whatever is under way. */
  readonly signal: AbortSignal;
}

/** Gets the answer when its head has come; when it is done, the connection is let go. `limitSilence` sets another limit. */
export type ReadBody<Result> = (response: ApiResponse, limitSilence: (silenceMs: number) => void) => Promise<Result>;

/**
 * One GET from its first octet to its last. Rejects with ApiError where the answer is no 200, and with what went wrong
 * where there is none, or its body breaks off.
 *
 * @param silenceMs how long the body may say nothing before the connection is cut; SilenceError then
 */
export async function exchange<Result>(
  { api, clock, responseTimeoutMs, signal }: ExchangeOptions,
  path: string,
  silenceMs: number,
  read: ReadBody<Result>,
): Promise<Result> {
  const abort = new AbortController();
  const onStop = (): void => abort.abort();
  signal.throwIfAborted();
  signal.addEventListener('abort', onStop, { once: true });
  const deadline = new Deadline(clock, responseTimeoutMs, () => abort.abort());
  try {
    const response = await api.get(path, abort.signal);
    abort.signal.throwIfAborted();
    deadline.restart(silenceMs);
    const body = touching(response.body, deadline, abort.signal);
    if (response.status === 200) return await read({ ...response, body }, (limitMs) => deadline.restart(limitMs));
    const message = await readStatus(body, (text) => api.hide(text));
    throw new ApiError(response.status, `${response.status} ${message}`.trim(), response.retryAfterMs);
  } catch (error) {
    if (deadline.hasExpired) throw new SilenceError(`nothing came for ${deadline.limitMs / 1000} s`, { cause: error });
    throw error;
  } finally {
    deadline.end();
    signal.removeEventListener('abort', onStop);
    // What was not read to its end must not go on.
    abort.abort();
  }
}

/** What comes after all was stopped is not for anybody. */
async function* touching(
  body: AsyncIterable<Uint8Array>,
  deadline: Deadline,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  for await (const chunk of body) {
    signal.throwIfAborted();
    deadline.touch();
    yield chunk;
  }
}
