import { readFileSync } from 'node:fs';
import { parseCorefile } from '../../src/corefile/parser.ts';
import { formatProblem, Problems } from '../../src/corefile/problem.ts';
import { BlockUpstreams } from '../../src/plugins/block-upstreams.ts';
import type { Handler, HandlerEnvironment, Interfaces, Plugin } from '../../src/plugins/plugin.ts';
import type { BlockConfig } from '../../src/server/config.ts';
import { FakeClock } from './fake-clock.ts';
import { RecordingLogger } from './quiet-logger.ts';
import { connectDgram } from '../../src/sockets/connect-dgram.ts';

export interface ParsedDirective<Config> {
  readonly config: Config;
  /** As they are printed, with the file named `Corefile`; `lines` start on its line 2. */
  readonly problems: readonly string[];
}

/** The config of a plugin of the block. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the name says which type it is
export function configOf<Config>({ plugins }: BlockConfig, name: string): Config | undefined {
  return plugins.find((plugin) => plugin.name === name)?.config as Config | undefined;
}

/** Has a plugin read lines as they would stand in the block of `example.org`. */
export function parseDirective<Config>(
  plugin: Pick<Plugin<Config>, 'name' | 'parse'>,
  lines: string,
  interfaces: Interfaces = () => ({}),
): ParsedDirective<Config> {
  const problems = new Problems();
  const files = {
    readFile: (path: string) => readFileSync(path, 'utf8'),
    list: () => [],
    isDirectory: () => false,
  };
  const text = `example.org:1053 {\n${lines}\n}\n`;
  const blocks = parseCorefile({ file: 'Corefile', text }, {}, files, problems);
  const directives = (blocks[0]?.directives ?? []).filter(({ name }) => name.text === plugin.name);
  const context = {
    zones: ['example.org.'],
    problems,
    version: '1.2.3',
    interfaces,
    root: '',
    readFile: files.readFile,
  };
  const config = plugin.parse(directives, context);
  return { config, problems: problems.list.map(formatProblem) };
}

/** What a query half gets in tests. */
export interface TestEnvironment extends HandlerEnvironment {
  readonly clock: FakeClock;
  readonly logger: RecordingLogger;
  /** Closes what was registered to be closed. */
  close(): Promise<void>;
}

/** An environment with a clock that stands still; random numbers are 0, 1, 2 … unless `random` gives others. */
export function makeEnvironment(random?: () => number): TestEnvironment {
  const closers: (() => void | Promise<void>)[] = [];
  let count = 0;
  return {
    clock: new FakeClock(),
    logger: new RecordingLogger(),
    zones: ['example.org.'],
    nextFor: () => undefined,
    randomUint16: random ?? (() => count++ & 0xffff),
    connectUdp: connectDgram,
    shared: new Int32Array(64),
    worker: { index: 0, count: 1 },
    upstreams: new BlockUpstreams(),
    report: () => undefined,
    onPublished: () => undefined,
    table: () => {
      throw new Error('this test has no answer table');
    },
    onClose: (close) => closers.push(close),
    async close() {
      for (const close of closers) await close();
    },
  };
}

/** The end of a chain that must not be reached. */
export const unreachable: Handler = () => {
  throw new Error('the next plugin was asked');
};
