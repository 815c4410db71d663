const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

const maxTtl = 0xffff_ffff;

/** Seconds of a TTL such as `300`, `1h30m` or `2w`; `undefined` where it is none, or over 32 bits. */
export function parseTtl(text: string): number | undefined {
  if (!/^(\d{1,10}[smhdw])*(\d{1,10})?$/i.test(text) || text === '') return undefined;
  let seconds = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)([smhdw]?)/gi)) {
    seconds += Number(count) * (unitSeconds[unit!.toLowerCase()] ?? 1);
  }
  return seconds <= maxTtl ? seconds : undefined;
}
