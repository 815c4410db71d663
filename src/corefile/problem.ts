import { formatPosition, type Position } from './position.ts';

/**
 * The stable codes of what can be wrong with a Corefile. The README lists them; a test compares.
 * A code never changes its meaning; new ones are added at the end.
 */
export const corefileCodes = {
  COREFILE_SYNTAX: 'the text does not follow the grammar: a brace, quote or line ending is missing or misplaced',
  COREFILE_IMPORT: 'an import cannot be followed: no such file or snippet, too deep, or an unusable pattern',
  COREFILE_KEY: 'a server block key is not [SCHEME://]ZONE[:PORT]',
  COREFILE_OVERLAP: 'two server blocks serve the same zone on the same address and port',
  COREFILE_DIRECTIVE: 'no directive has this name, or it is not built yet',
  COREFILE_OPTION: 'the directive has no option of this name, or it is not built yet',
  COREFILE_ARGUMENT: 'an argument is missing, superfluous, or not of the form that the option takes',
  COREFILE_REPEATED: 'this may stand only once in its block',
  COREFILE_CONFLICT: 'two options or directives contradict each other',
  COREFILE_FILE: 'a file that the Corefile names cannot be read or used',
} as const;

export type CorefileCode = keyof typeof corefileCodes;

/** One thing that is wrong with a Corefile. `message` says what was found, what was expected and, where one is near, suggests a word. */
export interface Problem {
  readonly code: CorefileCode;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly position: Position;
}

/** `FILE:LINE:COLUMN: error: MESSAGE [CODE]` */
export function formatProblem(problem: Problem): string {
  return `${formatPosition(problem.position)}: ${problem.severity}: ${problem.message} [${problem.code}]`;
}

/** More say nothing new, and a file that is no Corefile has one in each line. */
const maxProblems = 1000;

/** Collects problems, so that one run over a Corefile reports all of them: the first 1000. */
export class Problems {
  readonly list: Problem[] = [];
  /** How many more there were. */
  omitted = 0;
  #hasErrors = false;

  error(code: CorefileCode, position: Position, message: string): void {
    // An error is shown, however many warnings there are.
    if (!this.#hasErrors && this.isFull) {
      this.list.pop();
      this.omitted++;
    }
    this.#hasErrors = true;
    this.#add({ code, severity: 'error', message, position });
  }

  warning(code: CorefileCode, position: Position, message: string): void {
    this.#add({ code, severity: 'warning', message, position });
  }

  /** No more are shown, so that what takes time to say need not be found out. */
  get isFull(): boolean {
    return this.list.length >= maxProblems;
  }

  #add(problem: Problem): void {
    if (!this.isFull) this.list.push(problem);
    else this.omitted++;
  }

  /** In the order of the text, file by file as they were first spoken of. */
  sorted(): Problem[] {
    const files = [...new Set(this.list.map(({ position }) => position.file))];
    return this.list.toSorted(
      ({ position: a }, { position: b }) =>
        files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
    );
  }

  get hasErrors(): boolean {
    return this.#hasErrors;
  }
}
