/** Numbers and times as people read them. */

const units: readonly (readonly [name: string, seconds: number])[] = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
];

/** `3 d 4 h`, `12 s`: the two largest units. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const first = units.findIndex(([, length]) => seconds >= length);
  if (first < 0) return '0 s';
  const [name, length] = units[first]!;
  const rest = units[first + 1];
  const more = rest ? Math.floor((seconds % length) / rest[1]) : 0;
  return `${Math.floor(seconds / length)} ${name}${more > 0 ? ` ${more} ${rest![0]}` : ''}`;
}

/** `1,234,567`. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en');
}

/** Three digits: `0.25`, `12.3`, `1,234`. */
export function formatNumber(value: number): string {
  if (value === 0) return '0';
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
  return Number(value.toFixed(digits)).toLocaleString('en', { maximumFractionDigits: 3 });
}

/** `0.42 ms`, `1.2 s`. */
export function formatMs(ms: number | null): string {
  if (ms === null) return '–';
  return ms >= 1000 ? `${formatNumber(ms / 1000)} s` : `${formatNumber(ms)} ms`;
}

/** `12.5 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes >= 1e9) return `${formatNumber(bytes / 1e9)} GB`;
  if (bytes >= 1e6) return `${formatNumber(bytes / 1e6)} MB`;
  return bytes >= 1000 ? `${formatNumber(bytes / 1000)} kB` : `${bytes} B`;
}

/** Time of day, `14:03:05`. */
export function formatTime(ms: number): string {
  const time = new Date(ms);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

/** `1 host`, `2,000 hosts`. */
export function plural(count: number, word: string): string {
  return `${formatCount(count)} ${word}${count === 1 ? '' : 's'}`;
}
