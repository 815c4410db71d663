import { nameOf } from '../../registry/explain/entries.ts';
import { explainName, explainPtrs } from '../../registry/explain/explain.ts';
import { leftOutPart } from '../../registry/explain/left-out.ts';
import { zoneOf } from '../../registry/explain/match.ts';
import { servedRecords, type Served } from '../../registry/export/served.ts';
import { zoneFiles } from '../../registry/export/zone-files.ts';
import type { LeftOutPart } from '../../registry/explain/explanation.ts';
import type { Registry } from '../../registry/registry.ts';
import type { HostIndex } from '../../registry/search/host-index.ts';
import type { HostRow } from '../../registry/search/host-row.ts';
import type { SourceStatus } from '../../registry/sources/source.ts';
import { canonicalAddress } from '../../wire/address.ts';
import type { MessageText } from '../../wire/message-text.ts';
import type {
  Asker,
  ClientText,
  HostEntry,
  Inspectable,
  NameInspection,
  PublicHosts,
  RegistryStatusText,
  WatchText,
} from '../inspection.ts';
import type { ChangeTimes } from './change-times.ts';
import { clientsOfNamespace, viewOfClient, type ClientView } from './client/client-view.ts';
import type { ServiceEntryConfig } from './config.ts';

const maxRejections = 100;
const maxEntries = 5;

/** A registry at work, as far as it is looked at. */
export interface InspectedRegistry {
  readonly tableBytes: number;
  readonly serial: number;
  readonly isSynced: boolean;
  readonly config: ServiceEntryConfig;
  readonly registry: Registry;
  readonly hosts: HostIndex;
  readonly changeTimes: Pick<ChangeTimes, 'lastMs'>;
  readonly sourceNames: readonly string[];
  readonly sourceStatus: readonly SourceStatus[];
  readonly waitingText: string;
  readonly publicHosts: PublicHosts;
}

/** Explains the names of one registry, and changes nothing. */
export class RegistryInspectable implements Inspectable {
  readonly #inspected: InspectedRegistry;

  constructor(inspected: InspectedRegistry) {
    this.#inspected = inspected;
  }

  get isSynced(): boolean {
    return this.#inspected.isSynced;
  }

  get table(): string {
    return this.#inspected.config.table;
  }

  get publicHosts(): PublicHosts {
    return this.#inspected.publicHosts;
  }

  explain(name: string, asker: Asker): NameInspection {
    const { registry, config } = this.#inspected;
    const { address, view } = this.#viewOf(asker);
    return {
      client: textOf(view, address),
      registry: explainName(name, view, registry, config.fallthrough),
      ptr: explainPtrs(name, view, registry),
    };
  }

  configFor({ namespace, isMeshed = false }: Asker): ServiceEntryConfig {
    const { config } = this.#inspected;
    return namespace === undefined
      ? config
      : { ...config, clients: { ...clientsOfNamespace(namespace, isMeshed), locality: config.clients.locality } };
  }

  replyWarnings(reply: MessageText | undefined): readonly string[] {
    const warnings: string[] = [];
    if (!this.isSynced) warnings.push('the registry is not read yet: what is shown here is not all');
    const most = this.#inspected.config.registry.maxRecords;
    if (most !== undefined && reply?.flags.includes('aa') && reply.answer.length === most) {
      warnings.push(`max_records ${most}: where there are more, each reply has others of them`);
    }
    return warnings;
  }

  served(asker: Asker, reaches: (name: string) => boolean): Iterable<Served> {
    const { registry, config, serial } = this.#inspected;
    const { serverAddresses, negativeTtl, fallthrough = [] } = config;
    const { zones } = config.registry;
    const { view } = this.#viewOf(asker);
    const isClosed = (name: string): boolean => {
      return zoneOf(name, zones) !== undefined && zoneOf(name, fallthrough) === undefined;
    };
    return servedRecords(registry, { view, serverAddresses, serial, negativeTtl, reaches, isClosed });
  }

  *zoneText(records: Iterable<Served>): Iterable<string> {
    const { config, serial } = this.#inspected;
    const { serverAddresses, negativeTtl } = config;
    const { zones: ownZones, ttl } = config.registry;
    const { zones, remarks } = zoneFiles(records, { ownZones, serverAddresses, serial, ttl, negativeTtl });
    for (const { apex, text } of zones) yield `; zone ${apex}\n${text}\n`;
    if (remarks.length > 0) yield `; in no zone\n${remarks.join('\n')}\n`;
  }

  status(): RegistryStatusText {
    const { isSynced, tableBytes, serial, registry, changeTimes, sourceNames, sourceStatus, waitingText } =
      this.#inspected;
    const { rejections, ...status } = registry.status;
    return {
      isSynced,
      ...status,
      tableBytes,
      serial,
      changedMs: changeTimes.lastMs,
      sources: sourceNames,
      watches: sourceStatus.map(watchText),
      waiting: waitingText,
      rejections: rejections.slice(0, maxRejections).map(leftOutPart),
      rejectionCount: rejections.length,
    };
  }

  hosts(): HostIndex {
    return this.#inspected.hosts;
  }

  entriesOf({ host }: HostRow): readonly HostEntry[] {
    const entries = this.#inspected.registry.store.entriesOf(host);
    return entries.slice(0, maxEntries).map((entry) => ({ name: nameOf(entry), origin: entry.meta.origin.text }));
  }

  leftOut(): readonly LeftOutPart[] {
    return this.#inspected.registry.status.rejections.map(leftOutPart);
  }

  #viewOf({ client, namespace, isMeshed = false }: Asker): { view: ClientView; address: string | undefined } {
    const { registry, config } = this.#inspected;
    if (namespace !== undefined) {
      const sidecar = registry.sidecarFor(namespace, []);
      const { locality, whyLocality } = viewOfClient(
        undefined,
        this.configFor({ namespace, isMeshed }).clients,
        registry,
      );
      const view = { namespace, isMeshed, sidecar, why: 'as it was asked for', locality, whyLocality };
      return { view, address: undefined };
    }
    const address = client === undefined ? undefined : canonicalAddress(client);
    return { view: viewOfClient(address, config.clients, registry), address };
  }
}

function watchText({ cluster, kind, state, isSynced, trouble, objects, lastEventMs }: SourceStatus): WatchText {
  return { cluster, kind, state, isSynced, trouble, objects, lastEventMs };
}

function textOf({ sidecar, ...view }: ClientView, address: string | undefined): ClientText {
  return {
    ...view,
    ...(address === undefined ? {} : { address }),
    ...(sidecar?.egressHosts ? { sidecar: `${sidecar.meta.namespace}/${sidecar.meta.name}` } : {}),
  };
}
