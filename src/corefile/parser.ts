import { normalize } from 'node:path';
import type { Directive, Key, ServerBlock, Token } from './ast.ts';
import { expandEnvironment, type Environment } from './environment.ts';
import type { CorefileFiles } from './files.ts';
import { Importer, maxCorefileLength } from './import.ts';
import { parseKey } from './key.ts';
import { lex, type LexedToken } from './lexer.ts';
import { readKeyLine, type KeyLine } from './key-line.ts';
import type { Problems } from './problem.ts';
import { quote } from './quote.ts';
import { isClosingBrace, isImport, isOpeningBrace, TokenStream, type Frame } from './token-stream.ts';

/** Braces within braces; also what keeps hostile input from using up the stack. No plugin needs more than 3. */
const maxDepth = 100;

/** A network that is no whole octets gives up to 128. */
const maxZones = 500_000;

/** The depth of the lines that are directives; deeper ones are options. */
const directiveDepth = 1;

/** A `{` that was taken, and the frame in which its `}` must stand. */
interface Opening {
  readonly token: Token;
  readonly frame: Frame;
}

/**
 * Reads a Corefile: caddy's grammar (`caddyfile/parse.go`) with imports followed and variables replaced.
 * Reports everything that it finds (COREFILE_SYNTAX, COREFILE_IMPORT, COREFILE_KEY, COREFILE_REPEATED) and goes on at
 * the next line or block: with errors, the result is good for further checks only, and a block's `keys` are empty when
 * each of them was wrong. Whether a directive exists is not checked here.
 * `input.file` is the path that imports in it are relative to. Never throws, whatever the text is.
 */
export function parseCorefile(
  input: { readonly file: string; readonly text: string },
  environment: Environment,
  files: CorefileFiles,
  problems: Problems,
): ServerBlock[] {
  return new Parser(input, environment, files, problems).parse();
}

class Parser {
  readonly #stream: TokenStream;
  readonly #imports: Importer;
  readonly #environment: Environment;
  readonly #problems: Problems;
  readonly #blocks: ServerBlock[] = [];
  /** Counts dropped blocks too: they also make braces necessary. */
  #blockCount = 0;
  #zoneCount = 0;

  constructor(
    input: { readonly file: string; readonly text: string },
    environment: Environment,
    files: CorefileFiles,
    problems: Problems,
  ) {
    const isTooLong = input.text.length > maxCorefileLength;
    if (isTooLong) {
      const message = `this file has ${input.text.length} characters; expected at most ${maxCorefileLength}`;
      problems.error('COREFILE_FILE', { file: input.file, line: 1, column: 1 }, message);
    }
    this.#stream = new TokenStream(normalize(input.file), isTooLong ? [] : lex(input, problems));
    this.#imports = new Importer(environment, files, problems);
    this.#environment = environment;
    this.#problems = problems;
  }

  parse(): ServerBlock[] {
    for (let token = this.#stream.peek(); token !== undefined; token = this.#stream.peek()) {
      if (isClosingBrace(token)) {
        this.#stream.take();
        this.#strayClosingBrace(token, 'a server block key');
      } else {
        this.#serverBlockOrSnippet();
      }
    }
    return this.#blocks;
  }

