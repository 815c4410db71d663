const texts: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  EADDRNOTAVAIL: 'the source address is not available',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files',
};

/** What a system error means, in few words for a log line. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const { code } = error as NodeJS.ErrnoException;
  return (code !== undefined ? texts[code] : undefined) ?? code ?? error.message;
}
