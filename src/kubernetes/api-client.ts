/** What an API server has answered; the body may go on for minutes. */
export interface ApiResponse {
  readonly status: number;
  /** Milliseconds, from Retry-After; `undefined` where it says none. */
  readonly retryAfterMs: number | undefined;
  readonly body: AsyncIterable<Uint8Array>;
}

/** A way to one API server. */
export interface ApiClient {
  /**
   * GET of a path with query. Rejects where no answer comes; the body's iteration throws when the connection breaks.
   * Credentials are asked for each time. `signal` ends both.
   */
  get(path: string, signal: AbortSignal): Promise<ApiResponse>;
  /** What it says of itself to be believed, taken out of a text: an API server may repeat it in an error. */
  hide(text: string): string;
  /** The credentials were refused: they are read anew for the next request. */
  reload(): void;
  close(): void;
}

/** An answer, or an ERROR event in a watch, that is no success. */
export class ApiError extends Error {
  /** HTTP status code. */
  readonly status: number;
  readonly retryAfterMs: number | undefined;

  constructor(status: number, message: string, retryAfterMs?: number) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** What came is not what the API says: no JSON, too long, no resourceVersion. */
export class BadStreamError extends Error {
  override readonly name = 'BadStreamError';
}

/** A page that is larger than is read in one go. */
export class PageTooLargeError extends Error {
  override readonly name = 'PageTooLargeError';
}

/** Nothing came for too long. */
export class SilenceError extends Error {
  override readonly name = 'SilenceError';
}
