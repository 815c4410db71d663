import { readFileSync } from 'node:fs';
import type { ServerBlock } from '../corefile/ast.ts';
import { diskFiles } from '../corefile/files.ts';
import { parseCorefile } from '../corefile/parser.ts';
import { Problems } from '../corefile/problem.ts';
import { makePlugins } from '../plugins/plugins.ts';
import { networkInterfaces } from 'node:os';
import { version } from './version.ts';
import { configure, type ConfigureOptions } from '../server/control/configure.ts';
import type { ServerConfig } from '../server/config.ts';
import { errorCode, errorMessage } from '../runtime/errors.ts';

export const defaultFile = 'Corefile';
/** CoreDNS's, for a start without a Corefile. */
const defaultCorefile = '.:53 {\n  whoami\n  log\n}\n';

export interface LoadResult {
  readonly problems: Problems;
  /** Good only where `problems` has no errors. */
  readonly config: ServerConfig;
}

/** Reads the Corefile that -conf names, or `builtIn` without it and without ./Corefile; throws with a message for people where there is none. */
export function readCorefile(
  conf: string | undefined,
  defaultPort: number,
  builtIn = defaultCorefile,
): { file: string; text: string } {
  if (conf === 'stdin') return { file: 'stdin', text: readFileSync(0, 'utf8') };
  try {
    return { file: conf ?? defaultFile, text: readFileSync(conf ?? defaultFile, 'utf8') };
  } catch (error) {
    if (conf === undefined && errorCode(error) === 'ENOENT') {
      return { file: '(built-in Corefile)', text: builtIn.replace(':53', `:${defaultPort}`) };
    }
    throw new Error(`cannot read the Corefile: ${errorMessage(error)}`, { cause: error });
  }
}

/** Parses and checks a Corefile, and opens nothing. */
export function loadCorefile(
  input: { file: string; text: string },
  defaultPort: number,
  environment: Readonly<Record<string, string | undefined>>,
): LoadResult {
  const problems = new Problems();
  const blocks = parseCorefile(input, environment, diskFiles, problems);
  const readFile = (path: string): string => readFileSync(path, 'utf8');
  return { problems, config: configureBlocks(blocks, input.file, defaultPort, problems, readFile) };
}

/** What the blocks of a Corefile come to; reports into `problems`. */
export function configureBlocks(
  blocks: readonly ServerBlock[],
  file: string,
  defaultPort: number,
  problems: Problems,
  readFile: ConfigureOptions['readFile'],
): ServerConfig {
  const options = { plugins: makePlugins(), version, interfaces: networkInterfaces, defaultPort, readFile };
  const config = configure(blocks, options, problems);
  if (config.listeners.length === 0 && !problems.hasErrors) {
    const position = { file, line: 1, column: 1 };
    problems.error(
      'COREFILE_SYNTAX',
      position,
      "there is no server block: write one, such as '. { whoami }' over three lines",
    );
  }
  return config;
}
