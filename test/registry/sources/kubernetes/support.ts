import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { ClusterConfig } from '../../../../src/kubernetes/cluster-config.ts';
import type { KubernetesConfig } from '../../../../src/registry/sources/kubernetes/config.ts';
import {
  KubernetesSource,
  type KubernetesSourceOptions,
} from '../../../../src/registry/sources/kubernetes/kubernetes-source.ts';
import type { SourceStatus } from '../../../../src/registry/sources/source.ts';
import { FakeApiServer, type ApiObject } from '../../../support/fake-api-server.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { RecordingLogger } from '../../../support/quiet-logger.ts';
import { manifestOf, RecordingSink } from '../source-conformance.ts';

/** Comes back when the condition holds; the test's limit is the limit. Nothing but sockets moves in between. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setImmediate();
}

/** A source at a fake API server, under a clock that stands still. */
export class Rig {
  readonly server: FakeApiServer;
  readonly clock: FakeClock;
  readonly logger = new RecordingLogger();
  readonly sink = new RecordingSink();

  private constructor(server: FakeApiServer, clock: FakeClock) {
    this.server = server;
    this.clock = clock;
  }

  static async start(isSecure = false, clock = new FakeClock()): Promise<Rig> {
    const server = await FakeApiServer.start(isSecure);
    onTestFinished(() => server.close());
    return new Rig(server, clock);
  }

  /** A source that has been started, with the sink of the rig. */
  watch(
    config: Partial<KubernetesConfig> = {},
    options: Partial<KubernetesSourceOptions> = {},
    demanded: readonly string[] = [],
  ): KubernetesSource {
    const source = this.make(config, options);
    source.demand({ everywhere: false, namespaces: new Set(demanded) });
    source.start(this.sink);
    return source;
  }

  make(config: Partial<KubernetesConfig> = {}, options: Partial<KubernetesSourceOptions> = {}): KubernetesSource {
    const source = new KubernetesSource({
      config: {
        clusters: [this.cluster],
        namespaces: [],
        namespaceLabels: '',
        labels: '',
        revision: undefined,
        pods: 'off',
        snapshot: undefined,
        ...config,
      },
      watchesServices: false,
      watchesSidecars: false,
      watchesNodes: false,
      clock: this.clock,
      logger: this.logger,
      random: () => 0.5,
      ...options,
      // What a list is, page by page; streamed-lists.test.ts has the others.
      timing: { streamsLists: false, ...options.timing },
    });
    onTestFinished(() => source.stop());
    return source;
  }

  get cluster(): ClusterConfig {
    return { kind: 'endpoint', url: this.server.url, tls: undefined };
  }

  synced(): Promise<void> {
    return this.sink.until(() => this.sink.syncedCount > 0);
  }

  /** Synced, and all watches are open on both sides. */
  async watching(source: KubernetesSource): Promise<void> {
    await this.synced();
    await until(() => source.status().every(({ state }) => state === 'watching'));
  }

  /** The server ends the watches of a collection, which have been open for a while. */
  endWatches(plural: string): void {
    this.clock.advance(1000);
    this.server.endWatches(plural);
  }

  /** A kubeconfig for the server in a new directory, with one user, and context `east`. */
  kubeconfig(user: object, cluster: object = {}): string {
    const directory = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const config = {
      clusters: [{ name: 'c', cluster: { ...this.server.cluster, ...cluster } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'east', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'east',
    };
    const file = join(directory, 'kubeconfig');
    writeFileSync(file, JSON.stringify(config));
    return file;
  }

  /** Lets time go on until a kind no longer waits. */
  async resume(source: KubernetesSource, kind: string): Promise<void> {
    await untilState(source, kind, 'waiting');
    await until(() => {
      this.clock.advance(20);
      return statusOf(source, kind).state !== 'waiting';
    });
  }

  entry(name: string, host = `${name}.example.com`, namespace = 'shop', labels?: Record<string, string>): void {
    const manifest = manifestOf({ namespace, name, hosts: [host] }) as unknown as ApiObject;
    if (labels) manifest.metadata.labels = labels;
    this.server.put('serviceentries', manifest);
  }

  pod(name: string, namespace: string, ip: string): void {
    this.server.put('pods', {
      metadata: { namespace, name },
      spec: { containers: [] },
      status: { podIPs: [{ ip }], conditions: [{ type: 'Ready', status: 'True' }] },
    });
  }

  namespace(name: string, labels: Record<string, string> = {}): void {
    this.server.put('namespaces', { metadata: { name, labels } });
  }

  /** Names of objects that the sink knows, `shop/a`. */
  known(kind: string): string[] {
    const objects = [...this.sink.objects.values()].filter((object) => object.kind === kind);
    return objects.map(({ meta }) => `${meta.namespace}/${meta.name}`).sort();
  }

  /** Changes since a number of batches, `+shop/a` and `-shop/b`. */
  changesSince(batches: number): string[] {
    return this.sink.batches.slice(batches).flatMap((changes) =>
      changes.map((change) => {
        if (change.type === 'delete') return `-${change.namespace}/${change.name}`;
        return `+${change.object.meta.namespace}/${change.object.meta.name}`;
      }),
    );
  }

  messages(level: string): string[] {
    return this.logger.lines.filter((line) => line.level === level).map(({ message }) => message);
  }
}

export function statusOf(source: KubernetesSource, kind: string): SourceStatus {
  return source.status().find((status) => status.kind === kind)!;
}

/** Waits for the state of a kind. */
export function untilState(source: KubernetesSource, kind: string, state: string): Promise<void> {
  return until(() => statusOf(source, kind).state === state);
}
