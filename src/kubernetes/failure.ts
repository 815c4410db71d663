import { errorCode } from '../runtime/errors.ts';
import { ApiError, BadStreamError, PageTooLargeError, SilenceError } from './api-client.ts';
import { shown } from './messages.ts';

/** Nobody listens there, or there is no way: this costs the API server nothing. */
const refusals = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN']);
/** An established connection that went away. */
const breaks = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE']);

/** What was taken for a streamed list is none: the API server is older. */
export class NotStreamedError extends Error {
  override readonly name = 'NotStreamedError';
}

/**
 * An API server that cannot stream lists refuses the request (400, 422), or takes it for a watch: it sends no bookmark
 * at the end of what exists, or another one later. Then lists come in pages from now on.
 */
export function isNotStreamed(error: unknown): boolean {
  if (error instanceof ApiError) return error.status === 400 || error.status === 422;
  return error instanceof NotStreamedError || error instanceof SilenceError;
}

/**
 * Whether a streamed list that failed is asked for in pages at once, as client-go does after any error. A busy API server
 * whose watch cache is behind ends a streamed list with 504 after 3 s, each time, and reads pages from etcd. What it says of
 * us it would say again.
 */
export function mayComeInPages(error: unknown): boolean {
  return error instanceof ApiError ? ![401, 403, 404].includes(error.status) : isNotStreamed(error);
}

export function isRefusal(error: unknown): boolean {
  return refusals.has(errorCode(error));
}

/** What a person should read, on one line: Node calls a connection that broke `aborted` or `socket hang up`. */
export function failureText(error: unknown): string {
  if (!(error instanceof Error)) return shown(String(error));
  const code = errorCode(error);
  if (breaks.has(code)) return 'the connection broke';
  return shown(error.message === '' ? code : error.message);
}

/** One word for failures that need to be told once only: they differ in numbers and names at most. */
export function failureKind(error: unknown): string {
  if (error instanceof ApiError) return String(error.status);
  const isOwn = error instanceof BadStreamError || error instanceof SilenceError || error instanceof PageTooLargeError;
  return isOwn ? error.name : failureText(error);
}
