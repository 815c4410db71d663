import type { Clock } from '../../../runtime/clock.ts';
import type { FileSystem } from '../../../runtime/files/file-system.ts';
import type { Logger } from '../../../runtime/logger.ts';
import { isOwnEndpoint } from '../../own-endpoints.ts';
import { parseResolvConf } from '../arguments/resolv-conf.ts';
import { formatUpstream, type UpstreamAddress } from '../config.ts';
import type { Resolvers, Watched } from './changing-line.ts';
import type { Lookup } from './lookup.ts';
import { ServersFile } from './servers-file.ts';
import { WatchedName } from './watched-name.ts';

const systemFile = '/etc/resolv.conf';

export interface WatchersEnvironment {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly lookup: Lookup;
  readonly fileSystem: FileSystem;
  /** Throws as node:fs does. */
  readFile(path: string): string;
  onChange(): void;
}

/** All files and names of all lines: each is watched once, however many lines have it. */
export class Watchers implements Watched {
  readonly #environment: WatchersEnvironment;
  readonly #files = new Map<string, ServersFile>();
  readonly #names = new Map<string, WatchedName>();

  constructor(environment: WatchersEnvironment) {
    this.#environment = environment;
  }

  get files(): readonly ServersFile[] {
    return [...this.#files.values()];
  }

  get names(): readonly WatchedName[] {
    return [...this.#names.values()];
  }

  file({ path, found }: Parameters<Watched['file']>[0]): ServersFile {
    return getOrMake(this.#files, path, () => new ServersFile(path, found, this.#environment));
  }

  name({ server }: Parameters<Watched['name']>[0], { servers, own }: Resolvers): WatchedName {
    const others = (): readonly string[] | undefined => {
      const all = servers.length > 0 ? servers : this.#systemServers();
      const left = own ? all.filter((each) => !isOwnEndpoint(each, own)) : all;
      return left.length === 0 && all.length > 0 ? undefined : left.map(formatUpstream);
    };
    const key = JSON.stringify([server.name, servers, own]);
    return getOrMake(this.#names, key, () => new WatchedName(server.name, { ...this.#environment, servers: others }));
  }

  /** Resolves when every name was looked up once. */
  async start(): Promise<void> {
    for (const file of this.files) file.start();
    await Promise.all(this.names.map((name) => name.start()));
  }

  stop(): void {
    for (const each of [...this.files, ...this.names]) each.stop();
  }

  /** Read for each look-up: it is replaced when the network is another one. */
  #systemServers(): readonly UpstreamAddress[] {
    try {
      const { servers } = parseResolvConf(this.#environment.readFile(systemFile), undefined, () => undefined);
      return servers.map(({ upstream }) => upstream);
    } catch {
      return [];
    }
  }
}

function getOrMake<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
