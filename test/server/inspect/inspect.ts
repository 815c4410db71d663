import type { ServiceEntryConfig } from '../../../src/plugins/serviceentry/config.ts';
import type { RegistryObject } from '../../../src/registry/model/object.ts';
import { Registry } from '../../../src/registry/registry.ts';
import type { Rejection } from '../../../src/registry/model/rejection.ts';
import { TableWriter } from '../../../src/table/writer.ts';
import type { ServerConfig } from '../../../src/server/config.ts';
import { configOf } from '../../../src/server/control/configure.ts';
import { Inspector, type InspectedRegistry } from '../../../src/server/inspect/inspector.ts';
import { withServerAddresses } from '../../../src/server/control/server.ts';
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
  const complete = withServerAddresses(config, () => ({}));
  const registries = complete.blocks.flatMap((block): InspectedRegistry[] => {
    const directive = configOf<ServiceEntryConfig>(block, 'serviceentry');
    if (!directive) return [];
    const table = new TableWriter(hashSeed);
    const { serverAddresses } = directive;
    const registry = new Registry(directive.registry, { table, serverAddresses, clock, logger: new RecordingLogger() });
    registry.apply(objects.map((object) => ({ type: 'upsert', object })));
    registry.rejected(rejections);
    registry.synced();
    return [
      {
        name: directive.table,
        get table() {
          return table.handle;
        },
        tableBytes: table.bytes,
        serial: table.serial,
        isSynced: true,
        config: directive,
        registry,
      },
    ];
  });
  return new Inspector(complete, registries, { clock, hashSeed, randomUint16: () => 7 });
}

export interface InspectedCase {
  /** Manifests. */
  readonly objects?: string;
  /** Lines of the `serviceentry` block. */
  readonly options?: string;
  /** Lines of the server block. */
  readonly block?: string;
  /** In place of `. mesh.test`. */
  readonly keys?: string;
}

/** An inspector of manifests, with the own zone mesh.test and a forwarder. */
export function inspect({
  objects = '',
  options = '',
  block = 'forward . 192.0.2.99',
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
  return inspectConfig(configFor(lines.join('\n')), read.objects, read.rejections);
}
