import { dirname, isAbsolute, join, normalize } from 'node:path';
import { errorCode, errorMessage } from '../runtime/errors.ts';
import type { Token } from './ast.ts';
import { expandEnvironment, type Environment } from './environment.ts';
import type { CorefileFiles } from './files.ts';
import { glob, isGlob, refuseGlob } from './glob.ts';
import { lex, maxWords, type LexedToken } from './lexer.ts';
import type { Problems } from './problem.ts';
import { quote } from './quote.ts';
import { didYouMean } from './suggest.ts';
import { isClosingBrace, isOpeningBrace, type Origin, type TokenStream } from './token-stream.ts';

/** CoreDNS's caps; with cycles refused, only imports that multiply reach them. */
const maxSnippetExpansions = 10_000;
const maxFileExpansions = 100_000;
/** Characters of a Corefile with all files that it imports; a ConfigMap holds 1 MiB. Bounds time and memory too. */
export const maxCorefileLength = 8 * 2 ** 20;

interface Snippet {
  readonly tokens: readonly LexedToken[];
  /** Of the name that defines it. */
  readonly definedAt: Token;
}

/** Follows `import X` for one parse of a Corefile, and keeps the snippets that it can name. */
export class Importer {
  readonly #environment: Environment;
  readonly #files: CorefileFiles;
  readonly #problems: Problems;
  readonly #snippets = new Map<string, Snippet>();
  /** By path; a file that many blocks import is read and lexed, and complained about, once. */
  readonly #lexedFiles = new Map<string, readonly LexedToken[] | undefined>();
  #snippetExpansions = 0;
  #fileExpansions = 0;
  #importedTokens = 0;
  #lexedLength = 0;
  #exhausted = false;

  constructor(environment: Environment, files: CorefileFiles, problems: Problems) {
    this.#environment = environment;
    this.#files = files;
    this.#problems = problems;
  }

  /** Keeps a snippet for imports further on. A second one of a name is COREFILE_REPEATED, and the first one stays. */
  define(name: string, definedAt: Token, tokens: readonly LexedToken[]): void {
    const first = this.#snippets.get(name);
    if (first !== undefined) {
      const line = `${first.definedAt.position.file}:${first.definedAt.position.line}`;
      const message = `snippet ${quote(name)} is defined a second time; the first one is at ${line}`;
      this.#problems.error('COREFILE_REPEATED', definedAt.position, message);
      return;
    }
    // The body may begin on the line of its brace, but begins a line wherever it is put.
    const [head, ...rest] = tokens;
    this.#snippets.set(name, { definedAt, tokens: head ? [{ ...head, startsLine: true }, ...rest] : [] });
  }

