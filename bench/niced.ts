/**
 * A command whose processes go before those of others (below 0) or behind them, on a machine that others use: the kernel shares
 * processors among sessions first (`/proc/PID/autogroup`, see sched(7)), so it must begin one.
 */
export function niced(niceness: string | undefined, command: readonly string[]): readonly string[] {
  if (niceness === undefined) return command;
  return ['sh', '-c', 'echo "$0" > /proc/self/autogroup; exec "$@"', niceness, ...command];
}
