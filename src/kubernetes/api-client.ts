/** The answer of an API server, when its head has arrived; the body of a watch goes on for minutes. */
export interface ApiResponse {
  readonly status: number;
  /** Milliseconds, from Retry-After; `undefined` without that header. */
  readonly retryAfterMs: number | undefined;
  readonly body: AsyncIterable<Uint8Array>;
}

/** The way to one API server. */
export interface ApiClient {
  /**
   * GET of a path with query, with credentials that are valid now. Rejects where no answer comes; the iteration of the body
   * throws when the connection breaks. `signal` ends both.
   */
  get(path: string, signal: AbortSignal): Promise<ApiResponse>;
  /** Removes the credentials from a text: an API server may repeat them in an error. */
  redact(text: string): string;
  /** The credentials were refused: they are read anew for the next request. */
  reloadCredentials(): void;
  close(): void;
}

/** One that changes objects too. */
export interface WritingApiClient extends ApiClient {
  /** POST or PUT of an object as JSON; otherwise as `get`. */
  send(method: 'POST' | 'PUT', path: string, body: unknown, signal: AbortSignal): Promise<ApiResponse>;
}
