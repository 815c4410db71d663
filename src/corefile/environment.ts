/** Environment variables, passed in so that tests and the -check flag need not touch the process. */
export type Environment = Readonly<Record<string, string | undefined>>;

interface Piece {
  readonly text: string;
  /** Came from a variable: never searched again, so that `A={$A}` cannot loop. */
  readonly isValue: boolean;
}

/**
 * Replaces `{%NAME%}`, then `{$NAME}`, any number of times; a variable that is not set gives the empty string.
 * A reference with no name (`{$}`, `{%%}`) ends the search for its form, and one without its end is left alone, as in
 * caddy's `replaceEnvVars`. Differs on purpose: values are not searched for further references.
 */
export function expandEnvironment(text: string, environment: Environment): string {
  // Nearly every word of a Corefile takes this way out.
  if (!text.includes('{')) return text;
  let pieces: readonly Piece[] = [{ text, isValue: false }];
  pieces = pieces.flatMap((piece) => expandForm(piece, '{%', '%}', environment));
  pieces = pieces.flatMap((piece) => expandForm(piece, '{$', '}', environment));
  return pieces.map((piece) => piece.text).join('');
}

function expandForm(piece: Piece, opening: string, closing: string, environment: Environment): readonly Piece[] {
  if (piece.isValue) return [piece];
  const { text } = piece;
  const pieces: Piece[] = [];
  let done = 0;
  for (;;) {
    const start = text.indexOf(opening, done);
    if (start === -1) break;
    // From the start and not from the name: `{%}` is a reference with no name too.
    const end = text.indexOf(closing, start);
    const nameStart = start + opening.length;
    if (end <= nameStart) break;
    const name = text.slice(nameStart, end);
    pieces.push({ text: text.slice(done, start), isValue: false });
    pieces.push({ text: Object.hasOwn(environment, name) ? (environment[name] ?? '') : '', isValue: true });
    done = end + closing.length;
  }
  pieces.push({ text: text.slice(done), isValue: false });
  return pieces;
}
