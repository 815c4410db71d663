import { afterAll, beforeAll, describe, inject } from 'vitest';
import './global-setup.ts';
import { Cluster } from './cluster.ts';
import { installCrds, watchedCrds, type Plural } from './crds.ts';

/** A group of tests with an API server of their own, skipped on a machine that cannot have one. */
export function describeOnCluster(
  name: string,
  body: (cluster: () => Cluster) => void,
  crds: readonly Plural[] = watchedCrds,
): void {
  const tools = inject('tools');
  describe.skipIf(tools === undefined)(name, () => {
    let cluster: Cluster | undefined;
    beforeAll(async () => {
      cluster = await Cluster.start(tools!);
      await installCrds(cluster.admin, tools!, crds);
    });
    afterAll(async () => {
      await cluster?.stop();
    });
    body(() => cluster!);
  });
}
