export const logLevels = ['debug', 'info', 'warning', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Structured fields of a log line. The text form does not show them: what a person must read is in the message. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Where log lines go, in the text form or the JSON form of CoreDNS. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warning(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** Whether `debug` lines are wanted; checked before an expensive one is built. */
  readonly debugs: boolean;
  /** Fields are not shown; checked before many are built. */
  readonly ignoresFields?: true;
  /** Writes what is buffered, at once. */
  flush(): void;
}
