import type { ClientsConfig, ServiceEntryConfig } from '../../plugins/serviceentry/config.ts';
import { clientsOfNamespace, viewOfClient, type ClientView } from '../../plugins/serviceentry/client/client-view.ts';
import { canonicalAddress, familyOf } from '../../wire/address.ts';
import { explainName, explainPtrs } from '../../registry/explain/explain.ts';
import type { LeftOutPart, NameExplanation } from '../../registry/explain/explanation.ts';
import { leftOutPart } from '../../registry/explain/left-out.ts';
import type { Registry } from '../../registry/registry.ts';
import { TableReader } from '../../table/reader.ts';
import type { TableHandle } from '../../table/layout.ts';
import type { Clock } from '../../runtime/clock.ts';
import { typeName } from '../../wire/codes.ts';
import { encodeName, formatName } from '../../wire/name.ts';
import type { BlockConfig, PluginConfig, ServerConfig } from '../config.ts';
import { configOf } from '../control/configure.ts';
import { Blocks } from './blocks.ts';
import { askChain, type AskEnvironment, type AskResult, type Forwarded } from './dry-run.ts';
import type { MessageText } from './message-text.ts';
import { InspectError } from './inspect-error.ts';
import { readQuestion } from './question.ts';

/** A registry at work, as far as it is looked at. */
export interface InspectedRegistry {
  /** Name of its table. */
  readonly name: string;
  readonly table: TableHandle;
  readonly tableBytes: number;
  readonly serial: number;
  readonly isSynced: boolean;
  readonly config: ServiceEntryConfig;
  readonly registry: Registry;
}

/** Who asks: by address, or by namespace. At most one of the first two. */
export interface Asker {
  readonly client?: string | undefined;
  readonly namespace?: string | undefined;
  /** With a namespace: the mesh captures the client's traffic. */
  readonly isMeshed?: boolean | undefined;
}

export interface ExplainRequest extends Asker {
  /** A name or an IP address. */
  readonly name: string;
  /** A for names and PTR for addresses unless it is said. */
  readonly type?: string | undefined;
  /** Of the listener; the first that serves the name unless it is said. */
  readonly port?: number | undefined;
}

/** Who asks; of the Sidecar that limits what is seen, `namespace/name`. */
export interface ClientText extends Omit<ClientView, 'sidecar'> {
  readonly address?: string;
  readonly sidecar?: string;
}

/** Everything about one question, as plain data. */
export interface Explanation {
  /** Absolute, lower-case. */
  readonly name: string;
  readonly type: string;
  readonly client: ClientText;
  /** Where the question goes: the key of the server block, and its plugins in their order; `null` where none serves it. */
  readonly block: { readonly key: string; readonly plugins: readonly string[] } | null;
  readonly registry: NameExplanation | null;
  readonly pointers: readonly { readonly target: string; readonly host: string; readonly isSeen: boolean }[];
  readonly warnings: readonly string[];
  readonly reply: MessageText | null;
  readonly forwarded: readonly Forwarded[];
  /** What is answered where the server that is asked knows nothing of the name; only where that differs. */
  readonly replyWithoutUpstream: MessageText | null;
}

/** What a running server says of itself. */
export interface ServerStatus {
  readonly listeners: readonly string[];
  readonly workers: number;
  readonly restarts: number;
  readonly registries: readonly {
    readonly block: string;
    readonly isSynced: boolean;
    readonly objects: number;
    readonly hosts: number;
    readonly resolved: number;
    readonly tableBytes: number;
    readonly serial: number;
    /** The first 100. */
    readonly rejections: readonly LeftOutPart[];
    readonly rejectionCount: number;
  }[];
}

export interface InspectorEnvironment {
  readonly clock: Clock;
  readonly hashSeed: number;
  randomUint16(): number;
}

const maxRejections = 100;
/** An address that no Pod has: a client of which nothing is known. */
const unknownClient = '0.0.0.0';

