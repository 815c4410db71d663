import type { Logger } from '../../../runtime/logger.ts';
import { isOwnEndpoint, type OwnEndpoints } from '../../own-endpoints.ts';
import { isOtherFamily } from '../arguments/resolv-conf.ts';
import {
  type ForwardLine,
  formatUpstream,
  type LineState,
  maxUpstreams,
  type Target,
  type UpstreamAddress,
  upstreamKey,
  type UpstreamSources,
} from '../config.ts';
import { place } from './place.ts';
import { settingsFrom } from './settings.ts';
import { share } from './share.ts';
import type { ServersFile } from './servers-file.ts';
import type { WatchedName } from './watched-name.ts';

/** The servers that names are looked up with. */
export interface Resolvers {
  readonly servers: readonly UpstreamAddress[];
  /** This server itself, where the look-up would come back to the line that it is for. */
  readonly own: OwnEndpoints | undefined;
}

/** What a line has its upstreams from. */
export interface Watched {
  file(target: Extract<Target, { readonly kind: 'file' }>): ServersFile;
  /** Looks it up with these servers, or with those of the system where there are none, but never with `own`. */
  name(target: Extract<Target, { readonly kind: 'name' }>, resolvers: Resolvers): WatchedName;
}

/** One TO with the upstreams that it stands for at present. */
interface Source {
  readonly upstreams: readonly UpstreamAddress[];
  readonly shown: readonly string[];
  readonly whyNone: string;
}

/** A `forward` line whose upstreams change, put together from its TOs. */
export class ChangingLine {
  state: LineState;
  /** What it is put together from. */
  readonly files: readonly ServersFile[];
  readonly names: readonly WatchedName[];
  readonly #line: ForwardLine;
  readonly #sources: UpstreamSources;
  readonly #looks: readonly (() => Source)[];
  readonly #logger: Logger;
  #leftOut = 0;
  /** What was left out because it is this server itself. */
  readonly #own = new Set<string>();

  constructor(line: ForwardLine, sources: UpstreamSources, watched: Watched, logger: Logger) {
    this.#line = line;
    this.#sources = sources;
    this.#logger = logger;
    const files: ServersFile[] = [];
    const names: WatchedName[] = [];
    this.#looks = sources.targets.map((target) => {
      if (target.kind === 'address') return () => this.#source([target.upstream]);
      if (target.kind === 'name') {
        const own = takes(line, target.server.name) ? sources.own : undefined;
        const name = watched.name(target, { servers: sources.resolvers, own });
        names.push(name);
        return () => this.#named(target.server, name);
      }
      const file = watched.file(target);
      files.push(file);
      return () => this.#source(file.found.upstreams);
    });
    this.files = files;
    this.names = names;
    const { upstreams } = line;
    this.state = this.#look(upstreams.map((upstream, slot) => ({ ...upstream, slot })));
  }

  /** Puts the line together again; whether it is another one now. */
  update(): boolean {
    const before = this.state;
    this.state = this.#look(before.upstreams);
    return JSON.stringify(before) !== JSON.stringify(this.state);
  }

  #look(before: LineState['upstreams']): LineState {
    const sources = this.#looks.map((look) => look());
    const all = withoutRepeated(sources.map(({ upstreams }) => upstreams));
    const shares = share(all, maxUpstreams).flat();
    this.#tellLeftOut(all.flat().length - shares.length);
    const options = this.files.map(({ found }) => found.options);
    return {
      upstreams: place(shares, before),
      settings: settingsFrom(this.#sources, options, shares.length),
      whyNone: shares.length > 0 ? '' : sources.map(({ whyNone }) => whyNone).join('; '),
      shown: sources.flatMap(({ shown }) => shown),
    };
  }

  #source(upstreams: readonly UpstreamAddress[]): Source {
    const { sourceAddress } = this.#line;
    const { own } = this.#sources;
    const others = own ? upstreams.filter((upstream) => !isOwnEndpoint(upstream, own)) : upstreams;
    this.#tellOwn(upstreams.filter((upstream) => !others.includes(upstream)));
    const reached = others.filter((upstream) => !isOtherFamily(upstream, sourceAddress));
    const isOwn = others.length < upstreams.length;
    const whyNone = isOwn
      ? 'it would ask this server itself'
      : `source_address ${sourceAddress} reaches none of its addresses`;
    return { upstreams: reached, shown: reached.map(formatUpstream), whyNone: reached.length > 0 ? '' : whyNone };
  }

  #named(
    server: Extract<Target, { readonly kind: 'name' }>['server'],
    { name, addresses, whyNone }: WatchedName,
  ): Source {
    const { protocol, port, serverName } = server;
    const named = serverName === undefined ? {} : { serverName };
    const { upstreams, whyNone: whyLeftOut } = this.#source(
      addresses.map((address) => ({ protocol, address, port, family: address.includes(':') ? 6 : 4, ...named })),
    );
    const known = upstreams.map(({ address }) => address).join(', ');
    return {
      upstreams,
      shown: [`${name}:${port}${known === '' ? '' : ` (${known})`}`],
      whyNone: `no address of ${name} is known: ${whyNone === '' ? whyLeftOut : whyNone}`,
    };
  }

  /** Each is told once. */
  #tellOwn(upstreams: readonly UpstreamAddress[]): void {
    for (const name of upstreams.map(formatUpstream)) {
      if (this.#own.has(name)) continue;
      this.#own.add(name);
      const message = `plugin/forward: ${name} is this server itself, where its queries would come back; it is left out`;
      this.#logger.warning(message, { upstream: name });
    }
  }

  #tellLeftOut(count: number): void {
    if (count > 0 && count !== this.#leftOut) {
      this.#logger.warning(`plugin/forward: a line takes at most ${maxUpstreams} upstreams; ${count} are left out`);
    }
    this.#leftOut = count;
  }
}

/** Whether queries for the name (lower-case, without the last dot) go to the line. */
function takes({ from, except }: ForwardLine, name: string): boolean {
  const isBelow = (zone: string): boolean => zone === '.' || `.${name}.`.endsWith(`.${zone}`);
  return from.some(isBelow) && !except.some(isBelow);
}

/** Each upstream once, at its first place. */
function withoutRepeated(lists: readonly (readonly UpstreamAddress[])[]): UpstreamAddress[][] {
  const seen = new Set<string>();
  return lists.map((list) => list.filter((each) => !seen.has(upstreamKey(each)) && seen.add(upstreamKey(each))));
}
