export interface Bar {
  readonly label: string;
  readonly value: number;
  /** The value for people. */
  readonly text: string;
  readonly kind: 'ours' | 'peer' | 'limit';
}

/** Bars that are compared with each other. */
export interface BarGroup {
  readonly title: string;
  readonly bars: readonly Bar[];
}

export interface BarChart {
  readonly title: string;
  /** What the values are, and whether more is better. */
  readonly subtitle: string;
  readonly groups: readonly BarGroup[];
}

/** Read on white and on black alike, because an image cannot know the theme of the page that shows it. */
export const colours = { text: '#7a7f87', ours: '#2f81f7', peer: '#8c939d', limit: '#b08800' } as const;

const width = 760;
const left = 176;
const right = 90;
const barHeight = 16;
const rowHeight = 21;
const groupHead = 34;
const head = 52;

/** An SVG image of horizontal bars; each group has a scale of its own. */
export function barChart({ title, subtitle, groups }: BarChart): string {
  const parts = [text(0, 18, title, 'font-size="16" font-weight="600"'), text(0, 38, subtitle, 'font-size="12"')];
  let y = head;
  for (const group of groups) {
    parts.push(text(0, y + 20, group.title, 'font-size="13" font-weight="600"'));
    y += groupHead;
    const most = Math.max(...group.bars.map(({ value }) => value));
    for (const { label, value, text: said, kind } of group.bars) {
      const length = most > 0 ? ((width - left - right) * value) / most : 0;
      const weight = kind === 'ours' ? ' font-weight="600"' : '';
      parts.push(
        text(left - 8, y + 12, label, `font-size="12" text-anchor="end"${weight}`),
        `<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}" rx="2" fill="${colours[kind]}"/>`,
        text(left + length + 6, y + 12, said, `font-size="12"${weight}`),
      );
      y += rowHeight;
    }
  }
  const height = y + 8;
  const font = `font-family="-apple-system, 'Segoe UI', Helvetica, Arial, sans-serif" fill="${colours.text}"`;
  const size = `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escape(title)}" ${size} ${font}>\n${parts.join('\n')}\n</svg>\n`;
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${x.toFixed(1)}" y="${y}" ${attributes}>${escape(content)}</text>`;
}

function escape(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
