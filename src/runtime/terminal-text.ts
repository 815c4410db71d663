const columns = 80;

/** Breaks a text into lines of at most 80 columns, at spaces; a longer word has a line of its own. */
export function wrap(text: string, firstIndent: string, indent: string): string[] {
  const lines: string[] = [];
  let line = firstIndent;
  let isEmpty = true;
  // Two spaces in the text are columns that somebody has aligned.
  for (const word of text.split(/(?<=\S) (?=\S)/)) {
    if (!isEmpty && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = indent;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  lines.push(line);
  return lines;
}

/** Text without control characters but line feeds and tabs: manifests must not drive the terminal of who reads about them. */
export function printable(text: string): string {
  return text.replaceAll(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '?');
}
