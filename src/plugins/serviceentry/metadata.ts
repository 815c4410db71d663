import { recordFlag } from '../../table/layout.ts';
import { hasFlag, nameAt, nameLengthOf } from '../../table/record.ts';
import type { MetadataSource } from '../../wire/metadata.ts';
import { formatName } from '../../wire/name.ts';
import type { HandlerEnvironment } from '../plugin.ts';
import { ClientFinder } from './client/client-finder.ts';
import type { ServiceEntryConfig } from './config.ts';
import { NameMatcher } from './match/name-matcher.ts';

/** What the registry knows of a query: the namespace of the client, and the host that answers. Each is looked up when it is asked for. */
export function serviceEntryMetadata(
  config: ServiceEntryConfig,
  environment: HandlerEnvironment,
): Readonly<Record<string, MetadataSource>> {
  const table = environment.table(config.table);
  const clients = new ClientFinder(config.clients, table);
  const matcher = new NameMatcher(config, table);
  return {
    'serviceentry/client-namespace': (query) => {
      clients.find(query);
      return clients.namespaceOf(query);
    },
    'serviceentry/host': (query) => {
      query.readName();
      const record = matcher.match(query);
      if (record < 0) return undefined;
      const { arena } = table;
      if (hasFlag(arena, record, recordFlag.own)) return undefined;
      const start = nameAt(matcher.found);
      return formatName(arena.subarray(start, start + nameLengthOf(arena, matcher.found)));
    },
  };
}
