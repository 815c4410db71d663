import type { Directive, Key, ServerBlock } from '../../corefile/ast.ts';
import type { Problems } from '../../corefile/problem.ts';
import { didYouMean } from '../../corefile/suggest.ts';
import { explainNotBuilt, notBuiltDirectives, notBuiltSchemes } from '../../plugins/not-built.ts';
import type { Plugins } from '../../plugins/plugins.ts';
import type { Interfaces, TlsSettings } from '../../plugins/plugin.ts';
import { settingsOf, type BlockConfig, type ListenerConfig, type PluginConfig, type ServerConfig } from '../config.ts';
import { reportHttpPorts } from './http-ports.ts';
import { OwnUpstreams } from './own-upstreams.ts';
import { withTimeouts } from './stream-timeouts.ts';

/** RFC 7858 section 3.1; `-dns.port` says nothing of it, as in CoreDNS. */
const tlsPort = 853;

export interface ConfigureOptions {
  readonly plugins: Plugins;
  /** Port of `dns://` keys that name none: the -dns.port flag. */
  readonly defaultPort: number;
  /** Of this program. */
  readonly version: string;
  readonly interfaces: Interfaces;
  /** `isWatched`: a plugin looks after the file by itself. */
  readFile(path: string, isWatched?: boolean): string;
}

/**
 * Reads the directives of all server blocks and says who is served where. Reports into `problems`; the result is good
 * only where these have no errors. Blocks are numbered by their place, and instances of plugins one after the other.
 */
export function configure(
  serverBlocks: readonly ServerBlock[],
  options: ConfigureOptions,
  problems: Problems,
): ServerConfig {
  let instances = 0;
  const blocks = serverBlocks.map((block, id) => readBlock(block, id, () => instances++, options, problems));
  const listeners = withTimeouts(listenersOf(serverBlocks, blocks, options.defaultPort, problems), blocks, problems);
  reportHttpPorts(serverBlocks, blocks, listeners, problems);
  const settings = blocks.map(settingsOf);
  return {
    blocks: checked(blocks, listeners, options, problems),
    listeners,
    sockets: settings.map(({ sockets }) => sockets).find((n) => n !== undefined),
    debug: settings.some(({ logsDebug }) => logsDebug),
  };
}

function readBlock(
  { keys, directives }: ServerBlock,
  id: number,
  newInstance: () => number,
  options: ConfigureOptions,
  problems: Problems,
): BlockConfig {
  const zones = [...new Set(keys.map(({ zone }) => zone))];
  const lines = new Map<string, Directive[]>();
  for (const directive of directives) {
    const name = directive.name.text;
    const known = options.plugins.some((plugin) => plugin.name === name);
    if (!known) reportUnknown(directive, options.plugins, problems);
    else if (lines.has(name)) lines.get(name)!.push(directive);
    else lines.set(name, [directive]);
  }
  const plugins: PluginConfig[] = [];
  const { version, interfaces } = options;
  const readFile = (path: string, isWatched?: boolean): string => options.readFile(path, isWatched);
  const common = { zones, problems, version, interfaces, readFile };
  let root = '';
  for (const plugin of options.plugins) {
    const { name } = plugin;
    const ofPlugin = lines.get(name);
    if (!ofPlugin) continue;
    const config = plugin.parse(ofPlugin, { ...common, root });
    const { position } = ofPlugin[0]!.name;
    const settings = plugin.settings?.(config) ?? {};
    root = settings.root ?? root;
    plugins.push({ name, instance: newInstance(), config, settings, position });
  }
  return { id, zones, plugins };
}

/** The blocks as their plugins leave them once all of the server is known. */
function checked(
  blocks: readonly BlockConfig[],
  listeners: readonly ListenerConfig[],
  { plugins: known, interfaces }: ConfigureOptions,
  problems: Problems,
): BlockConfig[] {
  const own = new OwnUpstreams(blocks, listeners, interfaces);
  return blocks.map((block, at) => {
    const { forwards = [] } = settingsOf(block);
    const surroundings = { problems, ownEndpoints: (index: number) => own.through(at, index, forwards[index]!) };
    const plugins = block.plugins.map((each) => {
      const plugin = known.find(({ name }) => name === each.name);
      return plugin?.check ? { ...each, config: plugin.check(each.config, surroundings) } : each;
    });
    return { ...block, plugins };
  });
}

function reportUnknown({ name }: Directive, known: Plugins, problems: Problems): void {
  const notBuilt = Object.hasOwn(notBuiltDirectives, name.text) ? notBuiltDirectives[name.text] : undefined;
  if (notBuilt) {
    problems.error('COREFILE_DIRECTIVE', name.position, `directive '${name.text}' ${explainNotBuilt(notBuilt)}`);
    return;
  }
  const names = [...known.map((plugin) => plugin.name), ...Object.keys(notBuiltDirectives)];
  const hint = problems.isFull ? '' : didYouMean(name.text, names);
  problems.error('COREFILE_DIRECTIVE', name.position, `unknown directive '${name.text}', expected a plugin${hint}`);
}

interface Served {
  readonly listener: ListenerConfig;
  readonly keys: Key[];
  /** Of the blocks without a view, which take all queries of their zones: one for each zone. */
  readonly zones: Map<string, Key>;
}

