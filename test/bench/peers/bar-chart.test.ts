import { describe, expect, test } from 'vitest';
import { barChart, colours } from '../../../bench/peers/bar-chart.ts';

const chart = barChart({
  title: 'Fast & <small>',
  subtitle: 'more is "better"',
  groups: [
    {
      title: 'first',
      bars: [
        { label: 'ours', value: 200, text: '200k', kind: 'ours' },
        { label: 'peer', value: 100, text: '100k', kind: 'peer' },
        { label: 'limit', value: 400, text: '400k', kind: 'limit' },
      ],
    },
    { title: 'second', bars: [{ label: 'nothing', value: 0, text: '0', kind: 'peer' }] },
  ],
});
const bars = Array.from(
  chart.matchAll(/<rect [^>]*y="(\d+)" width="([\d.]+)"[^>]*fill="(#\w+)"/g),
  ([, y, width, fill]) => ({
    y: Number(y),
    width: Number(width),
    fill,
  }),
);

test('bars are as long as their values are large, in each group', () => {
  const [ours, peer, limit, nothing] = bars.map(({ width }) => width);
  expect(ours! / limit!).toBeCloseTo(0.5);
  expect(peer! / limit!).toBeCloseTo(0.25);
  expect(nothing).toBe(0);
});

test('bars have the colours of their kinds and stand below each other', () => {
  expect(bars.map(({ fill }) => fill)).toEqual([colours.ours, colours.peer, colours.limit, colours.peer]);
  const tops = bars.map(({ y }) => y);
  expect(tops).toEqual(tops.toSorted((a, b) => a - b));
  expect(new Set(tops).size).toBe(4);
  const height = Number(/height="(\d+)" font/.exec(chart)![1]);
  expect(Math.max(...tops)).toBeLessThan(height - 16);
});

test('what is said is escaped', () => {
  expect(chart).toContain('>Fast &amp; &lt;small&gt;<');
  expect(chart).toContain('aria-label="Fast &amp; &lt;small&gt;"');
  expect(chart).not.toMatch(/<small>/);
});

describe('colours are seen on the background of', () => {
  test.each([
    ['a light page', '#ffffff'],
    ['a dark page', '#0d1117'],
  ])('%s', (_, background) => {
    expect(contrast(colours.text, background)).toBeGreaterThan(3.9);
    for (const colour of [colours.ours, colours.peer, colours.limit])
      expect(contrast(colour, background)).toBeGreaterThan(2.9);
  });
});

/** WCAG 2, section 1.4.3. */
function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
