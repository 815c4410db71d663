import { TemplateFault } from './fault.ts';

/** `(`, `)`, `|`, `,`, `=` and `:=` are their own kinds. */
export type TokenKind =
  | 'text'
  | 'left'
  | 'right'
  | 'space'
  | 'identifier'
  | 'field'
  | 'dot'
  | 'variable'
  | 'string'
  | 'raw'
  | 'char'
  | 'number'
  | 'end'
  | '('
  | ')'
  | '|'
  | ','
  | '='
  | ':=';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly at: number;
}

const left = '{{';
const right = '}}';
const isSpace = (char: string | undefined): boolean => char !== undefined && ' \t\r\n'.includes(char);
const isWord = (char: string): boolean => /[\p{L}\p{Nd}_]/u.test(char);
/** A number as far as it may reach; what is none is found when it is read. */
const number = /[+-]?(0[xX][\da-fA-F_]*|0[oO][0-7_]*|0[bB][01_]*|[\d_]*(\.[\d_]*)?([eE][+-]?[\d_]*)?)i?/y;

/** Takes a template apart as Go's text/template does: text, and between `{{` and `}}` words. Throws a TemplateFault. */
export function tokenize(text: string): Token[] {
  return new Lexer(text).run();
}

class Lexer {
  readonly #text: string;
  readonly #tokens: Token[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  run(): Token[] {
    // A right delimiter trims what follows it.
    let trims = false;
    for (;;) {
      const start = this.#text.indexOf(left, this.#at);
      const end = start < 0 ? this.#text.length : start;
      const trimsBefore = start >= 0 && this.#text[start + 2] === '-' && isSpace(this.#text[start + 3]);
      let between = this.#text.slice(this.#at, end);
      if (trims) between = between.replace(/^[ \t\r\n]+/, '');
      if (trimsBefore) between = trimEnd(between);
      if (between !== '') this.#tokens.push({ kind: 'text', text: between, at: this.#at });
      this.#at = end;
      if (start < 0) break;
      trims = this.#action(start + (trimsBefore ? 4 : 2), start);
    }
    this.#push('end', this.#at);
    return this.#tokens;
  }

  /** Reads an action to behind its right delimiter; whether that trims. */
  #action(from: number, start: number): boolean {
    this.#at = from;
    if (this.#text.startsWith('/*', from)) return this.#comment(start);
    this.#tokens.push({ kind: 'left', text: left, at: start });
    for (let depth = 0; ;) {
      const trims = this.#atRight();
      if (trims !== undefined) {
        if (depth > 0) throw new TemplateFault('unclosed left paren', this.#at);
        return this.#endAction(trims, true);
      }
      const at = this.#at;
      if (at >= this.#text.length) throw new TemplateFault('unclosed action', start);
      const kind = this.#word();
      if (kind === '(') depth++;
      else if (kind === ')' && --depth < 0) throw new TemplateFault('unexpected right paren', at);
      this.#push(kind, at);
    }
  }

  #comment(start: number): boolean {
    const end = this.#text.indexOf('*/', this.#at + 2);
    if (end < 0) throw new TemplateFault('unclosed comment', start);
    this.#at = end + 2;
    const trims = this.#atRight();
    if (trims === undefined) throw new TemplateFault('comment ends before closing delimiter', this.#at);
    return this.#endAction(trims, false);
  }

  #endAction(trims: boolean, isToken: boolean): boolean {
    const at = this.#at + (trims ? 2 : 0);
    this.#at = at + 2;
    if (isToken) this.#push('right', at);
    return trims;
  }

  /** Whether the right delimiter that stands here trims; `undefined` where there is none. */
  #atRight(): boolean | undefined {
    if (this.#text.startsWith(right, this.#at)) return false;
    const trims = isSpace(this.#text[this.#at]) && this.#text.startsWith(`-${right}`, this.#at + 1);
    return trims ? true : undefined;
  }

  #push(kind: TokenKind, at: number): void {
    this.#tokens.push({ kind, text: this.#text.slice(at, this.#at), at });
  }

  /** Moves behind the next word. */
  #word(): TokenKind {
    const at = this.#at;
    const char = String.fromCodePoint(this.#text.codePointAt(at)!);
    if (isSpace(char)) {
      do this.#at++;
      while (isSpace(this.#text[this.#at]) && this.#atRight() === undefined);
      return 'space';
    }
    if (char === '"' || char === "'") return this.#quoted(char);
    if (char === '`') {
      const end = this.#text.indexOf('`', at + 1);
      if (end < 0) throw new TemplateFault('unterminated raw quoted string', at);
      this.#at = end + 1;
      return 'raw';
    }
    if (char === ':' && this.#text[at + 1] === '=') {
      this.#at += 2;
      return ':=';
    }
    if ('()|,='.includes(char)) {
      this.#at++;
      return char as TokenKind;
    }
    if (char === '$' || (char === '.' && !/\d/.test(this.#text[at + 1] ?? ''))) return this.#name(char);
    if (/[+\-.\d]/.test(char)) return this.#number();
    if (isWord(char)) return this.#name('');
    throw new TemplateFault(`unexpected '${char}'`, at);
  }

  #quoted(quote: string): TokenKind {
    const start = this.#at;
    for (let at = start + 1; at < this.#text.length && this.#text[at] !== '\n'; at++) {
      if (this.#text[at] === '\\') at++;
      else if (this.#text[at] === quote) {
        this.#at = at + 1;
        return quote === '"' ? 'string' : 'char';
      }
    }
    throw new TemplateFault(`unterminated ${quote === '"' ? 'quoted string' : 'character constant'}`, start);
  }

  #name(prefix: string): TokenKind {
    const start = this.#at;
    this.#at += prefix.length;
    for (;;) {
      const char = this.#text.codePointAt(this.#at);
      if (char === undefined || !isWord(String.fromCodePoint(char))) break;
      this.#at += char > 0xffff ? 2 : 1;
    }
    const next = this.#text[this.#at];
    const isEnded =
      next === undefined || isSpace(next) || '.,|:)('.includes(next) || this.#text.startsWith(right, this.#at);
    if (!isEnded)
      throw new TemplateFault(`unexpected '${next}' behind '${this.#text.slice(start, this.#at)}'`, this.#at);
    if (prefix === '$') return 'variable';
    if (prefix === '.') return this.#at === start + 1 ? 'dot' : 'field';
    return 'identifier';
  }

  #number(): TokenKind {
    number.lastIndex = this.#at;
    const length = number.exec(this.#text)?.[0].length ?? 0;
    const next = this.#text[this.#at + length];
    if (length === 0 || (next !== undefined && isWord(next))) {
      const found = this.#text.slice(this.#at, this.#at + length + 1);
      throw new TemplateFault(`bad number syntax: "${found}"`, this.#at);
    }
    this.#at += length;
    return 'number';
  }
}

/** Without blanks at the end, in time linear in the text. */
function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text[end - 1])) end--;
  return text.slice(0, end);
}