/** Says which zones are served at which address and port, by the keys and `bind` of the blocks. */
function listenersOf(
  serverBlocks: readonly ServerBlock[],
  blocks: readonly BlockConfig[],
  defaultPort: number,
  problems: Problems,
): ListenerConfig[] {
  const listeners = new Map<string, Served>();
  const ports = new Map<string, Map<string, Key>>();
  for (const [index, { keys }] of serverBlocks.entries()) {
    const { addresses: bound = [''], tls, view } = settingsOf(blocks[index]!);
    for (const key of keys) {
      const { scheme } = key;
      if (scheme !== 'dns' && scheme !== 'tls') {
        const message = `'${scheme}://' ${explainNotBuilt(notBuiltSchemes[scheme])}`;
        problems.error('COREFILE_KEY', key.position, message);
        continue;
      }
      if (scheme === 'tls' && tls === undefined) {
        const message = `key '${key.text}' needs a certificate: write 'tls CERT KEY' into its block`;
        problems.error('COREFILE_CONFLICT', key.position, message);
        continue;
      }
      const port = key.port ?? (scheme === 'tls' ? tlsPort : defaultPort);
      reportOverlap(key, port, bound, view !== undefined, ports, problems);
      for (const address of bound) {
        const at = `${scheme}://${address}:${port}`;
        const there = listeners.get(at) ?? {
          listener: { scheme, address, port, zones: [], ...(scheme === 'tls' ? { tls } : {}) },
          keys: [],
          zones: new Map<string, Key>(),
        };
        listeners.set(at, there);
        const before = there.zones.get(key.zone);
        if (before && view !== undefined) {
          const message = `this block gets no query for ${key.zone} on port ${port}: the block on line ${before.position.line} takes all, as it has no view; move it below this one`;
          problems.warning('COREFILE_OVERLAP', key.position, message);
        } else if (before) {
          const message = `cannot serve ${key.zone} on port ${port}: it is already defined on line ${before.position.line}`;
          problems.error('COREFILE_OVERLAP', key.position, message);
          continue;
        }
        if (scheme === 'tls') reportOtherTls(key, tls!, there, problems);
        there.keys.push(key);
        if (view === undefined) there.zones.set(key.zone, key);
        (there.listener.zones as [string, number][]).push([key.zone, index]);
      }
    }
    const unused = keys.some(({ scheme }) => scheme !== 'dns') ? undefined : blocks[index]!.plugins.find(hasTls);
    if (unused) {
      const message = `${unused.name} is not used: no key of this block begins with 'tls://'`;
      problems.warning('COREFILE_CONFLICT', unused.position, message);
    }
  }
  const all = [...listeners.values()];
  for (const { listener, keys } of all) {
    const everywhere = listeners.get(`${listener.scheme}://:${listener.port}`);
    if (everywhere && listener.port !== 0) {
      reportSecondName(listener, keys[0]!, everywhere.keys[0]!, problems);
    }
  }
  reportSharedPorts(all, problems);
  return all.map(({ listener }) => listener);
}

function hasTls({ settings }: PluginConfig): boolean {
  return settings.tls !== undefined;
}

/** One handshake stands before all zones of an address and port. */
function reportOtherTls(key: Key, tls: TlsSettings, { listener, keys }: Served, problems: Problems): void {
  if (listener.tls === undefined || listener.tls.name === tls.name) return;
  const { line } = keys[0]!.position;
  const message = `cannot serve ${key.zone} on port ${listener.port}: the block on line ${line} has another 'tls' line there; both must say the same`;
  problems.error('COREFILE_CONFLICT', key.position, message);
}

/** Plain TCP and TLS cannot share an address and port. */
function reportSharedPorts(all: readonly Served[], problems: Problems): void {
  for (const { listener, keys } of all) {
    const { port, address } = listener;
    if (listener.scheme !== 'tls' || port === 0) continue;
    const plain = all.find(
      ({ listener: other }) =>
        other.scheme === 'dns' &&
        other.port === port &&
        (other.address === address || other.address === '' || address === ''),
    );
    if (!plain) continue;
    const key = keys[0]!;
    const message = `cannot serve '${key.text}' on port ${port}: line ${plain.keys[0]!.position.line} serves it without TLS; name another port`;
    problems.error('COREFILE_OVERLAP', key.position, message);
  }
}

/** `bind 0.0.0.0` beside a block without `bind`: two sockets of one address, each of which would get half of the queries. */
function reportSecondName({ address, port }: ListenerConfig, key: Key, other: Key, problems: Problems): void {
  if (address !== '0.0.0.0' && address !== '::') return;
  const what = `cannot bind ${address} on port ${port}`;
  const message = `${what}: the block on line ${other.position.line} listens on all addresses of it; name addresses there too`;
  problems.error('COREFILE_OVERLAP', key.position, message);
}

/** One zone on one port cannot be served both on all addresses and on some: nobody could say which block answers. */
function reportOverlap(
  key: Key,
  port: number,
  bound: readonly string[],
  hasView: boolean,
  ports: Map<string, Map<string, Key>>,
  problems: Problems,
): void {
  const at = `${key.zone}:${port}`;
  const kinds = ports.get(at) ?? new Map<string, Key>();
  ports.set(at, kinds);
  const kind = bound.includes('') ? 'all' : 'some';
  const other = kinds.get(kind === 'all' ? 'some' : 'all');
  if (other && port !== 0) {
    const message = `cannot serve ${key.zone} on port ${port}: the block on line ${other.position.line} binds it on other addresses of the same port`;
    problems.error('COREFILE_OVERLAP', key.position, message);
  }
  if (!kinds.has(kind) && !hasView) kinds.set(kind, key);
}
