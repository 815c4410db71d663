import { createHash, type Hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Directive, ServerBlock } from '../corefile/ast.ts';
import type { Environment } from '../corefile/environment.ts';
import { diskFiles } from '../corefile/files.ts';
import { parseCorefile } from '../corefile/parser.ts';
import { formatProblem, Problems } from '../corefile/problem.ts';
import type { CorefileText } from '../plugins/control.ts';
import { fileErrorText } from '../runtime/errors.ts';
import type { CorefileReader, ReadCorefile } from '../server/control/reload/reloader.ts';
import { configureBlocks, defaultFile, readCorefile } from './load.ts';

/** Characters of a Corefile with its imports that are kept to be shown: one that people write has some thousands. */
const maxKept = 1 << 20;

/**
 * Reads the Corefile that -conf names, as often as it is asked for. What counts as a change: a word in it or in a file that it imports,
 * with environment variables replaced (comments, spaces and line ends are none), what is wrong with it, and the contents of files that
 * plugins have read for it and do not look after by themselves.
 */
export class CorefileLoader implements CorefileReader {
  readonly first: ReadCorefile;
  readonly fixed: string | undefined;
  #conf: string | undefined;
  readonly #defaultPort: number;
  readonly #environment: Environment;
  /** Files that plugins have read for the last configuration. */
  #files: readonly string[] = [];

  /** Reads it for the first time; throws with a message for people where there is none. */
  constructor(conf: string | undefined, defaultPort: number, environment: Environment) {
    this.#conf = conf;
    this.#defaultPort = defaultPort;
    this.#environment = environment;
    // One that was there is not replaced by the built-in one when it goes away. It is read to see that: a process that may read
    // all files by a capability is told by existsSync that there is none.
    if (conf === undefined && readCorefile(conf, defaultPort).file === defaultFile) this.#conf = defaultFile;
    this.fixed = conf === 'stdin' ? 'the Corefile came from standard input' : undefined;
    this.first = this.read();
  }

  /** There is no Corefile: CoreDNS's own one stands in for it. */
  get isBuiltIn(): boolean {
    return this.#conf === undefined;
  }

  look(): string {
    const { blocks, problems } = this.#parse();
    return this.#stateOf(hashOf(blocks), problems);
  }

  read(): ReadCorefile {
    const { file, blocks, problems, texts } = this.#parse();
    const hash = hashOf(blocks);
    const said = problems.list.length;
    const files = new Set<string>();
    const readFile = (path: string, isWatched = false): string => {
      if (!isWatched) files.add(path);
      return readFileSync(path, 'utf8');
    };
    const config = configureBlocks(blocks, file, this.#defaultPort, problems, readFile);
    this.#files = [...files];
    const parsing = new Problems();
    parsing.list.push(...problems.list.slice(0, said));
    return { problems, config, hash, files: texts, state: this.#stateOf(hash, parsing) };
  }

  #parse(): { file: string; blocks: ServerBlock[]; problems: Problems; texts: readonly CorefileText[] } {
    const input = readCorefile(this.#conf, this.#defaultPort);
    const problems = new Problems();
    const texts = new CorefileTexts();
    texts.add(input.file, input.text);
    const readFile = (path: string): string => texts.add(path, diskFiles.readFile(path));
    const blocks = parseCorefile(input, this.#environment, { ...diskFiles, readFile }, problems);
    return { file: input.file, blocks, problems, texts: texts.list };
  }

  #stateOf(hash: string, problems: Problems): string {
    const state = createHash('sha512').update(hash);
    for (const problem of problems.list) state.update(`\n${formatProblem(problem)}`);
    for (const path of this.#files) state.update(`\n${path}\n${contentOf(path)}`);
    return state.digest('hex');
  }
}

/** What a Corefile and its imports say, for those who look at the configuration that runs: each file once. */
class CorefileTexts {
  readonly #texts = new Map<string, string | undefined>();
  #left = maxKept;

  /** Returns the text. */
  add(path: string, text: string): string {
    if (this.#texts.has(path)) return text;
    const isKept = text.length <= this.#left;
    this.#texts.set(path, isKept ? text : undefined);
    if (isKept) this.#left -= text.length;
    return text;
  }

  get list(): CorefileText[] {
    return Array.from(this.#texts, ([path, text]) => ({ path, text }));
  }
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return fileErrorText(error);
  }
}

/** SHA-512 of the blocks as they were parsed, in hexadecimal digits. Where something stands does not matter. */
function hashOf(blocks: readonly ServerBlock[]): string {
  const hash = createHash('sha512');
  for (const { keys, directives } of blocks) {
    hash.update(JSON.stringify(keys.map(({ scheme, zone, port }) => [scheme, zone, port])));
    addDirectives(hash, directives);
  }
  return hash.digest('hex');
}

function addDirectives(hash: Hash, directives: readonly Directive[]): void {
  hash.update('{');
  for (const { name, args, block } of directives) {
    hash.update(JSON.stringify([name, ...args].map(({ text }) => text)));
    if (block) addDirectives(hash, block);
  }
  hash.update('}');
}
