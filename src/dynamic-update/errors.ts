/** Why a name server was not brought into step, as metrics name it. */
export type UpdateFailure =
  /** No connection, or it broke. */
  | 'unreachable'
  /** Nothing came in time. */
  | 'timeout'
  /** The server does not take the key, or its own signature is wrong. */
  | 'key'
  /** The clocks differ. */
  | 'time'
  /** The server does not let this key do it. */
  | 'refused'
  /** The server does not have the zone, or is no primary server of it. */
  | 'not-authoritative'
  /** The server says something else than yes. */
  | 'server'
  /** What the server sent is no answer to what it was asked. */
  | 'malformed'
  /** The zone has more records than are read. */
  | 'too-large'
  /** Others write to the same names at the same time. */
  | 'conflict'
  /** More would be removed than one change may remove. */
  | 'removals'
  /** The lease ended. */
  | 'lease';

/** The name server was not brought into step; the message says what to do about it. */
export class UpdateError extends Error {
  override readonly name = 'UpdateError';
  readonly failure: UpdateFailure;

  constructor(failure: UpdateFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}
