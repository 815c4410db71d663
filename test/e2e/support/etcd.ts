import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../../support/free-ports.ts';
import { Child } from '../../support/child.ts';

const startTimeoutMs = 60_000;
/** What etcd takes in one transaction. */
const maxOperations = 128;

/** One etcd on loopback ports, with its data below a directory. It syncs nothing to disk. */
export class Etcd {
  readonly url: string;
  readonly #child: Child;

  private constructor(url: string, child: Child) {
    this.url = url;
    this.#child = child;
  }

  static async start(file: string, directory: string): Promise<Etcd> {
    const [clientPort, peerPort] = (await freePorts(2)) as [number, number];
    const [client, peer] = [`http://127.0.0.1:${clientPort}`, `http://127.0.0.1:${peerPort}`];
    const data = join(directory, 'etcd');
    mkdirSync(data, { mode: 0o700 });
    const flags = {
      name: 'e2e',
      'data-dir': data,
      'listen-client-urls': client,
      'advertise-client-urls': client,
      'listen-peer-urls': peer,
      'initial-advertise-peer-urls': peer,
      'initial-cluster': `e2e=${peer}`,
      'unsafe-no-fsync': true,
      'log-level': 'error',
    };
    const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
    const etcd = new Etcd(client, new Child(file, args, directory));
    try {
      await etcd.#child.until(async () => (await fetch(`${client}/health`)).ok, startTimeoutMs);
    } catch (error) {
      await etcd.kill();
      throw error;
    }
    return etcd;
  }

  /** Forgets all revisions but the present one: a watch from an older one is answered with an error. */
  async compact(): Promise<void> {
    const { header } = await this.#post<{ header: { revision: string } }>('maintenance/status', {});
    await this.#post('kv/compaction', { revision: header.revision, physical: true });
  }

  /** Writes keys past the API server, which is much faster; it sees them as if another API server had written them. */
  async put(entries: readonly (readonly [key: string, value: string])[]): Promise<void> {
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    for (let first = 0; first < entries.length; first += maxOperations) {
      const some = entries.slice(first, first + maxOperations);
      const success = some.map(([key, value]) => ({ requestPut: { key: base64(key), value: base64(value) } }));
      await this.#post('kv/txn', { success });
    }
  }

  kill(): Promise<void> {
    return this.#child.kill();
  }

  async #post<T>(path: string, body: unknown): Promise<T> {
    const response = await fetch(`${this.url}/v3/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`etcd ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }
}
