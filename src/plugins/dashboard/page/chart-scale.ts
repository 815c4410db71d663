/** A highest value for an axis that can be divided into `parts` round steps: at least `highest`. */
export function niceMax(highest: number, parts: number): number {
  if (!(highest > 0)) return parts;
  const step = highest / parts;
  const power = 10 ** Math.floor(Math.log10(step));
  const nice = [1, 2, 2.5, 5, 10].find((each) => each * power >= step * (1 - 1e-9)) ?? 10;
  return nice * power * parts;
}

const spansMs = [60_000, 120_000, 300_000, 600_000] as const;

/** The shortest of some round spans that everything behind `firstMs` fits into. */
export function niceSpan(firstMs: number, endMs: number): number {
  return spansMs.find((each) => endMs - firstMs <= each) ?? spansMs.at(-1)!;
}

/** A line through values from left to right as the `d` of an SVG path; `null` leaves a gap. */
export function linePath(
  values: readonly (number | null)[],
  xOf: (index: number) => number,
  yOf: (value: number) => number,
): string {
  let path = '';
  let isDrawing = false;
  for (const [index, value] of values.entries()) {
    if (value !== null) path += `${isDrawing ? 'L' : 'M'}${xOf(index).toFixed(1)} ${yOf(value).toFixed(1)}`;
    // A value alone is a point, which round ends of lines show.
    if (value !== null && !isDrawing && (values[index + 1] ?? null) === null) path += 'h0';
    isDrawing = value !== null;
  }
  return path;
}
