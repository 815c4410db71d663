import { AskingClient } from './asking-client.ts';
import { ServerUnderTest } from './bundled-server.ts';
import { hostOf, serviceEntryAt, vipOf } from './kubernetes-objects.ts';
import type { Cluster } from '../test/e2e/support/cluster.ts';

const changes = 500;
/** Beyond the objects that are there. */
const firstNew = 20_000;

/** Start to first answer, then changes one behind the other. */
export async function measureChanges(cluster: Cluster): Promise<void> {
  const server = await ServerUnderTest.start([`kubeconfig ${cluster.kubeconfig()}`]);
  const client = new AskingClient(server.port);
  try {
    await client.until(hostOf(0), vipOf(0, 0));
    console.log(`first answer ${((performance.now() - server.startedAt) / 1000).toFixed(2)} s after the start`);
    const [updated, created]: [number[], number[]] = [[], []];
    for (let change = 0; change < changes; change++) {
      const isNew = change % 2 === 1;
      const object = changed(change);
      if (isNew) await cluster.admin.create(object);
      else await cluster.admin.patch(object, { spec: object.spec });
      const confirmed = performance.now();
      const { hosts, addresses } = object.spec as { hosts: [string]; addresses: [string] };
      await client.until(hosts[0], addresses[0]);
      (isNew ? created : updated).push(performance.now() - confirmed);
    }
    report('changed', updated);
    report('created', created);
  } finally {
    client.close();
    await server.stop();
  }
}

/** One that is there with another address, or a new one, by turns. */
function changed(change: number): ReturnType<typeof serviceEntryAt> {
  return change % 2 === 0 ? serviceEntryAt(change, change + 1) : serviceEntryAt(firstNew + change * 2);
}

function report(what: string, values: number[]): void {
  values.sort((a, b) => a - b);
  const at = (share: number): string =>
    values[Math.min(values.length - 1, Math.floor(values.length * share))]!.toFixed(2);
  console.log(
    `${what}, answered after the confirmation: ${values.length} times, median ${at(0.5)} ms, 99% ${at(0.99)} ms, max ${at(1)} ms`,
  );
}
