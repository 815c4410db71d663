/** Enough to know a key by. */
const maxShownLength = 60;

/**
 * Names the key that is twice in a mapping, and what has happened where a document holds two objects. Lines are counted from
 * here, for a document that moves is the same one.
 *
 * @param offset where the YAML parser found it: at or behind the quote of the second
 */
export function describeRepeatedKey(text: string, offset: number): string {
  const quote = /["']/.exec(text.charAt(offset - 1))?.[0];
  const rest = text.slice(offset, offset + 4 * maxShownLength);
  const plain = /^["']?([^\s:"',{}[\]][^\r\n]*?)["']?\s*(?::|[\r\n]|$)/.exec(rest)?.[1];
  const key = quote === undefined ? plain : rest.slice(0, Math.max(0, rest.indexOf(quote)));
  if (key === undefined || key === '' || key.length > maxShownLength) return 'a key stands twice in a mapping';
  const lines = firstAbove(text, offset - (quote === undefined ? 0 : 1), key);
  const above = lines === undefined ? '' : `, first ${lines} ${lines === 1 ? 'line' : 'lines'} above`;
  const said = `${key} stands twice in a mapping${above}`;
  return hasTwoObjects(text)
    ? `${said}; "---" is missing between two objects, for apiVersion and kind stand twice`
    : said;
}

/** How many lines above the same key of the same mapping is, of one in block style. */
function firstAbove(text: string, offset: number, key: string): number | undefined {
  const lineStart = lastBreak(text, offset) + 1;
  const indent = text.slice(lineStart, offset);
  if (!/^[ ]*$/.test(indent)) return undefined;
  const begin = new RegExp(`^(["']?)${escaped(key)}\\1\\s*:`);
  let end = lineStart - 1;
  for (let lines = 1; end >= 0; lines++) {
    const start = lastBreak(text, end) + 1;
    const line = text.slice(start, Math.min(end, start + indent.length + 2 * maxShownLength));
    // A list may begin with the first key of a mapping.
    const isInMapping = line.startsWith(indent) || line.slice(0, indent.length).replace('- ', '  ') === indent;
    const content = line.slice(indent.length);
    if (isInMapping && begin.test(content)) return lines;
    const isLess = line.trim() !== '' && line.search(/\S/) < indent.length && !/^\s*#/.test(line);
    if (isLess) return undefined;
    end = start - 1;
  }
  return undefined;
}

function lastBreak(text: string, before: number): number {
  return before <= 0 ? -1 : Math.max(text.lastIndexOf('\n', before - 1), -1);
}

function hasTwoObjects(text: string): boolean {
  const counts = ['apiVersion', 'kind'].map((key) => text.match(new RegExp(`^(["']?)${key}\\1\\s*:`, 'gm'))?.length);
  return counts.every((count = 0) => count > 1);
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
