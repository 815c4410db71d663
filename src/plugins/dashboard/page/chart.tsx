import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { linePath, niceMax } from './chart-scale.ts';
import { formatDuration, formatTime } from './format.ts';

/** A line of a chart. */
export interface Line {
  readonly name: string;
  /** How it is drawn: a class of style.css. */
  readonly look: string;
  /** One for each time; `null` where there is none. */
  readonly values: readonly (number | null)[];
}

export interface ChartProps {
  readonly title: string;
  /** Unix times in milliseconds, ascending. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  /** Time at the right end, and what is shown of the time before it. */
  readonly endMs: number;
  readonly spanMs: number;
  readonly format: (value: number) => string;
}

const height = 170;
const margin = { top: 8, right: 8, bottom: 20, left: 56 } as const;
const gridParts = 3;
/** Rows of the table that says the same. */
const tableRows = 10;

/** Lines over time, with a legend that has the latest values, or those under the pointer, and a table that says the same. */
export function Chart({ title, times, lines, endMs, spanMs, format }: ChartProps) {
  const id = useId();
  const [box, width] = useWidth();
  const [pointed, setPointed] = useState<number | undefined>();
  const top = niceMax(Math.max(0, ...lines.flatMap(({ values }) => values.map((value) => value ?? 0))), gridParts);
  const [inner, tall] = [Math.max(1, width - margin.left - margin.right), height - margin.top - margin.bottom];
  const xOfTime = (ms: number): number => margin.left + inner * (1 - (endMs - ms) / spanMs);
  const xOf = (index: number): number => xOfTime(times[index]!);
  const yOf = (value: number): number => margin.top + tall * (1 - value / top);
  const shown = pointed !== undefined && pointed < times.length ? pointed : times.length - 1;
  const point = (clientX: number, left: number): void => {
    const at = endMs - spanMs * (1 - (clientX - left - margin.left) / inner);
    const nearest = times.reduce((best, ms, i) => (Math.abs(ms - at) < Math.abs(times[best]! - at) ? i : best), 0);
    setPointed(times.length === 0 ? undefined : nearest);
  };
  const text = (value: number | null | undefined): string =>
    value === null || value === undefined ? '–' : format(value);
  const summary =
    times.length === 0
      ? 'nothing was counted yet'
      : lines.map(({ name, values }) => `${name} ${text(values.at(-1))}`).join(', ') || 'nothing was counted';
  return (
    <section class="panel chart" aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      <ul class="legend" aria-hidden="true">
        {lines.map(({ name, look, values }) => (
          <li key={name}>
            <svg width="22" height="8">
              <path class={`line ${look}`} d="M1 4H21" />
            </svg>
            {name} <b>{text(values[shown])}</b>
          </li>
        ))}
        <li class="at">{pointed === undefined ? '' : times.length > 0 && formatTime(times[shown]!)}</li>
      </ul>
      <div ref={box}>
        <svg
          role="img"
          aria-label={`${title}, last ${formatDuration(spanMs)}. Now: ${summary}. The table below has the latest values.`}
          width={width}
          height={height}
          onPointerMove={({ clientX, currentTarget }) => point(clientX, currentTarget.getBoundingClientRect().left)}
          onPointerLeave={() => setPointed(undefined)}
        >
          {Array.from({ length: gridParts + 1 }, (_, i) => (top * i) / gridParts).map((value) => (
            <g key={value}>
              <path class="grid" d={`M${margin.left} ${yOf(value)}H${width - margin.right}`} />
              <text x={margin.left - 6} y={yOf(value) + 4} text-anchor="end">
                {format(value)}
              </text>
            </g>
          ))}
          {[1, 0.5, 0].map((share) => (
            <text
              key={share}
              x={xOfTime(endMs - spanMs * share)}
              y={height - 4}
              text-anchor={share === 1 ? 'start' : share === 0 ? 'end' : 'middle'}
            >
              {share === 0 ? 'now' : `−${formatDuration(spanMs * share)}`}
            </text>
          ))}
          {lines.map(({ name, look, values }) => (
            <path key={name} class={`line ${look}`} d={linePath(values, xOf, yOf)} />
          ))}
          {pointed !== undefined && times.length > 0 && (
            <path class="pointer" d={`M${xOf(shown)} ${margin.top}V${margin.top + tall}`} />
          )}
        </svg>
      </div>
      <details>
        <summary>Latest values as a table</summary>
        <table>
          <caption class="hidden">{title}, the latest values</caption>
          <thead>
            <tr>
              <th scope="col">Time</th>
              {lines.map(({ name }) => (
                <th key={name} scope="col" class="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {Array.from(times.entries())
              .slice(-tableRows)
              .reverse()
              .map(([index, ms]) => (
                <tr key={ms}>
                  <th scope="row">{formatTime(ms)}</th>
                  {lines.map(({ name, values }) => (
                    <td key={name} class="number">
                      {text(values[index])}
                    </td>
                  ))}
                </tr>
              ))}
          </tbody>
        </table>
      </details>
    </section>
  );
}

/** The width that an element has, in pixels. */
function useWidth() {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(480);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  return [box, width] as const;
}
