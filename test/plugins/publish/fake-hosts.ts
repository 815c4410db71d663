import type { PublicHosts } from '../../../src/plugins/inspection.ts';
import type { PublicHost } from '../../../src/registry/export/public-host.ts';
import type { RRset } from '../../../src/registry/export/served.ts';
import { familyOf } from '../../../src/wire/address.ts';

interface HostOptions {
  readonly resource?: string;
  /** An SRV record is made of it. */
  readonly port?: number;
  /** A CNAME is made of it; absolute. */
  readonly alias?: string;
}

/** Hosts that a test sets. */
export class FakeHosts implements PublicHosts {
  isSynced = true;
  readonly #hosts = new Map<string, PublicHost>();
  readonly #listeners = new Set<(hosts: ReadonlySet<string>) => void>();

  set(host: string, addresses: readonly string[], options: HostOptions = {}): void {
    const { resource = 'serviceentry/shop/db', port, alias } = options;
    const sources = [resource.slice('serviceentry/'.length)];
    const name = `${host}.`;
    const common = { name, ttl: 30, sources, host: name };
    const rrsets: RRset[] = [];
    for (const [type, family] of [
      ['A', 4],
      ['AAAA', 6],
    ] as const) {
      const data = addresses.filter((address) => familyOf(address) === family);
      if (data.length > 0) rrsets.push({ ...common, type, data });
    }
    if (alias !== undefined) rrsets.push({ ...common, type: 'CNAME', data: [alias] });
    if (port !== undefined)
      rrsets.push({ ...common, name: `_tcp._tcp.${name}`, type: 'SRV', data: [`0 100 ${port} ${name}`] });
    const ptrs = host.startsWith('*') ? [] : addresses.map((address) => ({ address, target: host }));
    this.#hosts.set(host, { rrsets, ptrs });
  }

  delete(host: string): void {
    this.#hosts.delete(host);
  }

  /** Tells those who listen. */
  tell(...hosts: string[]): void {
    for (const listener of this.#listeners) listener(new Set(hosts));
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  hosts(): Iterable<string> {
    return this.#hosts.keys();
  }

  of(host: string): PublicHost {
    return this.#hosts.get(host) ?? { rrsets: [], ptrs: [], absence: 'unknown' };
  }

  onChange(listener: (hosts: ReadonlySet<string>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
