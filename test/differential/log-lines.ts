import type { Side } from './side.ts';

/** Longer than either server keeps lines back. */
const quietMs = 150;
const patienceMs = 3000;

/**
 * What `log` and `errors` wrote, with ports, durations and times masked. Waits until both have written as many lines, and a moment
 * longer.
 */
export async function logLines(sides: readonly Side[], detailed: boolean): Promise<string[][]> {
  const deadline = performance.now() + patienceMs;
  let lines = sides.map((side) => linesOf(side, detailed));
  for (let isQuiet = false; !isQuiet && performance.now() < deadline;) {
    await Promise.all(sides.map(({ server }) => server.changed(quietMs)));
    const now = sides.map((side) => linesOf(side, detailed));
    isQuiet = now.every((each, i) => each.length === lines[i]!.length && each.length === now[0]!.length);
    lines = now;
  }
  return lines;
}

function linesOf(side: Side, detailed: boolean): string[] {
  return (
    side
      .mask(side.server.output)
      .split('\n')
      .filter((line) => /^\[(?:INFO|ERROR)\] /.test(line))
      .filter((line) => !/^\[INFO\] (?:plugin\/|SIG|Reloading|Successfully|Running|Shutting)/.test(line))
      .filter((line) => !/^\[ERROR\] (?!plugin\/errors)/.test(line))
      .map((line) =>
        detailed
          ? line
          : line.replace(/ \d+ (?=(?:true|false) \d+" )/, ' N ').replace(/(,ra)? \d+ (?=\d+\.\d+s$)/, ' N '),
      )
      .map((line) =>
        line
          .replaceAll(/\b127\.0\.0\.(\d+):\d+/g, '127.0.0.$1:P')
          .replaceAll(/\b\d+\.\d{4,}s\b/g, 'Ts')
          .replaceAll(/\b\d+(?:\.\d+)?(?:ms|µs)\b/g, 'Ts'),
      )
      // Threads write on their own.
      .sort()
  );
}