  /**
   * Takes an import line from the stream (the next token is `import`) and puts what it names in its place: a snippet
   * of that name, or else files, or those of a directory, relative to the file that holds the token. What cannot be followed is reported as
   * COREFILE_IMPORT, or COREFILE_SYNTAX when it has not one argument, and leaves nothing in its place.
   */
  follow(stream: TokenStream): void {
    const keyword = stream.peekInFrame()!;
    stream.take();
    const args: LexedToken[] = [];
    for (;;) {
      const token = stream.peekOnLine();
      if (token === undefined || isClosingBrace(token)) break;
      stream.take();
      args.push(token);
      if (isOpeningBrace(token)) stream.takeToClosingBrace();
    }
    const [pattern, extra] = args;
    if (pattern === undefined) {
      const message = `import needs the name of a snippet or file, but the line ends after 'import'`;
      this.#problems.error('COREFILE_SYNTAX', keyword.position, message);
      return;
    }
    if (extra !== undefined) {
      const message = `import takes one argument, a snippet, a file or a pattern, but ${quote(extra.text)} follows`;
      this.#problems.error('COREFILE_SYNTAX', extra.position, message);
      return;
    }
    const name = expandEnvironment(pattern.text, this.#environment);
    if (name === '') {
      const why = pattern.text === '' ? '' : `: ${quote(pattern.text)} gives an empty text`;
      this.#fail(pattern, `import needs the name of a snippet or file${why}`);
      return;
    }
    if (this.#exhausted) return;
    if (this.#snippets.has(name)) this.#expandSnippet(stream, pattern, name);
    else this.#expandFiles(stream, pattern, name);
  }

  #expandSnippet(stream: TokenStream, at: Token, name: string): void {
    const origin = { name: `(${name})`, parent: stream.frame.origin };
    if (this.#isCycle(at, origin)) return;
    if (++this.#snippetExpansions > maxSnippetExpansions) {
      this.#exhaust(at, `more than ${maxSnippetExpansions} snippet imports`);
      return;
    }
    this.#push(stream, at, origin, this.#snippets.get(name)!.tokens);
  }

  #expandFiles(stream: TokenStream, at: Token, pattern: string): void {
    const directory = dirname(at.position.file);
    const parent = stream.frame.origin;
    let paths = [normalize(isAbsolute(pattern) ? pattern : join(directory, pattern)).replace(/(?<=.)\/$/, '')];
    if (isGlob(pattern)) {
      const refusal = refuseGlob(pattern);
      if (refusal !== undefined) {
        this.#fail(at, `pattern ${quote(pattern)} cannot be used: ${refusal}`);
        return;
      }
      paths = glob(pattern, directory, this.#files);
      if (paths.length === 0) {
        this.#problems.warning(
          'COREFILE_IMPORT',
          at.position,
          `no file matches ${quote(pattern)} in ${quote(directory)}`,
        );
      }
    }
    paths = paths.flatMap((path) => this.#filesAt(at, path));
    // The stream gives first what was put there last.
    for (const path of paths.reverse()) {
      if (this.#exhausted) return;
      const origin = { name: path, parent };
      if (this.#isCycle(at, origin)) continue;
      if (++this.#fileExpansions > maxFileExpansions) {
        this.#exhaust(at, `more than ${maxFileExpansions} file imports`);
        return;
      }
      const tokens = this.#lexFile(at, pattern, path);
      if (tokens !== undefined) this.#push(stream, at, origin, tokens);
    }
  }

  /**
   * The path, or where it is a directory the files in it, sorted, but for hidden ones and for directories. CoreDNS has no such
   * import; it is how a ConfigMap is mounted (`..data` and the directory that it links to are hidden).
   */
  #filesAt(at: Token, path: string): string[] {
    if (!this.#files.isDirectory(path)) return [path];
    let names: string[];
    try {
      names = this.#files.list(path);
    } catch (error) {
      this.#fail(at, `directory ${quote(path)} cannot be read: ${errorMessage(error)}`);
      return [];
    }
    const found = names
      .filter((name) => !name.startsWith('.'))
      .sort()
      .map((name) => join(path, name))
      .filter((each) => !this.#files.isDirectory(each));
    if (found.length === 0) {
      this.#problems.warning('COREFILE_IMPORT', at.position, `directory ${quote(path)} has no files`);
    }
    return found;
  }

  #push(stream: TokenStream, at: Token, origin: Origin, tokens: readonly LexedToken[]): void {
    // The caps above still allow a large snippet 10000 times.
    this.#importedTokens += tokens.length;
    if (this.#importedTokens > maxWords) {
      this.#exhaust(at, `more than ${maxWords} words from imports`);
      return;
    }
    stream.push(origin, tokens);
  }

  #lexFile(at: Token, pattern: string, path: string): readonly LexedToken[] | undefined {
    if (this.#lexedFiles.has(path)) return this.#lexedFiles.get(path);
    const text = this.#readFile(at, pattern, path);
    this.#lexedLength += text?.length ?? 0;
    if (this.#lexedLength > maxCorefileLength) {
      this.#exhaust(at, `more than ${maxCorefileLength} characters in imported files`);
      return undefined;
    }
    const tokens = text === undefined ? undefined : lex({ file: path, text }, this.#problems);
    // What cannot be read is not kept: each import of it is an error of its own.
    if (tokens !== undefined) this.#lexedFiles.set(path, tokens);
    return tokens;
  }

  #readFile(at: Token, pattern: string, path: string): string | undefined {
    try {
      return this.#files.readFile(path);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') {
        const suggestion = didYouMean(pattern, this.#snippets.keys());
        const where = path === pattern ? '' : ` (${quote(path)})`;
        this.#fail(at, `no snippet above and no file${where} has the name ${quote(pattern)}${suggestion}`);
      } else {
        this.#fail(at, `${quote(path)} cannot be read: ${errorMessage(error)}`);
      }
      return undefined;
    }
  }

  #isCycle(at: Token, origin: Origin): boolean {
    const chain = [origin.name];
    for (let each = origin.parent; each !== undefined; each = each.parent) {
      chain.push(each.name);
      if (each.name === origin.name) {
        this.#fail(at, `import cycle: ${shorten(chain.reverse()).join(' -> ')}`);
        return true;
      }
    }
    return false;
  }

  #exhaust(at: Token, found: string): void {
    // One message: all imports after this one would say the same.
    this.#exhausted = true;
    this.#fail(at, `${found}, which is the most that one Corefile may have`);
  }

  #fail(at: Token, message: string): void {
    this.#problems.error('COREFILE_IMPORT', at.position, message);
  }
}

function shorten(chain: readonly string[]): readonly string[] {
  return chain.length <= 10 ? chain : [...chain.slice(0, 5), '...', ...chain.slice(-4)];
}
