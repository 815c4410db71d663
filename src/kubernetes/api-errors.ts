import { errorCode } from '../runtime/errors.ts';

/** An error as a log line shows it is cut after so many characters. */
const maxMessageLength = 300;
/** Nothing listens there, or there is no route. */
const unreachable = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN']);
/** An established connection that broke. */
const broken = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE']);

/** An answer that is not 200, or an ERROR event of a watch. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status code. */
  readonly status: number;
  readonly retryAfterMs: number | undefined;

  constructor(status: number, message: string, retryAfterMs?: number) {
    super(message);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The body violates the API: it is no JSON, or too long, or has no resourceVersion. */
export class BadStreamError extends Error {
  override readonly name = 'BadStreamError';
}

/** A page of a list exceeds `maxPageBytes`. */
export class PageTooLargeError extends Error {
  override readonly name = 'PageTooLargeError';
}

/** Nothing was received for too long. */
export class SilenceError extends Error {
  override readonly name = 'SilenceError';
}

/** The API server took the request for a streamed list for a usual watch: it is too old for it. */
export class NotStreamedError extends Error {
  override readonly name = 'NotStreamedError';
}

/**
 * Whether the API server cannot stream lists. It refuses the request (400, 422), or takes it for a watch: it sends no
 * bookmark at the end of what exists, or another one later.
 */
export function lacksStreamedLists(error: unknown): boolean {
  if (error instanceof ApiError) return error.status === 400 || error.status === 422;
  return error instanceof NotStreamedError || error instanceof SilenceError;
}

/**
 * Whether pages are listed at once when a streamed list has failed with this error, as client-go does after any error. A busy
 * API server whose watch cache is behind ends each streamed list with 504 after 3 s, and reads pages from etcd. Refusals of
 * the client (401, 403) or of the resource (404) hold for pages too.
 */
export function allowsPages(error: unknown): boolean {
  return error instanceof ApiError ? ![401, 403, 404].includes(error.status) : lacksStreamedLists(error);
}

/** Whether there is no API server at the address. To ask again costs it nothing. */
export function isUnreachable(error: unknown): boolean {
  return unreachable.has(errorCode(error));
}

/** The error for people, on one line. Node calls a connection that broke `aborted` or `socket hang up`. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return printable(String(error));
  const code = errorCode(error);
  if (broken.has(code)) return 'the connection broke';
  return printable(error.message === '' ? code : error.message);
}

/** The same for errors that differ in names and numbers only, so that one of them is logged. */
export function errorClass(error: unknown): string {
  if (error instanceof ApiError) return String(error.status);
  const isOwn = error instanceof BadStreamError || error instanceof SilenceError || error instanceof PageTooLargeError;
  return isOwn ? error.name : describeError(error);
}

/** A text of an API server as a log line shows it: on one line, in ASCII, and short. */
export function printable(text: string): string {
  return text
    .slice(0, maxMessageLength)
    .replaceAll(/[^ -~]+/g, ' ')
    .trim();
}
