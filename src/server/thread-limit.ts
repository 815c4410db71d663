/** Those that Node makes when the first file is looked at, and one worker. */
const moreThreads = 4 + 1;

/**
 * What to warn of where the user may not have as many threads as the process needs at least, beside those that it has
 * (`ownThreads`); `undefined` where he may or the system does not tell (`limits` is the text of /proc/self/limits). Node ends
 * the process without a word where it cannot make its own, so it must be said before. Root may have more all the same, and
 * what else the user runs is not counted: no warning does not mean that they are enough.
 */
export function threadLimitWarning(limits: string, ownThreads: number): string | undefined {
  const limit = Number(/^Max processes\s+(\d+)/m.exec(limits)?.[1] ?? NaN);
  const needed = ownThreads + moreThreads;
  if (!(limit < needed)) return undefined;
  return `only ${limit} threads and processes of this user may run, and ${needed} are needed here: the process may end without another word; raise the limit (ulimit -u, LimitNPROC of systemd)`;
}
