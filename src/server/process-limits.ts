/** One TCP socket may have 1000 connections; the rest is for what the process itself has open. */
const enoughFiles = 1024;
/** Those that Node makes when the first file is looked at, and one worker. */
const moreThreads = 4 + 1;

/**
 * What to warn of where the process may open few files and sockets; `undefined` where they are enough or the system does
 * not tell (`limits` is the text of /proc/self/limits). It is said at the start because later nothing tells: a connection for
 * which there is no file is accepted and closed at once, below this program.
 */
export function fileLimitWarning(limits: string): string | undefined {
  const limit = softLimit(limits, 'Max open files');
  if (!(limit < enoughFiles)) return undefined;
  return `only ${limit} files and sockets may be open at a time: TCP connections above that are closed, and forwarded queries fail; raise the limit to ${enoughFiles} or more (ulimit -n, LimitNOFILE of systemd)`;
}

/**
 * The same of threads, where the user may not have as many as the process needs at least, beside those that it has
 * (`ownThreads`). Node ends the process without a word where it cannot make its own, so it must be said before. Root may have
 * more all the same, and what else the user runs is not counted: no warning does not mean that they are enough.
 */
export function threadLimitWarning(limits: string, ownThreads: number): string | undefined {
  const limit = softLimit(limits, 'Max processes');
  const needed = ownThreads + moreThreads;
  if (!(limit < needed)) return undefined;
  return `only ${limit} threads and processes of this user may run, and ${needed} are needed here: the process may end without another word; raise the limit (ulimit -u, LimitNPROC of systemd)`;
}

/** NaN where there is none. */
function softLimit(limits: string, name: string): number {
  return Number(new RegExp(`^${name}\\s+(\\d+)`, 'm').exec(limits)?.[1] ?? NaN);
}