/** Looks at a configuration and its registries, and changes nothing: what `explain`, `records` and `admin` show. */
export class Inspector {
  readonly #config: ServerConfig;
  readonly #registries: readonly InspectedRegistry[];
  readonly #environment: InspectorEnvironment;
  readonly #blocks: Blocks;

  constructor(config: ServerConfig, registries: readonly InspectedRegistry[], environment: InspectorEnvironment) {
    this.#config = config;
    this.#blocks = new Blocks(config);
    this.#registries = registries;
    this.#environment = environment;
  }

  get registries(): readonly InspectedRegistry[] {
    return this.#registries;
  }

  /**
   * Answers the question and says why. Nothing is sent anywhere unless `resolves`. Throws InspectError for a name, type
   * or client that is none.
   */
  async explain(request: ExplainRequest, resolves = false): Promise<Explanation> {
    const { name, type } = readQuestion(request);
    const wire = encodeName(name)!;
    const absolute = formatName(wire);
    const text = absolute === '.' ? '' : absolute.slice(0, -1);
    const found = this.#findBlock(text, request.port);
    if (!found) {
      const client = textOf(this.viewOf(request, undefined));
      const warnings = [`no server block has a zone for ${absolute}: the reply is REFUSED`];
      const nothing = {
        block: null,
        registry: null,
        pointers: [],
        reply: null,
        forwarded: [],
        replyWithoutUpstream: null,
      };
      return { name: absolute, type: typeName(type), client, warnings, ...nothing };
    }
    const inspected = this.#registryOf(found.block);
    const view = this.viewOf(request, inspected);
    const registry = inspected ? this.#explainName(text, view, inspected) : null;
    const pointers = inspected ? explainPtrs(text, view, inspected.registry) : [];
    const block = request.namespace === undefined ? found.block : withNamespace(found.block, view);
    const client = request.client === undefined ? unknownClient : canonicalAddress(request.client)!;
    const question = { name, type, client, clientFamily: familyOf(client) };
    const ask = this.#askEnvironment();
    const result = await askChain(block, question, ask, resolves ? 'resolve' : 'none');
    const without =
      resolves || result.forwarded.length === 0 ? undefined : await askChain(block, question, ask, 'nxdomain');
    return {
      name: absolute,
      type: typeName(type),
      client: textOf(view),
      block: { key: found.key, plugins: found.block.plugins.map((plugin) => plugin.name) },
      registry,
      pointers,
      warnings: [...(registry?.warnings ?? []), ...found.notes, ...replyWarnings(result, inspected)],
      reply: result.reply ?? null,
      forwarded: result.forwarded,
      replyWithoutUpstream: without && isOurs(without) ? (without.reply ?? null) : null,
    };
  }

