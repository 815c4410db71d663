import type { NameExplanation } from '../../registry/explain/explanation.ts';
import type { Asker, ClientText, Inspectable, NameInspection, ServerStatus } from '../../plugins/inspection.ts';
import { typeName } from '../../wire/record-types.ts';
import { canonicalAddress, familyOf } from '../../wire/address.ts';
import type { MessageText } from '../../wire/message-text.ts';
import { encodeName, formatName } from '../../wire/name.ts';
import { settingsOf, type BlockConfig, type ServerConfig } from '../config.ts';
import { checkAsker, plainClient } from './asker.ts';
import { Blocks, type BlockPlace } from './blocks.ts';
import {
  askChain,
  takesQuestion,
  type AskEnvironment,
  type AskResult,
  type Forwarded,
  type Question,
} from './dry-run.ts';
import { readQuestion } from './question.ts';

export interface ExplainRequest extends Asker {
  /** A name or an IP address. */
  readonly name: string;
  /** A for names and PTR for addresses unless it is said. */
  readonly type?: string | undefined;
  /** Of the listener; the first that serves the name unless it is said. */
  readonly port?: number | undefined;
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
  readonly pointers: NameInspection['ptr'];
  readonly warnings: readonly string[];
  readonly reply: MessageText | null;
  readonly forwarded: readonly Forwarded[];
  /** What is answered where the server that is asked knows nothing of the name; only where that differs. */
  readonly replyWithoutUpstream: MessageText | null;
}

/** What an inspector does not know of the running server. */
export type ServerFacts = Omit<ServerStatus, 'listeners' | 'registries'>;

/** What the plugins of a server block know of its names, by plugin. */
export type InspectablesOf = (block: number) => ReadonlyMap<string, Inspectable>;

/** A plugin of a server block that knows its names. */
export interface InspectedBlock {
  /** Keys of the server block. */
  readonly keys: readonly string[];
  /** Of the server block, lower-case and absolute. */
  readonly zones: readonly string[];
  readonly inspectable: Inspectable;
  /** Whether queries for a name (lower-case, without trailing dot) come to it. */
  readonly reaches: (name: string) => boolean;
}

/** An address that no Pod has: a client of which nothing is known. */
const unknownClient = '0.0.0.0';

/** Looks at a configuration and what its plugins know, and changes nothing: what `explain`, `records` and `admin` show. */
export class Inspector {
  readonly #config: ServerConfig;
  readonly #inspectablesOf: InspectablesOf;
  readonly #environment: AskEnvironment;
  readonly #blocks: Blocks;

  constructor(config: ServerConfig, inspectablesOf: InspectablesOf, environment: AskEnvironment) {
    this.#config = config;
    this.#blocks = new Blocks(config);
    this.#inspectablesOf = inspectablesOf;
    this.#environment = environment;
  }

  /** In the order of the Corefile. */
  get inspected(): readonly InspectedBlock[] {
    return this.#config.blocks.flatMap(({ id, zones }) =>
      Array.from(this.#inspectablesOf(id).values(), (inspectable) => ({
        keys: this.#blocks.keys(id),
        zones,
        inspectable,
        reaches: (name: string) => this.#blocks.reaches(id, name),
      })),
    );
  }

  /**
   * Answers the question and says why. Nothing is sent anywhere unless `resolves`. Throws InspectError for a name, type
   * or client that is none.
   */
  async explain(request: ExplainRequest, resolves = false): Promise<Explanation> {
    const { name, type } = readQuestion(request);
    checkAsker(request);
    const wire = encodeName(name)!;
    const absolute = formatName(wire);
    const text = absolute === '.' ? '' : absolute.slice(0, -1);
    const client = request.client === undefined ? unknownClient : canonicalAddress(request.client)!;
    const question = { name, type, client, clientFamily: familyOf(client) };
    const found = this.#findBlock(text, request.port, question);
    if (typeof found === 'string') {
      const warnings = [`${found}: the reply is REFUSED`];
      const nothing = {
        block: null,
        registry: null,
        pointers: [],
        reply: null,
        forwarded: [],
        replyWithoutUpstream: null,
      };
      return { name: absolute, type: typeName(type), client: plainClient(request), warnings, ...nothing };
    }
    const inspectables = this.#inspectablesOf(found.block.id);
    const [inspectable] = inspectables.values();
    const inspection = inspectable?.explain(text, request);
    const block = blockFor(request, found.block, inspectables);
    const result = await askChain(block, question, this.#environment, resolves ? 'resolve' : 'none');
    const without =
      resolves || result.forwarded.length === 0
        ? undefined
        : await askChain(block, question, this.#environment, 'nxdomain');
    const warnings = [...(inspection?.registry.warnings ?? []), ...found.notes];
    warnings.push(...(inspectable?.replyWarnings(result.reply) ?? []), ...sizeWarnings(result));
    return {
      name: absolute,
      type: typeName(type),
      client: inspection?.client ?? plainClient(request),
      block: { key: found.key, plugins: found.block.plugins.map((plugin) => plugin.name) },
      registry: inspection?.registry ?? null,
      pointers: inspection?.ptr ?? [],
      warnings,
      reply: result.reply ?? null,
      forwarded: result.forwarded,
      replyWithoutUpstream: without && isOurs(without) ? (without.reply ?? null) : null,
    };
  }

  status(facts: ServerFacts): ServerStatus {
    const registries = this.inspected.map(({ keys, inspectable }) => ({
      block: keys.join(' '),
      ...inspectable.status(),
    }));
    return { ...facts, listeners: this.#blocks.keys(), registries };
  }

  /**
   * The block that answers for a name (without trailing dot), on the listener of this port or on the first that has one; why there is none
   * otherwise.
   */
  #findBlock(
    name: string,
    port: number | undefined,
    question: Question,
  ): (BlockPlace & { readonly notes: readonly string[] }) | string {
    const [first, ...others] = this.#blocks.find(name, port);
    if (!first) return `no server block has a zone for ${name}.`;
    const place = first.find(({ block }) => takesQuestion(block, question, this.#environment));
    if (!place) return `no view of a server block for ${name}. takes the query`;
    const notes: string[] = [];
    if (first.length > 1) {
      const { view } = settingsOf(place.block);
      const taker = view === undefined ? 'that without a view' : `view '${view}'`;
      notes.push(
        `the server block is chosen by the query, which goes to ${taker}: for other clients or types it may be another`,
      );
    }
    const other = others.flat().find(({ block }) => !first.some((each) => each.block === block));
    if (other) notes.push(`another server block answers on ${other.key}: -port shows that one`);
    return { ...place, notes };
  }
}

/** The block as it answers the asker, wherever that one is. */
function blockFor(asker: Asker, block: BlockConfig, inspectables: ReadonlyMap<string, Inspectable>): BlockConfig {
  const plugins = block.plugins.map((plugin) => {
    const inspectable = inspectables.get(plugin.name);
    return inspectable ? { ...plugin, config: inspectable.configFor(asker) } : plugin;
  });
  return { ...block, plugins };
}

function sizeWarnings({ isCut, isCutOverUdp }: AskResult): string[] {
  if (isCut) return ['the records do not fit a message: some are left out, over TCP too'];
  return isCutOverUdp ? ['over UDP not all of it fits: clients ask again over TCP'] : [];
}

/** Whether a chain whose upstream knows nothing says something of its own. */
function isOurs({ reply }: AskResult): boolean {
  return reply !== undefined && (reply.flags.includes('aa') || reply.rcode !== 'NXDOMAIN');
}
