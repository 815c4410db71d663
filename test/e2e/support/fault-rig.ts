import { expect, onTestFinished } from 'vitest';
import type { MakeSources } from '../../../src/plugins/serviceentry/registry-service.ts';
import { ApiError } from './api-client.ts';
import { Behind } from './behind.ts';
import type { Cluster } from './cluster.ts';
import { HttpProxy } from './http-proxy.ts';
import { Served } from './served.ts';
import { TcpProxy } from './tcp-proxy.ts';

/** What a test of a fault puts between a server and an API server; all of it goes away behind the test. */
export class FaultRig {
  readonly #cluster: () => Cluster;
  readonly #makeSources: MakeSources | undefined;

  /** Without `makeSources` the server is as its users start it. */
  constructor(cluster: () => Cluster, makeSources?: MakeSources) {
    this.#cluster = cluster;
    this.#makeSources = makeSources;
  }

  async start(kubeconfig: string): Promise<Served> {
    const served = await Served.start([`kubeconfig ${kubeconfig}`], this.#makeSources);
    onTestFinished(() => served.stop());
    return served;
  }

  async behind(tag: string): Promise<Behind> {
    const objects = new Behind(this.#cluster().admin, tag);
    await objects.create();
    return objects;
  }

  async throughTcp(): Promise<{ proxy: TcpProxy; url: string }> {
    const proxy = await TcpProxy.start(this.#cluster().port);
    onTestFinished(() => proxy.stop());
    return { proxy, url: `https://127.0.0.1:${proxy.port}` };
  }

  /** As the administrator, or the user with this token. */
  async throughHttp(token?: string): Promise<HttpProxy> {
    const proxy = await HttpProxy.start(this.#cluster().access(token));
    onTestFinished(() => proxy.stop());
    return proxy;
  }
}

/** Resolves when so many more connections were tried. */
export async function untilTried(proxy: TcpProxy, more: number, timeoutMs = 30_000): Promise<void> {
  const wanted = proxy.accepted + more;
  await expect.poll(() => proxy.accepted, { timeout: timeoutMs, interval: 20 }).toBeGreaterThanOrEqual(wanted);
}

/** 200, or the status of the refusal. */
export async function statusOf(call: Promise<unknown>): Promise<number> {
  try {
    await call;
    return 200;
  } catch (error) {
    if (error instanceof ApiError) return error.status;
    throw error;
  }
}