  status(workers: number, restarts: number): ServerStatus {
    return {
      listeners: this.#blocks.keys(),
      workers,
      restarts,
      registries: this.#registries.map((each) => {
        const { rejections, ...status } = each.registry.status;
        const { isSynced, tableBytes, serial } = each;
        return {
          block: this.keysOf(each).join(' '),
          isSynced,
          ...status,
          tableBytes,
          serial,
          rejections: rejections.slice(0, maxRejections).map(leftOutPart),
          rejectionCount: rejections.length,
        };
      }),
    };
  }

  /** The keys of the block that a registry belongs to. */
  keysOf(inspected: InspectedRegistry): string[] {
    return this.#blocks.keys(this.#indexOf(inspected));
  }

  /** Whether queries for a name (lower-case, without trailing dot) come to a registry. */
  reaches(inspected: InspectedRegistry, name: string): boolean {
    return this.#blocks.reaches(this.#indexOf(inspected), name);
  }

  /** The block that answers for a name (without trailing dot), on the listener of this port or on the first that has one. */
  #findBlock(
    name: string,
    port: number | undefined,
  ): { block: BlockConfig; key: string; notes: readonly string[] } | undefined {
    const [first, ...others] = this.#blocks.find(name, port);
    if (!first) return undefined;
    const other = others.find(({ block }) => block !== first.block);
    const notes = other ? [`another server block answers on ${other.key}: -port shows that one`] : [];
    return { block: this.#config.blocks[first.block]!, key: first.key, notes };
  }

  #registryOf(block: BlockConfig): InspectedRegistry | undefined {
    const config = configOf<ServiceEntryConfig>(block, 'serviceentry');
    return config && this.#registries.find(({ name }) => name === config.table);
  }

  #indexOf(inspected: InspectedRegistry): number {
    return this.#config.blocks.findIndex((block) => this.#registryOf(block) === inspected);
  }

  #explainName(name: string, view: ClientView, { registry, config }: InspectedRegistry): NameExplanation {
    return explainName(name, view, registry, config.fallthrough);
  }

  /** Who a client is for a registry. Throws InspectError for what is no address or namespace. */
  viewOf(
    { client, namespace, isMeshed = false }: Asker,
    inspected: InspectedRegistry | undefined,
  ): ClientView & { address?: string } {
    if (client !== undefined && namespace !== undefined)
      throw new InspectError('name a client or a namespace, not both');
    if (namespace !== undefined) {
      if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace))
        throw new InspectError(`'${namespace}' is no namespace`);
      const sidecar = inspected?.registry.sidecarFor(namespace, []);
      return { namespace, isMeshed, sidecar, why: 'as it was asked for' };
    }
    const address = client === undefined ? undefined : canonicalAddress(client);
    if (client !== undefined && address === undefined) throw new InspectError(`'${client}' is no IP address`);
    const config: ClientsConfig = inspected?.config.clients ?? noClients;
    const view = viewOfClient(address, config, inspected?.registry);
    return { ...view, ...(address === undefined ? {} : { address }) };
  }

  #askEnvironment(): AskEnvironment {
    const { clock, hashSeed } = this.#environment;
    return {
      clock,
      hashSeed,
      randomUint16: () => this.#environment.randomUint16(),
      table: (name) => new TableReader(this.#registries.find((each) => each.name === name)!.table),
    };
  }
}

const noClients: ClientsConfig = { rules: [], forwarders: [], meshed: [], usesSubnet: false, namespace: undefined };

function textOf({ sidecar, ...view }: ClientView & { address?: string }): ClientText {
  return sidecar?.egressHosts ? { ...view, sidecar: `${sidecar.meta.namespace}/${sidecar.meta.name}` } : view;
}

/** The block as clients of one namespace see it, wherever they are. */
function withNamespace(block: BlockConfig, { namespace, isMeshed }: ClientView): BlockConfig {
  const plugins = block.plugins.map((plugin): PluginConfig => {
    if (plugin.name !== 'serviceentry' || namespace === undefined) return plugin;
    const config = plugin.config as ServiceEntryConfig;
    return { ...plugin, config: { ...config, clients: clientsOfNamespace(namespace, isMeshed) } };
  });
  return { ...block, plugins };
}

function replyWarnings({ reply, isCut, isCutOverUdp }: AskResult, inspected: InspectedRegistry | undefined): string[] {
  const warnings: string[] = [];
  if (inspected && !inspected.isSynced) warnings.push('the registry is not read yet: what is shown here is not all');
  const most = inspected?.config.registry.maxRecords;
  if (most !== undefined && reply?.flags.includes('aa') && reply.answer.length === most) {
    warnings.push(`max_records ${most}: where there are more, each reply has others of them`);
  }
  if (isCut) warnings.push('the records do not fit a message: some are left out, over TCP too');
  else if (isCutOverUdp) warnings.push('over UDP not all of it fits: clients ask again over TCP');
  return warnings;
}

/** Whether a chain whose upstream knows nothing says something of its own. */
function isOurs({ reply }: AskResult): boolean {
  return reply !== undefined && (reply.flags.includes('aa') || reply.rcode !== 'NXDOMAIN');
}
