import type { LexedToken } from './lexer.ts';

/** Where tokens came from: a file or a snippet, and the one that imported it. A list, because chains may be long. */
export interface Origin {
  readonly name: string;
  readonly parent: Origin | undefined;
}

/** The tokens of one file or one snippet expansion. */
export interface Frame {
  readonly origin: Origin;
  readonly tokens: readonly LexedToken[];
  index: number;
}

/**
 * The tokens of a Corefile with its imports spliced in where they stand:
 *
 *     main file   a  {  import x  log  }         frames  [ main, x ]
 *                       ^ then x, then back to log
 *
 * Frames stay apart, so that a brace that is opened in one file cannot be closed in another by accident.
 */
export class TokenStream {
  readonly #frames: Frame[];

  constructor(name: string, tokens: readonly LexedToken[]) {
    this.#frames = [{ origin: { name, parent: undefined }, tokens, index: 0 }];
  }

  /** The frame of the token that was peeked or taken last. */
  get frame(): Frame {
    return this.#frames.at(-1)!;
  }

  /** The next token; leaves frames that are used up, but not `limit`. `undefined` at the end of it or of everything. */
  peek(limit?: Frame): LexedToken | undefined {
    for (;;) {
      const frame = this.frame;
      const token = frame.tokens[frame.index];
      if (token !== undefined) return token;
      if (frame === limit || this.#frames.length === 1) return undefined;
      this.#frames.pop();
    }
  }

  /** The next token of the current frame if it stands on the line of the one that was taken last. */
  peekOnLine(): LexedToken | undefined {
    const token = this.peekInFrame();
    return token?.startsLine === true ? undefined : token;
  }

  /** The next token of the current frame, on whichever line. */
  peekInFrame(): LexedToken | undefined {
    return this.frame.tokens[this.frame.index];
  }

  /** Takes the token that was peeked. */
  take(): void {
    this.frame.index++;
  }

  /**
   * Takes the rest of a block whose `{` was taken, and its `}`, without looking into it; nested braces stay balanced.
   * Ends with the current frame at the latest, and then `closed` is false.
   */
  takeToClosingBrace(): { readonly tokens: LexedToken[]; readonly closed: boolean } {
    const tokens: LexedToken[] = [];
    let depth = 1;
    for (let token = this.peekInFrame(); token !== undefined; token = this.peekInFrame()) {
      this.take();
      if (isOpeningBrace(token)) depth++;
      else if (isClosingBrace(token)) depth--;
      if (depth === 0) return { tokens, closed: true };
      tokens.push(token);
    }
    return { tokens, closed: false };
  }

  /** Puts tokens before all that is left. `origin` is the file or snippet that they are from. */
  push(origin: Origin, tokens: readonly LexedToken[]): void {
    this.#frames.push({ origin, tokens, index: 0 });
  }
}

type Brace<Text extends string> = LexedToken & { readonly text: Text };

/** An unquoted `{`. A variable whose value is a brace does not count, for values are not read as grammar. */
export function isOpeningBrace(token: LexedToken | undefined): token is Brace<'{'> {
  return token?.text === '{' && !token.quoted;
}

/** An unquoted `}`. */
export function isClosingBrace(token: LexedToken | undefined): token is Brace<'}'> {
  return token?.text === '}' && !token.quoted;
}

/** An unquoted `import`; whether it stands where a line may begin is for the caller to know. */
export function isImport(token: LexedToken): boolean {
  return token.text === 'import' && !token.quoted;
}
