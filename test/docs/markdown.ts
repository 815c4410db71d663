import { globSync, readdirSync, readFileSync } from 'node:fs';

export interface FencedBlock {
  readonly language: string;
  /** The name of the file that the block is, behind the language. */
  readonly title: string | undefined;
  readonly text: string;
  /** `FILE:LINE` of the fence, for the names of tests. */
  readonly place: string;
}

/** The documents for users. */
export function userDocuments(): readonly string[] {
  return ['README.md', ...globSync('docs/**/*.md').sort(), 'deploy/README.md', 'deploy/chart/README.md'];
}

export function pluginNames(): readonly string[] {
  return readdirSync('src/plugins', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

/** The fenced blocks of a file, fenced by three backticks or tildes. */
export function fencedBlocks(file: string): FencedBlock[] {
  const blocks: FencedBlock[] = [];
  let open:
    | (Omit<FencedBlock, 'text' | 'place'> & { indent: string; fence: string; line: number; lines: string[] })
    | undefined;
  for (const [index, line] of readFileSync(file, 'utf8').split('\n').entries()) {
    const [, indent, fence, language, title] = /^( *)(```|~~~) *(\w*)(?: (\S+))?$/.exec(line) ?? [];
    if (open === undefined) {
      if (fence !== undefined)
        open = { indent: indent!, fence, language: language!, title, line: index + 1, lines: [] };
    } else if (fence === open.fence && language === '') {
      const { language, title, lines } = open;
      blocks.push({ language, title, text: `${lines.join('\n')}\n`, place: `${file}:${open.line}` });
      open = undefined;
    } else open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
  }
  return blocks;
}

/** The blocks of `section`. */
export function blocksUnder(file: string, heading: string): FencedBlock[] {
  const text = section(file, heading);
  const first = readFileSync(file, 'utf8').indexOf(text);
  const before = readFileSync(file, 'utf8').slice(0, first).split('\n').length;
  const isWithin = (line: number): boolean => line >= before && line < before + text.split('\n').length;
  return fencedBlocks(file).filter(({ place }) => isWithin(Number(place.slice(file.length + 1))));
}

/** The text below a heading of any level, up to the next heading of the same or a higher one. */
export function section(file: string, heading: string): string {
  const lines = readFileSync(file, 'utf8').split('\n');
  const headings = headingsOf(lines);
  const start = headings.findIndex(({ text }) => text === heading);
  if (start < 0) throw new Error(`${file} has no heading '${heading}'`);
  const { line, level } = headings[start]!;
  const next = headings.slice(start + 1).find((other) => other.level <= level);
  return lines.slice(line + 1, next?.line).join('\n');
}

/** Headings, but for lines of fenced blocks that look like one. */
export function headingsOf(lines: readonly string[]): { line: number; level: number; text: string }[] {
  const headings: { line: number; level: number; text: string }[] = [];
  let isFenced = false;
  for (const [line, text] of lines.entries()) {
    if (/^ *(```|~~~)/.test(text)) isFenced = !isFenced;
    const [, marks] = /^(#+) /.exec(text) ?? [];
    if (!isFenced && marks !== undefined) headings.push({ line, level: marks.length, text: text.replace(/^#+ /, '') });
  }
  return headings;
}

/** Cells of the rows of all tables in a text, without the heads. */
export function tableRows(text: string): string[][] {
  const rows = text.split('\n').filter((line) => line.startsWith('|'));
  const isRule = (row: string | undefined): boolean => row !== undefined && /^[| -]+$/.test(row);
  return rows
    .filter((row, index) => !isRule(row) && !isRule(rows[index + 1]))
    .map((row) =>
      row
        .replaceAll('\\|', '\0')
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.replaceAll('\0', '|').trim()),
    );
}

/** Texts of the code spans. */
export function codeSpans(text: string): string[] {
  return Array.from(text.matchAll(/`([^`\n]+)`/g), ([, span]) => span!);
}
