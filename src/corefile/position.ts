/** Where something stands in a Corefile, an imported file or a registry file. Lines and columns start at 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** `FILE:LINE:COLUMN`, the form in which every message names a position. */
export function formatPosition(position: Position): string {
  return `${position.file}:${position.line}:${position.column}`;
}
