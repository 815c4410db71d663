/** One TCP socket may have 1000 connections; the rest is for what the process itself has open. */
const enoughFiles = 1024;

/**
 * What to warn of where the process may open few files and sockets; `undefined` where they are enough or the system does
 * not tell (`limits` is the text of /proc/self/limits). It is said at the start because later nothing tells: a connection for
 * which there is no file is accepted and closed at once, below this program.
 */
export function fileLimitWarning(limits: string): string | undefined {
  const limit = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? NaN);
  if (!(limit < enoughFiles)) return undefined;
  return `only ${limit} files and sockets may be open at a time: TCP connections above that are closed, and forwarded queries fail; raise the limit to ${enoughFiles} or more (ulimit -n, LimitNOFILE of systemd)`;
}
