/** The message of whatever was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Where a defect was thrown, for the log; the message of what has no stack. */
export function errorStack(error: unknown): string {
  return (error instanceof Error ? error.stack : undefined) ?? errorMessage(error);
}

/** `EADDRINUSE`, `ENOENT` …, or '' for what is no system error. */
export function errorCode(error: unknown): string {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : '';
}

/** An error of the file system for a person who knows which file it is: neither the system call nor the path. */
export function fileErrorText(error: unknown): string {
  const code = errorCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read (permission denied)';
  if (code === 'ELOOP') return 'is a link that leads in a circle';
  return `cannot be read (${code === '' ? String(error) : code})`;
}
