/** Milliseconds in each unit of Go's `time.ParseDuration`; micro is written with U+00B5 or U+03BC or u. */
const unitMs: Readonly<Record<string, number>> = Object.freeze({
  ns: 1e-6,
  us: 1e-3,
  '\u00b5s': 1e-3,
  '\u03bcs': 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
});

/** Go counts nanoseconds in 64 bits: about 292 years. */
const maxDurationMs = 2 ** 63 / 1e6;

/**
 * Reads a duration as Go's `time.ParseDuration` does: `300ms`, `1.5h`, `1h30m`, `-5s`, `0`. Milliseconds, with a
 * fraction where the text is finer; `undefined` when it is of another form or too large. Never throws.
 */
export function parseDurationMs(text: string): number | undefined {
  const sign = text.startsWith('-') ? -1 : 1;
  const unsigned = text.replace(/^[+-]/, '');
  if (unsigned === '0') return 0;
  const part = /(\d+(?:\.\d*)?|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/y;
  let sumMs = 0;
  do {
    const match = part.exec(unsigned);
    if (match === null) return undefined;
    sumMs += Number(match[1]) * unitMs[match[2]!]!;
  } while (part.lastIndex < unsigned.length);
  if (sumMs >= maxDurationMs) return undefined;
  // Whole nanoseconds, as in Go; also takes away what 1.001 * 1000 lacks to 1001.
  const wholeMs = Math.round(sumMs * 1e6) / 1e6;
  return wholeMs === 0 ? 0 : sign * wholeMs;
}

/** A length of time for messages, in Go's notation and the largest units that fit: `1h30m`, `1.5s`, `5001ms`. */
export function formatDurationMs(ms: number): string {
  if (ms < 0) return `-${formatDurationMs(-ms)}`;
  if (ms === 0) return '0s';
  if (ms % 1000 !== 0) return `${ms}ms`;
  const seconds = ms / 1000;
  const parts = [
    { count: Math.floor(seconds / 3600), unit: 'h' },
    { count: Math.floor(seconds / 60) % 60, unit: 'm' },
    { count: seconds % 60, unit: 's' },
  ];
  return parts.map(({ count, unit }) => (count === 0 ? '' : `${count}${unit}`)).join('');
}

/** A length of time as Go prints it (`time.Duration.String`): `1m0s`, `1h30m0s`, `1.5s`, `300ms`. Not below 0. */
export function goDuration(ms: number): string {
  if (ms === 0) return '0s';
  if (ms < 0.001) return `${Math.round(ms * 1e6)}ns`;
  if (ms < 1) return `${Number((ms * 1000).toFixed(3))}\u00b5s`;
  if (ms < 1000) return `${Number(ms.toFixed(6))}ms`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = `${Number(((ms - minutes * 60_000) / 1000).toFixed(9))}s`;
  if (minutes === 0) return seconds;
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes}m${seconds}` : `${hours}h${minutes % 60}m${seconds}`;
}
