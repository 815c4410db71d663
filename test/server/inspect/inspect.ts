import type { ServiceEntryConfig } from '../../../src/plugins/serviceentry/config.ts';
import type { RegistryObject } from '../../../src/registry/model/object.ts';
import { Registry } from '../../../src/registry/registry.ts';
import type { Rejection } from '../../../src/registry/model/rejection.ts';
import { HostIndex } from '../../../src/registry/search/host-index.ts';
import { TableWriter } from '../../../src/table/writer.ts';
import type { ServerConfig } from '../../../src/server/config.ts';
import { configOf } from '../../support/plugin.ts';
import { Inspector } from '../../../src/server/inspect/inspector.ts';
import { makePlugins } from '../../../src/plugins/plugins.ts';
import { RegistryInspectable } from '../../../src/plugins/serviceentry/inspectable.ts';
import { RegistryPublicHosts } from '../../../src/plugins/serviceentry/public-hosts.ts';
import { withPlaces } from '../../../src/server/control/places.ts';
import { configFor, readObjects } from '../../semantics/in-process.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { RecordingLogger } from '../../support/quiet-logger.ts';

const hashSeed = 0x5eed;

/** An inspector of a Corefile, each of whose registries holds these objects. */
export function inspectConfig(
  config: ServerConfig,
  objects: readonly RegistryObject[],
  rejections: readonly Rejection[] = [],
): Inspector {
  const clock = new FakeClock();
  const complete = withPlaces(config, makePlugins(), () => ({}));
  const tables = new Map<number, TableWriter>();
  const inspectables = complete.blocks.map((block) => {
    const directive = configOf<ServiceEntryConfig>(block, 'serviceentry');
    if (!directive) return new Map<string, RegistryInspectable>();
    const table = new TableWriter(hashSeed);
    const { serverAddresses } = directive;
    const registry = new Registry(directive.registry, { table, serverAddresses, clock, logger: new RecordingLogger() });
    registry.apply(objects.map((object) => ({ type: 'upsert', object })));
    registry.rejected(rejections);
    registry.synced();
    tables.set(block.plugins.find(({ name }) => name === 'serviceentry')!.instance, table);
    const { bytes: tableBytes, serial } = table;
    const hosts = new HostIndex(registry, clock, () => true);
    const sources = { hosts, changeTimes: { lastMs: undefined }, sourceNames: [], sourceStatus: [], waitingText: '' };
    const publicHosts = new RegistryPublicHosts(registry, () => true);
    const inspected = { tableBytes, serial, isSynced: true, config: directive, registry, publicHosts, ...sources };
    return new Map([['serviceentry', new RegistryInspectable(inspected)]]);
  });
  return new Inspector(complete, (block) => inspectables[block]!, {
    plugins: makePlugins(),
    clock,
    hashSeed,
    randomUint16: () => 7,
    table: (instance) => tables.get(instance)!.handle,
    published: () => undefined,
  });
}

export interface InspectedCase {
  /** Manifests. */
  readonly objects?: string;
  /** Lines of the `serviceentry` block. */
  readonly options?: string;
  /** Lines of the server block. */
  readonly block?: string;
  /** What is left out. */
  readonly rejections?: readonly Rejection[];
  /** In place of `. mesh.test`. */
  readonly keys?: string;
}

/** An inspector of manifests, with the own zone mesh.test and a forwarder. */
export function inspect({
  objects = '',
  options = '',
  block = 'forward . 192.0.2.99',
  rejections = [],
  keys,
}: InspectedCase): Inspector {
  const lines = [
    `${keys ?? '.:1053 mesh.test:1053'} {`,
    'bind 192.0.2.1 2001:db8::53',
    'serviceentry {',
    'file /nowhere',
    options,
    '}',
    block,
    '}',
    '',
  ];
  const read = readObjects(objects);
  return inspectConfig(configFor(lines.join('\n')), read.objects, [...read.rejections, ...rejections]);
}
