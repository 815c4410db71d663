import type { CounterSums, Host } from '../../../../src/plugins/control.ts';
import { forwardControl } from '../../../../src/plugins/forward/control.ts';
import {
  formatUpstream,
  type ForwardConfig,
  type LineState,
  type PublishedLines,
} from '../../../../src/plugins/forward/config.ts';
import { forwardPlugin } from '../../../../src/plugins/forward/forward.ts';
import { leaveOutOwn } from '../../../../src/plugins/forward/own-upstreams.ts';
import type { OwnEndpoints } from '../../../../src/plugins/own-endpoints.ts';
import { Problems } from '../../../../src/corefile/problem.ts';
import { forwardSeriesLength } from '../../../../src/plugins/forward/meter.ts';
import type { FamilyAddresses, Lookup } from '../../../../src/plugins/forward/sources/lookup.ts';
import type { FileSystem } from '../../../../src/runtime/files/file-system.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { parseDirective } from '../../../support/plugin.ts';
import { RecordingLogger } from '../../../support/quiet-logger.ts';

export const nothing: FamilyAddresses = { reason: 'it has no address', isNone: true };
export const noReply: FamilyAddresses = { reason: 'no reply', isNone: false };

export function addresses(ttlS: number, ...list: readonly string[]): FamilyAddresses {
  return { addresses: list, ttlMs: ttlS * 1000 };
}

/** The control half of forward alone, with names and files as a test has them. */
export class ControlHarness {
  readonly clock = new FakeClock();
  readonly logger = new RecordingLogger();
  readonly config: ForwardConfig;
  readonly control: ReturnType<typeof forwardControl>;
  /** What the names are: asked for by each look-up. */
  readonly names = new Map<string, readonly [FamilyAddresses, FamilyAddresses]>();
  /** What the control half reads; none exists but these. */
  readonly files = new Map<string, string>();
  /** The look-ups that were made, each with the servers that were asked. */
  readonly lookups: string[] = [];
  /** Look-ups are never answered. */
  isSilent = false;
  published: PublishedLines = new Map();
  publications = 0;
  /** The numbers of one worker. */
  readonly memory: Float64Array;

  /** `own` are the listeners of the server, as far as queries of the lines would come back from them. */
  constructor(lines: string, own: OwnEndpoints = { listeners: [], machine: [] }) {
    const { config, problems } = parseDirective(forwardPlugin, lines);
    if (problems.some((problem) => problem.includes(' error: '))) throw new Error(problems.join('\n'));
    this.config = leaveOutOwn(config, { problems: new Problems(), ownEndpoints: () => own });
    this.memory = new Float64Array(forwardSeriesLength(config));
    const position = { file: 'Corefile', line: 2, column: 1 };
    this.control = forwardControl(
      [{ block: 0, view: '', zones: ['.'], config: this.config, position }],
      this.#host(),
      this.#lookup,
      this.#fileSystem(),
    );
  }

  /** Lets look-ups that are answered have their effect. */
  async settle(): Promise<void> {
    for (let i = 0; i < 10; i++) await Promise.resolve();
  }

  async start(): Promise<void> {
    await this.control.start?.();
    await this.control.load?.();
  }

  async advance(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.settle();
  }

  /** The first line as the workers know it. */
  get state(): LineState {
    return this.published.get(0)!;
  }

  get upstreams(): string[] {
    return this.state.upstreams.map(formatUpstream);
  }

  metric(name: string): Map<string, number> {
    const families = this.control.metrics!(() => true).filter((family) => family.name === name);
    const samples = families.flatMap((family) => family.samples());
    return new Map(samples.map(({ labels, value }) => [labels.to ?? labels.name ?? labels.file ?? '', value]));
  }

  readonly #lookup: Lookup = (name, servers) => {
    this.lookups.push(`${name} ${servers.join(',')}`.trim());
    if (this.isSilent) return new Promise(() => undefined);
    return Promise.resolve(this.names.get(name) ?? [noReply, noReply]);
  };

  /** What is not one of the files is a directory. Nothing tells of changes. */
  #fileSystem(): FileSystem {
    const textOf = (path: string): string => {
      const text = this.files.get(path);
      if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
      return text;
    };
    const isFile = (path: string): boolean => path.endsWith('.conf');
    return {
      status: (path) => ({
        kind: isFile(path) ? 'file' : 'directory',
        identity: path,
        stamp: isFile(path) ? textOf(path) : path,
        size: 0,
        modifiedMs: 0,
      }),
      list: () => [],
      read: (path, limit) => Buffer.from(textOf(path)).subarray(0, limit),
      linkTarget: () => undefined,
      watch: () => () => undefined,
    };
  }

  #host(): Host {
    const { clock, logger, memory } = this;
    const sums: CounterSums = {
      workers: 1,
      at: (index) => memory[index]!,
      slice: (start, length) => [...memory.subarray(start, start + length)],
    };
    const host: Partial<Host> = {
      clock,
      logger,
      readFile: (path) => {
        const text = this.files.get(path);
        if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
        return text;
      },
      publish: (_, data) => {
        this.published = data as PublishedLines;
        this.publications++;
      },
      counters: () => sums,
    };
    return host as Host;
  }
}
