import { expect, onTestFinished, test } from 'vitest';
import { startServer } from '../cli/server-process.ts';
import { lookUp, primaries, publishedZone, startPrimary } from '../interop/primaries.ts';
import { missingForRoot } from '../support/machine.ts';
import { ensureNamespaces, withVip } from './support/objects.ts';
import { describeOnCluster } from './support/on-cluster.ts';

const missing = missingForRoot('two replicas that publish', 'knotd', 'dig');
const name = `db.${publishedZone}`;
/** The lease, what the other one waits for on top, and a busy machine. */
const takeOverMs = 60_000;

describeOnCluster('two replicas that publish with a lease', (cluster) => {
  test.skipIf(missing !== '')(
    'have one that writes, and the other goes on when that is killed, or ends',
    async () => {
      const { admin } = cluster();
      await ensureNamespaces(admin, 'shop');
      await admin.create(withVip('shop', 'db', name, '10.1.0.1'));
      const lab = await startPrimary(
        primaries.find((primary) => primary.name === 'Knot')!,
        false,
      );
      onTestFinished(() => lab.stop());
      const kubeconfig = cluster().kubeconfig();
      const start = () =>
        startServer(`.:0 {
    bind 127.0.0.1
    serviceentry {
        kubeconfig ${kubeconfig}
    }
    publish ${publishedZone} {
        primary 127.0.0.1:${lab.port}
        key ${lab.keyFile}
        owner e2e
        lease shop/publish
        kubeconfig ${kubeconfig}
    }
}
`);
      const addresses = (): Promise<string[]> => lookUp(lab.port, name, 'A');
      const becomesLeader = /lease shop\/publish: this process writes/;

      const first = start();
      await first.line(becomesLeader);
      await expect.poll(addresses, { timeout: takeOverMs }).toEqual(['10.1.0.1']);
      const second = start();
      await second.port();

      first.kill('SIGKILL');
      await admin.update(withVip('shop', 'db', name, '10.1.0.2'));
      await expect.poll(addresses, { timeout: takeOverMs }).toEqual(['10.1.0.2']);
      await second.line(becomesLeader);

      const third = start();
      await third.port();
      expect(third.stdout).not.toMatch(becomesLeader);
      second.kill('SIGTERM');
      expect(await second.exit).toEqual({ code: 0, signal: null });
      await admin.update(withVip('shop', 'db', name, '10.1.0.3'));
      await expect.poll(addresses, { timeout: takeOverMs }).toEqual(['10.1.0.3']);
      third.kill('SIGTERM');
      await third.exit;
    },
    4 * takeOverMs,
  );
});
