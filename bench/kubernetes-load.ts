import { AskingClient } from './asking-client.ts';
import { ServerUnderTest } from './bundled-server.ts';
import { hostOf, putServiceEntries, serviceEntryAt, vipOf } from './kubernetes-objects.ts';
import { cpuSeconds } from './processes.ts';
import type { Cluster } from '../test/e2e/support/cluster.ts';
import { HttpProxy } from '../test/e2e/support/http-proxy.ts';

const changes = 100;
const quietMs = 60_000;

/** What one replica costs the API server, through a proxy that counts. */
export async function measureLoad(cluster: Cluster, count: number): Promise<void> {
  const proxy = await HttpProxy.start(cluster.access());
  const meter = new LoadMeter(cluster, proxy);
  await pass(quietMs / 2);
  meter.report(`${quietMs / 2000} s without a replica`);
  const server = await ServerUnderTest.start([`kubeconfig ${cluster.kubeconfig({ url: proxy.url })}`]);
  const client = new AskingClient(server.port);
  const last = count - 2;
  try {
    await client.until(hostOf(last), vipOf(last, 0), 'patient');
    meter.report(`a start with ${count} objects of each kind`);
    await pass(quietMs);
    meter.report(`${quietMs / 1000} s without changes`);
    for (let change = 1; change <= changes; change++) {
      const object = serviceEntryAt(0, change);
      await cluster.admin.patch(object, { spec: object.spec });
    }
    await client.until(hostOf(0), vipOf(0, changes), 'patient');
    meter.report(`${changes} changes (making them included)`);
    await cluster.kill();
    await putServiceEntries(cluster.etcd, [last], 1);
    await cluster.etcd.compact();
    await cluster.restart();
    meter.begin();
    await client.until(hostOf(last), vipOf(last, 1), 'patient');
    meter.report('everything listed again (start of the API server included)');
  } finally {
    client.close();
    await server.stop();
    await proxy.stop();
  }
}

class LoadMeter {
  readonly #cluster: Cluster;
  readonly #proxy: HttpProxy;
  #requests = 0;
  #octets = 0;
  #cpu = 0;

  constructor(cluster: Cluster, proxy: HttpProxy) {
    this.#cluster = cluster;
    this.#proxy = proxy;
    this.begin();
  }

  begin(): void {
    this.#requests = this.#proxy.asked.length;
    this.#octets = this.#proxy.octets;
    this.#cpu = cpuSeconds(this.#cluster.pid);
  }

  /** Of what was since the last report. */
  report(what: string): void {
    const requests = this.#proxy.asked.length - this.#requests;
    const kilobytes = (this.#proxy.octets - this.#octets) / 1000;
    const cpu = cpuSeconds(this.#cluster.pid) - this.#cpu;
    console.log(
      `${what}: ${requests} requests, ${kilobytes.toFixed(1)} kB of answers, ${cpu.toFixed(2)} s of the API server's processor time`,
    );
    this.begin();
  }
}

function pass(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
