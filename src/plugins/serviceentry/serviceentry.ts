import { isAtOrBelow } from '../../wire/zone-text.ts';
import type { Plugin } from '../plugin.ts';
import { forInspection, type ServiceEntryConfig } from './config.ts';
import { serviceEntryHandler } from './handler.ts';
import { parseServiceEntry } from './parse.ts';
import type { MakeSources } from './registry-service.ts';

/**
 * `serviceentry`: answers for the hosts of ServiceEntries. The control half watches the objects and writes the answer table,
 * the query half reads it:
 *
 *     sources ─► store ─► resolve ─► publish ─► table ─► handler
 *     (control.ts, registry-service.ts)                  (handler.ts)
 *
 * The handler answers a query in three steps:
 *
 *     match/    the record of the name: a host, an endpoint name or a wildcard; the own zones
 *     client/   which of its views this client sees, by namespace and Sidecar
 *     reply/    the records of the reply; what an on-demand host needs is looked up first
 *
 * `makeSources` stands in for the sources that the directive names, in tests and benchmarks.
 */
export function makeServiceEntryPlugin(makeSources?: MakeSources) {
  return {
    name: 'serviceentry',
    parse: parseServiceEntry,
    place: (config, { addresses, zonesBeside }) => ({
      ...config,
      serverAddresses: addresses,
      registry: { ...config.registry, zonesBelow: zonesBeside.filter((zone) => isBelowOwn(zone, config)) },
    }),
    missing: async (config) => (await import('./surroundings.ts')).missingSurroundings(config),
    control: async (uses, host) => new (await import('./control.ts')).ServiceEntryControl(uses, host, makeSources),
    explains: true,
    forInspection,
    query: serviceEntryHandler,
  } satisfies Plugin<ServiceEntryConfig>;
}

/** Only DS of such a zone, and names between, come to the block above: there they exist. */
function isBelowOwn(zone: string, { registry }: ServiceEntryConfig): boolean {
  return registry.zones.some((own) => zone !== own && isAtOrBelow(zone, own));
}