  #serverBlockOrSnippet(): void {
    const line = readKeyLine(this.#stream, this.#imports, this.#environment, this.#problems);
    // An import at the end of the file that brought nothing.
    if (line.first === undefined && !isOpeningBrace(this.#stream.peek())) return;
    const [snippet] = line.keys;
    if (snippet !== undefined && line.keys.length === 1 && isSnippetName(snippet)) {
      this.#snippet(snippet, line);
    } else {
      this.#serverBlock(line);
    }
  }

  #snippet(name: Token, line: KeyLine): void {
    const brace = this.#stream.peek();
    if (isOpeningBrace(brace)) {
      this.#stream.take();
    } else if (line.gluedBrace === undefined) {
      const found = brace === undefined ? 'the file ends' : `found ${quote(brace.text)}`;
      this.#syntax(name, `snippet ${quote(name.text)} needs braces: expected '{', but ${found}`);
    }
    const { tokens, closed } = this.#stream.takeToClosingBrace();
    if (!closed && isOpeningBrace(brace)) this.#neverClosed(brace);
    const bareName = name.text.slice(1, -1);
    if (bareName === '') this.#syntax(name, `expected the name of a snippet between '(' and ')'`);
    else this.#imports.define(bareName, name, tokens);
  }

  #serverBlock(line: KeyLine): void {
    this.#blockCount++;
    const brace = this.#stream.peek();
    let opening: Opening | undefined;
    if (isOpeningBrace(brace)) {
      opening = { token: brace, frame: this.#stream.frame };
      this.#stream.take();
    } else if (line.gluedBrace !== undefined) {
      opening = { token: line.gluedBrace, frame: this.#stream.frame };
    }
    const lacksBrace = opening === undefined && this.#blockCount > 1;
    if (lacksBrace) this.#missingOpeningBrace(line, brace);
    const directives = this.#lines(opening, directiveDepth, lacksBrace);
    const position = (line.keys[0] ?? line.first ?? brace)?.position;
    if (position === undefined) return;
    if (line.keys.length === 0) {
      this.#problems.warning('COREFILE_KEY', position, 'this server block has no key, so it is ignored');
      return;
    }
    for (const key of line.keys) {
      if (isSnippetName(key))
        this.#syntax(key, `${quote(key.text)} names a snippet, so no other key may stand beside it`);
    }
    this.#blocks.push({ keys: this.#keys(line.keys), directives, position });
  }

  #keys(written: readonly Token[]): Key[] {
    const keys: Key[] = [];
    for (const token of written) {
      if (isSnippetName(token)) continue;
      if (this.#zoneCount > maxZones) break;
      const read = parseKey(token, this.#problems);
      keys.push(...read);
      this.#zoneCount += read.length;
      if (this.#zoneCount > maxZones) {
        this.#problems.error(
          'COREFILE_KEY',
          token.position,
          `more than ${maxZones} zones, the most that one Corefile may have`,
        );
      }
    }
    return keys;
  }

  #missingOpeningBrace(line: KeyLine, next: Token | undefined): void {
    const last = line.keys.at(-1) ?? line.first;
    if (last === undefined) return;
    const found = next === undefined ? 'the file ends' : `found ${quote(next.text)}`;
    const why = 'only a file with a single block may leave out the braces';
    this.#syntax(last, `expected '{' after server block key ${quote(last.text)}, but ${found}; ${why}`);
  }

  /**
   * The lines of a block up to its `}`; without an opening (braces left out), up to the end of the file. There, a `}`
   * ends the block too, and is an error unless the lack of its `{` was `reported`.
   */
  #lines(opening: Opening | undefined, depth: number, reported = false): Directive[] {
    const kind = depth === directiveDepth ? 'directive' : 'option';
    const lines: Directive[] = [];
    for (;;) {
      const token = this.#stream.peek(opening?.frame);
      if (token === undefined) {
        if (opening) this.#neverClosed(opening.token);
        return lines;
      }
      if (isClosingBrace(token)) {
        this.#stream.take();
        if (this.#stream.frame === opening?.frame) return lines;
        if (!reported) this.#strayClosingBrace(token, `a ${kind}`);
        // Where the opening brace was forgotten, this is the end of its block.
        if (!opening) return lines;
      } else if (isOpeningBrace(token)) {
        this.#misplacedOpeningBrace(token, lines, kind, depth);
      } else if (isImport(token)) {
        this.#imports.follow(this.#stream);
      } else {
        lines.push(this.#line(token, opening, depth));
      }
    }
  }

  /** `name args... [{ block }]` */
  #line(name: LexedToken, opening: Opening | undefined, depth: number): Directive {
    this.#stream.take();
    const args: LexedToken[] = [];
    let block: Directive[] | undefined;
    for (;;) {
      const token = this.#stream.peekOnLine();
      if (token === undefined || isClosingBrace(token)) break;
      this.#stream.take();
      if (isOpeningBrace(token)) {
        block = this.#block(token, depth + 1);
        break;
      }
      args.push(token);
    }
    if (block === undefined) this.#warnOfGluedBrace(args.at(-1) ?? name);
    this.#endOfLine(name, opening, depth);
    return { name: this.#word(name), args: args.map((arg) => this.#word(arg)), block };
  }

  #block(brace: LexedToken, depth: number): Directive[] {
    if (depth <= maxDepth) return this.#lines({ token: brace, frame: this.#stream.frame }, depth);
    this.#syntax(brace, `blocks are nested more than ${maxDepth} deep`);
    if (!this.#stream.takeToClosingBrace().closed) this.#neverClosed(brace);
    return [];
  }

  #endOfLine(name: Token, opening: Opening | undefined, depth: number): void {
    const token = this.#stream.peekOnLine();
    if (token === undefined) return;
    if (isClosingBrace(token)) {
      // `{ max_fails 3 }` reads well enough inside a directive, and CoreDNS takes it; it refuses `. { whoami }`.
      if (depth === directiveDepth && opening?.frame === this.#stream.frame) {
        this.#syntax(token, `unexpected '}' on the line of ${quote(name.text)}: expected it on a line of its own`);
      }
      return;
    }
    this.#syntax(token, `unexpected ${quote(token.text)} after '}': expected the end of the line`);
    for (let rest = this.#stream.peekOnLine(); rest && !isClosingBrace(rest); rest = this.#stream.peekOnLine()) {
      this.#stream.take();
      if (isOpeningBrace(rest)) this.#stream.takeToClosingBrace();
    }
  }

  #misplacedOpeningBrace(brace: LexedToken, lines: Directive[], kind: string, depth: number): void {
    this.#stream.take();
    const previous = lines.at(-1);
    const isItsBlock = brace.startsLine && previous?.block === undefined;
    if (previous !== undefined && isItsBlock) {
      const name = quote(previous.name.text);
      this.#syntax(
        brace,
        `'{' opens a line: expected it at the end of the line of ${name}, the ${kind} that it belongs to`,
      );
    } else {
      this.#syntax(brace, `unexpected '{': expected a ${kind} before it`);
    }
    const block = this.#block(brace, depth + 1);
    if (previous !== undefined && isItsBlock) lines[lines.length - 1] = { ...previous, block };
  }

  /** `forward . 10.0.0.1{` is a word that ends in a brace, as in CoreDNS, but hardly ever what was meant. */
  #warnOfGluedBrace(last: LexedToken): void {
    if (last.quoted || !/^[^{}]+\{$/.test(last.text)) return;
    const message = `${quote(last.text)} is one word; to open a block put a space before '{'`;
    this.#problems.warning('COREFILE_SYNTAX', last.position, message);
  }

  #word(token: LexedToken): Token {
    return {
      text: expandEnvironment(token.text, this.#environment),
      position: token.position,
      quoted: token.quoted,
    };
  }

  #strayClosingBrace(token: Token, expected: string): void {
    this.#syntax(token, `unexpected '}': no '{' before it is open in this file; expected ${expected}`);
  }

  #neverClosed(brace: Token): void {
    this.#syntax(brace, `this '{' is never closed: expected a '}' before the file ends`);
  }

  #syntax(at: Token, message: string): void {
    this.#problems.error('COREFILE_SYNTAX', at.position, message);
  }
}

function isSnippetName(key: Token): boolean {
  return !key.quoted && key.text.startsWith('(') && key.text.endsWith(')');
}
