import { makePlugins } from '../../src/plugins/plugins.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CORE_SCHEMA, loadAll } from 'js-yaml';
import { loadCorefile } from '../../src/cli/load.ts';
import { formatProblem } from '../../src/corefile/problem.ts';
import { startAllocation } from '../../src/plugins/serviceentry/allocation.ts';
import type { ServiceEntryConfig } from '../../src/plugins/serviceentry/config.ts';
import type { RegistryObject } from '../../src/registry/model/object.ts';
import { readObject } from '../../src/registry/decode/object.ts';
import { Registry } from '../../src/registry/registry.ts';
import type { Rejection } from '../../src/registry/model/rejection.ts';
import { TableReader } from '../../src/table/reader.ts';
import { TableWriter } from '../../src/table/writer.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { withPlaces } from '../../src/server/control/places.ts';
import { Dispatcher } from '../../src/server/worker/dispatcher.ts';
import { BlockChain } from '../../src/server/worker/chain.ts';
import type { ServerConfig } from '../../src/server/config.ts';
import { configOf } from '../support/plugin.ts';
import { makeCounters } from '../../src/server/counters.ts';
import { Query, type Transport } from '../../src/wire/query.ts';
import { RecordingLogger } from '../support/quiet-logger.ts';
import type { SemanticsCase } from './case.ts';
import { serverBlock } from './corefile.ts';
import { connectDgram } from '../../src/sockets/connect-dgram.ts';

const hashSeed = 0x5eed;

/** The config of one case, from a real Corefile; throws where that has errors. */
export function configFor(corefile: string): ServerConfig {
  const { problems, config } = loadCorefile({ file: 'Corefile', text: corefile }, 53, {});
  if (problems.hasErrors) throw new Error(problems.list.map(formatProblem).join('\n'));
  return withPlaces(config, makePlugins(), () => ({}));
}

/** The objects of manifests, with what was left out of them. */
export function readObjects(text: string): { objects: RegistryObject[]; rejections: Rejection[] } {
  const objects: RegistryObject[] = [];
  const rejections: Rejection[] = [];
  for (const [index, document] of loadAll(text, { schema: CORE_SCHEMA }).entries()) {
    if (document === null) continue;
    const result = readObject(document, { text: `case.yaml:${index}` });
    if (result.type === 'skipped') throw new Error(`skipped: ${result.what}`);
    rejections.push(...result.rejections);
    if (result.type === 'object') objects.push(result.object);
  }
  return { objects, rejections };
}

/** A registry, its table and the chain that reads it, without sockets of its own. */
export class InProcess {
  readonly registry: Registry;
  readonly writer: TableWriter;
  readonly logger = new RecordingLogger();
  readonly #dispatcher: Dispatcher;
  readonly #closers: (() => void | Promise<void>)[] = [];

  constructor(semanticsCase: SemanticsCase, upstreamPort: number | undefined, clock = systemClock) {
    const needsDirectory = semanticsCase.options?.includes('DIRECTORY') === true;
    const directory = needsDirectory ? mkdtempSync(join(tmpdir(), 'semantics-')) : '';
    if (needsDirectory) this.#closers.push(() => rmSync(directory, { recursive: true }));
    const place = { port: 1053, directory, file: '/nowhere', upstreamPort };
    const config = configFor(serverBlock(semanticsCase, place));
    const block = config.blocks[0]!;
    const { registry, allocation } = configOf<ServiceEntryConfig>(block, 'serviceentry')!;
    const allocating = startAllocation(allocation, systemClock, this.logger);
    this.#closers.push(() => allocating?.close());
    const reader: TableReader[] = [];
    this.writer = new TableWriter(hashSeed, (handle) => reader[0]?.use(handle));
    const table = new TableReader(this.writer.handle);
    reader.push(table);
    this.registry = new Registry(registry, {
      table: this.writer,
      serverAddresses: ['127.0.0.1'],
      allocation: allocating,
      clock: systemClock,
      logger: this.logger,
    });
    const chain = new BlockChain(block, {
      plugins: makePlugins(),
      clock,
      logger: this.logger,
      zones: block.zones,
      randomUint16: () => Math.floor(Math.random() * 65_536),
      connectUdp: connectDgram,
      table: () => table,
    });
    this.#closers.push(() => chain.close());
    const zones = config.listeners[0]!.zones.map(([zone]) => [zone, chain] as const);
    this.#dispatcher = new Dispatcher(zones, new Float64Array(makeCounters()), this.logger);
  }

  /** Gives the registry all objects at once and says that this is all. */
  fill(objects: readonly RegistryObject[]): void {
    this.registry.apply(objects.map((object) => ({ type: 'upsert', object })));
    this.registry.synced();
  }

  async ask(message: Uint8Array, transport: Transport, from = '127.0.0.1'): Promise<Uint8Array> {
    const query = new Query(hashSeed);
    query.bytes = message;
    query.end = message.length;
    query.out = new Uint8Array(65_535);
    query.transport = transport;
    query.peer = { address: from, port: 40_000, family: 4 };
    // As a listener does with what comes in one batch of datagrams.
    if (transport === 'udp') this.#dispatcher.prepare([query], 1);
    const length = await this.#dispatcher.answer(query);
    return query.out.slice(query.outStart, query.outStart + length);
  }

  async close(): Promise<void> {
    for (const close of this.#closers.toReversed()) await close();
  }
}
